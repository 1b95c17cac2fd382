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

/** Added to a byte from 0x80 on: the upper half of the last row of Unicode's private use. */
const RAW_BYTE = 0x10ff00;
const RAW_BYTES = /[\u{10FF80}-\u{10FFFF}]/u;
/** The most bytes in an encoded word of at most 75 characters (RFC 2047 section 2). */
const ENCODED_WORD_BYTES = 45;

/**
 * A header value as text that can be stored and becomes the very same bytes again. Bytes that are not UTF-8
 * (Node's clients send Latin-1) are kept as private-use characters, and so are, to be told from
 * them, bytes of those characters.
 *
 * @param value The value as the runtime gives it.
 */
export function headerToStored(value: string): string {
  const text = headerToUtf8(value);
  if (text !== undefined && !RAW_BYTES.test(text)) return text;
  return value.replace(
    /[\x80-\xff]/g,
    (byte) => String.fromCodePoint(RAW_BYTE + byte.charCodeAt(0)),
  );
}

/**
 * The header value of stored text: the bytes that {@linkcode headerToStored} was given. What no header can
 * carry (line ends that came in a form's field) is written as encoded words (RFC 2047), as S3 does.
 *
 * @param text Stored text.
 */
export function storedToHeader(text: string): string {
  if (RAW_BYTES.test(text)) {
    const pieces = Array.from(text, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code >= RAW_BYTE + 0x80
        ? String.fromCharCode(code - RAW_BYTE)
        : asHeader(character) ?? "?";
    });
    return pieces.join("");
  }
  return asHeader(text) ?? encodedWords(text);
}

function encodedWords(text: string): string {
  const words: string[] = [];
  let piece = "";
  const encoder = new TextEncoder();
  for (const character of text) {
    if (encoder.encode(piece + character).length > ENCODED_WORD_BYTES) {
      words.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...words, piece].map((word) => `=?UTF-8?B?${encoder.encode(word).toBase64()}?=`).join(
    " ",
  );
}
