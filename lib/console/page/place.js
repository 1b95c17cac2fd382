/**
 * Where the user is, in the part of the address that is never sent: `#/bucket/folder/`.
 *
 * @module
 */

/**
 * @typedef {object} Place
 * @property {string | undefined} bucket Nothing in the list of buckets.
 * @property {string} prefix Empty, or it ends in a slash.
 */

/**
 * @param {string} hash
 * @returns {Place}
 */
export function placeOf(hash) {
  const [bucket, ...segments] = hash.replace(/^#?\/?/, "").split("/");
  if (!bucket) return { bucket: undefined, prefix: "" };
  try {
    return {
      bucket: decodeURIComponent(bucket),
      prefix: segments.map(decodeURIComponent).join("/"),
    };
  } catch {
    return { bucket: undefined, prefix: "" };
  }
}

/**
 * @param {string} [bucket]
 * @param {string} [prefix]
 */
export function hashOf(bucket, prefix = "") {
  if (bucket === undefined) return "#/";
  return `#/${encodeURIComponent(bucket)}/${prefix.split("/").map(encodeURIComponent).join("/")}`;
}
