/**
 * Header values hold a byte per character (Latin-1); S3's clients send UTF-8 in them.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";

const TAB = 0x09;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Text as a header value: its UTF-8 bytes, a character each.
 *
 * @param name Where the text comes from, for the error.
 * @param text Any text.
 * @throws {S3Error} InvalidArgument when it holds control characters, which no header can.
 */
export function utf8ToHeader(name: string, text: string): string {
  const value = asHeader(text);
  if (value !== undefined) return value;
  throw new S3Error("InvalidArgument", {
    message: "Header values must not contain control characters",
    fields: { ArgumentName: name, ArgumentValue: text },
  });
}

/**
 * Text as a header value, as {@linkcode utf8ToHeader}; undefined when it holds what no header value
 * can (RFC 9110 section 5.5). Deno 2.9 ends the whole process when an answer has such a header.
 *
 * @param text Any text.
 */
export function asHeader(text: string): string | undefined {
  let value = "";
  for (const byte of new TextEncoder().encode(text)) {
    if ((byte < SPACE && byte !== TAB) || byte === DELETE) return undefined;
    value += String.fromCharCode(byte);
  }
  return value;
}

/**
 * A header value as text, its bytes read as UTF-8.
 *
 * @param value The value as the runtime gives it.
 * @returns The text; undefined when the bytes are not UTF-8.
 */
export function headerToUtf8(value: string): string | undefined {
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
