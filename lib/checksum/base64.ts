import { type ChecksumAlgorithm, DIGEST_LENGTHS } from "./algorithms.ts";

/**
 * Base64 (RFC 4648 section 4, with padding), as digests travel in headers.
 *
 * @param bytes The digest.
 */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/**
 * Reads the base64 of a digest, strictly: right length, padding and alphabet, no blanks.
 *
 * @param text The header's value.
 * @param algorithm Whose digest it is.
 * @returns The digest, or nothing when the text is not the base64 of so many bytes.
 */
export function decodeDigest(text: string, algorithm: ChecksumAlgorithm): Uint8Array | undefined {
  const length = DIGEST_LENGTHS[algorithm];
  if (text.length !== Math.ceil(length / 3) * 4 || !/^[A-Za-z0-9+/]+=*$/.test(text)) {
    return undefined;
  }
  try {
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    return bytes.length === length ? bytes : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
