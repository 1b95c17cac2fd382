/**
 * The types of `@std/xml` 0.2 as far as this project uses them.
 *
 * @module
 */

/** Where in the text something is. */
export interface XmlPosition {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** Offset in the text, from 0. */
  readonly offset: number;
}

/** Thrown when a text is not well-formed XML or exceeds a bound. */
export class XmlSyntaxError extends SyntaxError {
  override readonly name = "XmlSyntaxError";
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** Offset in the text, from 0. */
  readonly offset: number;

  /**
   * @param message What is wrong.
   * @param position Where.
   */
  constructor(message: string, position: XmlPosition) {
    super(`${message} at line ${position.line}, column ${position.column}`);
    this.line = position.line;
    this.column = position.column;
    this.offset = position.offset;
  }
}

/** A qualified name. */
export interface XmlName {
  /** As written, such as `ns:item`. */
  readonly raw: string;
  /** What follows the colon, or all of it. */
  readonly local: string;
  /** What precedes the colon. */
  readonly prefix?: string;
  /** The namespace that the prefix is bound to; the default namespace is not told. */
  readonly uri?: string;
}

/** Character data. */
export interface XmlTextNode {
  readonly type: "text";
  /** Decoded, with its blanks. */
  readonly text: string;
}

/** A CDATA section. */
export interface XmlCDataNode {
  readonly type: "cdata";
  /** As written. */
  readonly text: string;
}

/** A comment. */
export interface XmlCommentNode {
  readonly type: "comment";
  /** What stands between `<!--` and `-->`. */
  readonly text: string;
}

/** An element. */
export interface XmlElement {
  readonly type: "element";
  readonly name: XmlName;
  /** Local name → value. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What it holds, in order. */
  readonly children: ReadonlyArray<XmlNode>;
}

/** Whatever an element can hold. */
export type XmlNode = XmlElement | XmlTextNode | XmlCDataNode | XmlCommentNode;

/** A document. */
export interface XmlDocument {
  /** Its only top-level element. */
  readonly root: XmlElement;
}

/** Options of `parse`. */
export interface ParseOptions {
  /** Leaves out text of blanks only. Default false. */
  readonly ignoreWhitespace?: boolean;
  /** Leaves out comments. Default false. */
  readonly ignoreComments?: boolean;
  /** Refuses a DOCTYPE. Default true. */
  readonly disallowDoctype?: boolean;
  /** How deep elements may be nested. Default, and at most, 256. */
  readonly maxDepth?: number;
  /** How many attributes an element may have. Default, and at most, 256. */
  readonly maxAttributes?: number;
}
