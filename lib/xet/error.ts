/** Bytes or text that are not what the Xet formats allow: hashes, chunks, xorbs, shards. */
export class XetFormatError extends Error {
  /** The class's name, for logs. */
  override readonly name = "XetFormatError";
}
