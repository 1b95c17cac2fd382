/** Two segments that are no dot segments and need no escape. */
const BUCKET_ID = /^(?!\.{1,2}\/)[A-Za-z0-9._-]{1,128}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

/**
 * A bucket's id as the path of a URL.
 *
 * @param id `namespace/name`.
 * @throws TypeError if it is not one: it then cannot name a bucket of the Hub.
 */
export function bucketPath(id: string): string {
  if (!BUCKET_ID.test(id)) {
    throw new TypeError(`Not the id of a bucket, namespace/name: ${JSON.stringify(id)}`);
  }
  return id;
}

/**
 * A namespace or a bucket's bare name as a segment of a URL.
 *
 * @throws TypeError if it is not one.
 */
export function namePath(name: string): string {
  if (!NAME.test(name)) throw new TypeError(`Not a name of the Hub: ${JSON.stringify(name)}`);
  return name;
}

/**
 * A file's path, or a prefix of paths, as one segment of a URL: `/` is written `%2F`, as
 * `huggingface_hub` does. So dot segments inside it survive every URL parser on the way.
 *
 * @returns The segment; undefined for `.` and `..`, which no URL can hold as a segment, however
 * written (WHATWG URL, 4.4).
 */
export function pathSegment(path: string): string | undefined {
  return path === "." || path === ".." ? undefined : encodeURIComponent(path);
}
