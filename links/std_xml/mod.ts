/**
 * Stands in for `jsr:@std/xml` 0.2: the same `parse`, over `saxes`.
 *
 * @module
 */

export { parse } from "./parse.ts";
export {
  type ParseOptions,
  type XmlCDataNode,
  type XmlCommentNode,
  type XmlDocument,
  type XmlElement,
  type XmlName,
  type XmlNode,
  type XmlPosition,
  XmlSyntaxError,
  type XmlTextNode,
} from "./types.ts";
