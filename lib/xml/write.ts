/**
 * Writes response documents: escaped elements, nothing else.
 *
 * @module
 */

/** The namespace of S3's documents; error documents have none. */
export const S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Escaped XML. */
export interface Markup {
  readonly markup: string;
}

/** What an element can hold. Text and numbers are escaped; undefined and empty lists leave no trace. */
export type Content = string | number | boolean | Markup | undefined | readonly Content[];

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

// Cc holds the controls that XML allows, too (U+007F to U+009F): those stay.
const SPECIAL = /[&<>"'\p{Cc}\uFFFE\uFFFF]/gu;
const REPLACEMENT = "\uFFFD";

/**
 * Escapes text for element content and attribute values. Tab, line feed and carriage return become
 * references, since parsers change them otherwise. What XML 1.0 cannot hold at all (other control
 * characters, U+FFFE, U+FFFF, lone surrogates; XML 1.0 section 2.2) becomes U+FFFD: one such key must
 * not make a whole listing unreadable. Clients that need those keys ask for `encoding-type=url`.
 *
 * @param text Any text.
 * @returns Text without special characters.
 */
export function escapeXml(text: string): string {
  return text.toWellFormed().replace(SPECIAL, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const stays = character >= "\u007F" && character <= "\u009F";
  return ESCAPES[character] ?? (stays ? character : REPLACEMENT);
}

/**
 * Writes an element.
 *
 * @param name The element's name, trusted.
 * @param children What it holds.
 *
 * @example
 * ```ts
 * import { el } from "./write.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(el("Key", "a&b").markup, "<Key>a&amp;b</Key>");
 * ```
 */
export function el(name: string, ...children: readonly Content[]): Markup {
  return element(name, "", children);
}

/**
 * Writes an element unless its only content is undefined.
 *
 * @param name The element's name, trusted.
 * @param content What it holds.
 */
export function optional(name: string, content: Content): Markup | undefined {
  return content === undefined ? undefined : el(name, content);
}

/**
 * Writes a document in S3's namespace.
 *
 * @param root The root's name.
 * @param children What it holds.
 * @returns The text with its XML declaration.
 */
export function s3Document(root: string, ...children: readonly Content[]): string {
  return DECLARATION + element(root, ` xmlns="${S3_NAMESPACE}"`, children).markup;
}

/**
 * Writes a document without a namespace, as error documents are.
 *
 * @param root The root's name.
 * @param children What it holds.
 * @returns The text with its XML declaration.
 */
export function bareDocument(root: string, ...children: readonly Content[]): string {
  return DECLARATION + element(root, "", children).markup;
}

function element(name: string, attributes: string, children: readonly Content[]): Markup {
  const content = children.map(render).join("");
  const markup = content === ""
    ? `<${name}${attributes}/>`
    : `<${name}${attributes}>${content}</${name}>`;
  return { markup };
}

function render(content: Content): string {
  switch (typeof content) {
    case "undefined":
      return "";
    case "string":
      return escapeXml(content);
    case "number":
    case "boolean":
      return String(content);
    default:
      return "markup" in content ? content.markup : content.map(render).join("");
  }
}
