/**
 * The name of a call, for those who count calls: `xorb.post`, `shards.v2`, `reconstruction.v2`, `chunks`, `data` (stored bytes),
 * and so on.
 *
 * @param what As in "POST /v2/shards".
 */
export function callName(what: string): string {
  const [method = "", path = ""] = what.split(" ");
  const [, version = "", call = ""] = path.split("/");
  switch (call) {
    case "xorbs":
      return `xorb.${method.toLowerCase()}`;
    case "shards":
      return `shards.${version}`;
    case "reconstructions":
      return `reconstruction.${version}`;
    case "files":
      return "file";
    case "":
      return "data";
    default:
      return call;
  }
}
