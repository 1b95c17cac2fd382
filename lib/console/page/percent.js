/**
 * Percent-encoding as SigV4 has it, and the paths of requests.
 *
 * @module
 */

/**
 * Encodes all but `A-Z a-z 0-9 - . _ ~`.
 *
 * @param {string} text
 */
export function percentEncode(text) {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The path of a request. Browsers take segments `.` and `..` out of paths, encoded or not: in a key that has
 * some, slashes are encoded too, so that there are no such segments.
 *
 * @param {string} [bucket]
 * @param {string} [key]
 * @throws {RangeError} For names that a browser would make another path of.
 */
export function pathOf(bucket, key) {
  if (bucket === undefined) return "/";
  // Such a key would become its bucket's path, and deleting it would mean the bucket.
  if ([bucket, key].some((name) => name === "." || name === "..") || bucket === "") {
    throw new RangeError(
      `A browser cannot ask for ${key ?? JSON.stringify(bucket)}: use another S3 client`,
    );
  }
  const encoded = percentEncode(key ?? "");
  const hasDots = (key ?? "").split("/").some((segment) => segment === "." || segment === "..");
  return `/${percentEncode(bucket)}/${hasDots ? encoded : encoded.replaceAll("%2F", "/")}`;
}

/**
 * Decodes what `encoding-type=url` encodes.
 *
 * @param {string} text
 */
export function percentDecode(text) {
  return decodeURIComponent(text);
}
