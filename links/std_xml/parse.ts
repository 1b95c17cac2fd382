import { SaxesParser, type SaxesTagNS } from "saxes";
import {
  type ParseOptions,
  type XmlDocument,
  type XmlElement,
  type XmlName,
  type XmlNode,
  XmlSyntaxError,
} from "./types.ts";

/** Saxes looks for a namespace through all open elements, so that depth costs its square. */
const MAX_DEPTH = 256;
const MAX_ATTRIBUTES = 256;
/** Bounds of a whole document: what must fit into memory as a tree. */
const MAX_NODES = 1_000_000;
const MAX_LENGTH = 64 * 1024 * 1024;

/** The namespaced parser's type; its `xmlns` option picks the types of its events. */
type Parser = SaxesParser<{ xmlns: true }>;

interface OpenElement extends XmlElement {
  readonly children: XmlNode[];
}

/**
 * Parses XML 1.0 strictly, namespaces included. Entities are the five of XML and character
 * references; a DOCTYPE is refused unless allowed, and never processed.
 *
 * @param xml The text.
 * @param options What to leave out, and bounds.
 * @returns The tree.
 * @throws {XmlSyntaxError} If the text is not well-formed or exceeds a bound.
 *
 * @example
 * ```ts
 * import { parse } from "@std/xml";
 * import { assertEquals } from "@std/assert";
 *
 * const { root } = parse(`<root id="1"><child/></root>`);
 * assertEquals(root.name.local, "root");
 * assertEquals(root.attributes["id"], "1");
 * ```
 */
export function parse(xml: string, options: ParseOptions = {}): XmlDocument {
  if (xml.length > MAX_LENGTH) {
    throw new XmlSyntaxError("The document is too long", { line: 1, column: 1, offset: 0 });
  }
  const parser: Parser = new SaxesParser({
    xmlns: true,
    // A document that calls itself XML 1.1 may not widen what is accepted.
    defaultXMLVersion: "1.0",
    forceXMLVersion: true,
  });
  const builder = new TreeBuilder(parser, options);
  parser.write(xml).close();
  return builder.document();
}

class TreeBuilder {
  readonly #parser: Parser;
  readonly #options: ParseOptions;
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;
  #nodes = 0;
  #attributes = 0;

  constructor(parser: Parser, options: ParseOptions) {
    this.#parser = parser;
    this.#options = options;
    parser.on("error", (error) => this.#fail(withoutPosition(error.message)));
    parser.on("opentagstart", () => this.#startTag());
    parser.on("attribute", () => this.#countAttribute());
    parser.on("opentag", (tag) => this.#openElement(tag));
    parser.on("closetag", () => void this.#open.pop());
    parser.on("text", (text) => this.#text(text));
    parser.on("cdata", (text) => this.#add({ type: "cdata", text }));
    if (options.ignoreComments !== true) {
      parser.on("comment", (text) => this.#add({ type: "comment", text }));
    }
    if (options.disallowDoctype !== false) {
      parser.on("doctype", () => this.#fail("DOCTYPE is not allowed"));
    }
  }

  document(): XmlDocument {
    if (this.#root === undefined) this.#fail("The document has no root element");
    return { root: this.#root };
  }

  #startTag(): void {
    this.#attributes = 0;
    const maxDepth = Math.min(this.#options.maxDepth ?? MAX_DEPTH, MAX_DEPTH);
    if (this.#open.length >= maxDepth) this.#fail(`Elements are nested deeper than ${maxDepth}`);
  }

  #countAttribute(): void {
    const max = Math.min(this.#options.maxAttributes ?? MAX_ATTRIBUTES, MAX_ATTRIBUTES);
    if (++this.#attributes > max) this.#fail(`An element has more than ${max} attributes`);
  }

  #openElement(tag: SaxesTagNS): void {
    const element: OpenElement = {
      type: "element",
      name: nameOf(tag),
      attributes: Object.fromEntries(
        Object.values(tag.attributes).map(({ local, value }) => [local, value]),
      ),
      children: [],
    };
    if (this.#open.length === 0) this.#root = element;
    this.#add(element);
    this.#open.push(element);
  }

  #text(text: string): void {
    if (this.#options.ignoreWhitespace === true && !/\S/.test(text)) return;
    this.#add({ type: "text", text });
  }

  #add(node: XmlNode): void {
    if (++this.#nodes > MAX_NODES) this.#fail(`The document has more than ${MAX_NODES} nodes`);
    // Blanks and comments around the root element have no place in the tree.
    this.#open.at(-1)?.children.push(node);
  }

  #fail(message: string): never {
    const { line, columnIndex, position } = this.#parser;
    throw new XmlSyntaxError(message, { line, column: columnIndex + 1, offset: position });
  }
}

function nameOf({ name, prefix, local, uri }: SaxesTagNS): XmlName {
  return prefix === "" ? { raw: name, local } : { raw: name, local, prefix, uri };
}

/** Saxes puts `line:column: ` before its messages. */
function withoutPosition(message: string): string {
  return message.replace(/^\d+:\d+: /, "").replace(/\.$/, "");
}
