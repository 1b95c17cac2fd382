/** Hex digits of the Xet hash that an entity tag shows: as many as an MD5 has. */
const DIGITS = 32;

/**
 * The entity tag of content, without quotes: a pure function of the content, so that PUT, HEAD, listing
 * and copy agree without anything stored. The dash keeps clients from taking it for an MD5 of the
 * body (Amazon S3 API reference, "Object": an ETag with a dash is not an MD5).
 *
 * @param xetHash The file's Xet hash, 64 hex digits.
 * @returns The first 32 digits, then `-1`.
 */
export function etagOf(xetHash: string): string {
  return `${xetHash.slice(0, DIGITS)}-1`;
}
