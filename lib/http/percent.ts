/**
 * Percent-encoding (RFC 3986 section 2.1) as S3 uses it: strict when decoding, the unreserved set
 * only when encoding.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";

const PERCENT = 0x25;
const SLASH = 0x2f;

const textEncoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What to leave alone when encoding. */
export interface EncodeOptions {
  /** Leaves `/` as it is, as S3 does in paths and with `encoding-type=url`. Default false. */
  readonly keepSlash?: boolean;
}

/**
 * Decodes percent escapes to bytes. Characters beyond ASCII stand for their UTF-8 bytes; `+` stays.
 *
 * @param raw Encoded text.
 * @returns The decoded bytes.
 * @throws {S3Error} InvalidURI when a `%` is not followed by two hex digits.
 */
export function decodeToBytes(raw: string): Uint8Array {
  const source = textEncoder.encode(raw);
  if (!source.includes(PERCENT)) return source;
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    let byte = source[at] ?? 0;
    if (byte === PERCENT) {
      const high = hexValue(source[at + 1]);
      const low = hexValue(source[at + 2]);
      if (high < 0 || low < 0) throw new S3Error("InvalidURI");
      byte = high * 16 + low;
      at += 2;
    }
    source[length++] = byte;
  }
  return source.subarray(0, length);
}

/**
 * Decodes percent escapes to text. `+` stays a plus sign, as in paths.
 *
 * @param raw Encoded text, such as the raw path of a request.
 * @returns The decoded text.
 * @throws {S3Error} InvalidURI for an invalid escape or bytes that are not UTF-8.
 */
export function decodeToText(raw: string): string {
  if (!raw.isWellFormed()) throw new S3Error("InvalidURI");
  if (!raw.includes("%")) return raw;
  try {
    return strictDecoder.decode(decodeToBytes(raw));
  } catch (cause) {
    if (cause instanceof S3Error) throw cause;
    throw new S3Error("InvalidURI", { cause });
  }
}

/**
 * Encodes every byte that is not unreserved (`A-Z a-z 0-9 - . _ ~`) as `%XX` in upper case; a blank
 * becomes `%20`. This is the encoding of SigV4's canonical request and of `encoding-type=url`.
 *
 * @param value Text, of which the UTF-8 bytes are encoded, or bytes.
 * @param options What to leave alone.
 * @returns ASCII text.
 */
export function percentEncode(value: string | Uint8Array, options: EncodeOptions = {}): string {
  const keepSlash = options.keepSlash ?? false;
  if (typeof value === "string") {
    if ((keepSlash ? UNRESERVED_OR_SLASH : UNRESERVED).test(value)) return value;
    value = textEncoder.encode(value);
  }
  let encoded = "";
  for (const byte of value) {
    encoded += isUnreserved(byte) || (keepSlash && byte === SLASH)
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_OR_SLASH = /^[A-Za-z0-9\-._~/]*$/;

function isUnreserved(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2e || byte === 0x5f ||
    byte === 0x7e;
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
