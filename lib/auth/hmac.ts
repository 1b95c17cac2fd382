import { createHash, createHmac } from "node:crypto";
import { timingSafeEqual } from "@std/crypto";

/** SHA-256 of no bytes, in hex. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** HMAC-SHA256 of ASCII text. */
export function hmacSha256(key: string | Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

/**
 * SHA-256 in hex of text of which every character is a byte (Latin-1).
 *
 * @param text Characters up to U+00FF.
 */
export function sha256OfBytes(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}

/**
 * Compares two signatures in a time that does not depend on where they differ. That their lengths
 * differ is no secret.
 */
export function signaturesEqual(expected: string, provided: string): boolean {
  const a = new TextEncoder().encode(expected);
  const b = new TextEncoder().encode(provided);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Text as its UTF-8 bytes, a byte per character, to be mixed with header values. */
export function utf8AsLatin1(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** The inverse of {@linkcode utf8AsLatin1}, for showing; bytes that are not UTF-8 become U+FFFD. */
export function latin1AsUtf8(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
