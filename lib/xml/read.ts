/**
 * Reads request documents: small, untrusted, in or without S3's namespace, with elements that this
 * gateway has never heard of.
 *
 * @module
 */

import { parse, type XmlElement, XmlSyntaxError } from "@std/xml";
import { S3Error } from "../errors/s3_error.ts";

/** Deeper than any request document of S3. */
const MAX_DEPTH = 16;
/** More than `xmlns`, `xmlns:xsi` and the like. */
const MAX_ATTRIBUTES = 16;
/**
 * The most tags of a document: 10,000 parts with number, entity tag and five checksums have 160,002.
 */
const MAX_TAGS = 250_000;

const strictDecoder = new TextDecoder("utf-8", { fatal: true });
const LESS_THAN = 0x3c;

/** An element of a request document. Names are compared without their namespace. */
export class RequestElement {
  readonly #element: XmlElement;

  /** @param element The parsed element. */
  constructor(element: XmlElement) {
    this.#element = element;
  }

  /** The local name. */
  get name(): string {
    return this.#element.name.local;
  }

  /** The value of the attribute of a local name, such as `type` for `xsi:type`. */
  attribute(name: string): string | undefined {
    const { attributes } = this.#element;
    return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  }

  /** The children of a name, in order; others are ignored. */
  children(name: string): readonly RequestElement[] {
    return this.#element.children.flatMap((child) =>
      child.type === "element" && child.name.local === name ? [new RequestElement(child)] : []
    );
  }

  /**
   * The only child of a name.
   *
   * @throws {S3Error} MalformedXML when there are several.
   */
  child(name: string): RequestElement | undefined {
    const [child, second] = this.children(name);
    if (second !== undefined) throw malformed(new Error(`Several elements ${name}`));
    return child;
  }

  /** The text as written, with its blanks: they belong to keys. Comments are skipped. */
  get text(): string {
    return this.#element.children.map((child) =>
      child.type === "text" || child.type === "cdata" ? child.text : ""
    ).join("");
  }

  /** The text of the only child of a name; undefined without such a child. */
  textOf(name: string): string | undefined {
    return this.child(name)?.text;
  }
}

/**
 * Parses a request document.
 *
 * @param bytes The body: UTF-8, whose size has been bounded by whoever collected it.
 * @param root The name that the root element must have.
 * @returns The root element.
 * @throws {S3Error} MissingRequestBodyError for no bytes; MalformedXML for invalid UTF-8, a DOCTYPE,
 * anything not well-formed, another root, or more depth, attributes or tags than any request has.
 */
export function readDocument(bytes: Uint8Array, root: string): RequestElement {
  if (bytes.length === 0) throw new S3Error("MissingRequestBodyError");
  if (countTags(bytes) > MAX_TAGS) throw malformed(new Error(`More than ${MAX_TAGS} tags`));
  const element = new RequestElement(parseStrictly(bytes));
  if (element.name !== root) throw malformed(new Error(`The root is ${element.name}, not ${root}`));
  return element;
}

function parseStrictly(bytes: Uint8Array): XmlElement {
  try {
    return parse(strictDecoder.decode(bytes), {
      ignoreComments: true,
      disallowDoctype: true,
      maxDepth: MAX_DEPTH,
      maxAttributes: MAX_ATTRIBUTES,
    }).root;
  } catch (error) {
    // The decoder throws a TypeError for bytes that are not UTF-8.
    if (error instanceof XmlSyntaxError || error instanceof TypeError) throw malformed(error);
    throw error;
  }
}

/** Every tag begins with a byte that nothing else in UTF-8 contains: a bound before any parsing. */
function countTags(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LESS_THAN); at >= 0; at = bytes.indexOf(LESS_THAN, at + 1)) count++;
  return count;
}

function malformed(cause: Error): S3Error {
  return new S3Error("MalformedXML", { cause });
}
