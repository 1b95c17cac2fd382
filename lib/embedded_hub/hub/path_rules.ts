/** Which paths a bucket can hold. */

/** The longest path in UTF-8 bytes; S3's limit for keys, which the Hub's own S3 endpoint offers. */
const MAX_PATH_BYTES = 1024;

const encoder = new TextEncoder();

/**
 * The reason why a bucket cannot hold a file of this path, or `undefined` if it can.
 *
 * The rules are those of the Hub's own S3 endpoint (Hub documentation, "Storage Buckets: S3 API"): no path may start or end
 * with `/`, contain `//`, `../`, `\` or NUL, start with `./` or end with `..`.
 */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "Path must not be empty";
  if (!path.isWellFormed()) return "Path must be valid Unicode";
  if (encoder.encode(path).length > MAX_PATH_BYTES) {
    return `Path must not be longer than ${MAX_PATH_BYTES} bytes`;
  }
  if (path.startsWith("/")) return "Path must not start with '/'";
  if (path.endsWith("/")) return "Path must not end with '/'";
  if (path.includes("//")) return "Path must not contain '//'";
  if (path.includes("../")) return "Path must not contain '../'";
  if (path.includes("\\")) return "Path must not contain '\\'";
  if (path.includes("\0")) return "Path must not contain a NUL character";
  if (path.startsWith("./")) return "Path must not start with './'";
  if (path.endsWith("..")) return "Path must not end with '..'";
  return undefined;
}
