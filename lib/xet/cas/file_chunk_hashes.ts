import * as v from "valibot";
import { XetFormatError } from "../error.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{64}$/), v.toLowerCase());
const subtree = v.object({
  nodes: v.array(v.object({ hash, size: count })),
  levels: v.array(v.tuple([count, count])),
  at_start: v.boolean(),
  at_end: v.boolean(),
});
const answer = v.object({
  totalChunks: count,
  fileSize: count,
  windows: v.array(v.object({ dirtyByteRange: v.tuple([count, count]) })),
  hashRanges: v.array(v.nullable(subtree)),
  gapVerification: v.array(hash),
});

/**
 * What an edit needs to know of a file's chunks: the windows that are to be cut anew
 * (`[start, end)` in bytes), summaries of the hash tree before, between and after them, and the
 * verification hashes of the terms that no window touches.
 */
export type FileChunkHashes = v.InferOutput<typeof answer>;

/**
 * Reads the answer of `/v2/file-chunk-hashes/{hash}`.
 *
 * @param json The parsed body.
 * @throws XetFormatError if it is not one.
 */
export function readFileChunkHashes(json: unknown): FileChunkHashes {
  const result = v.safeParse(answer, json);
  if (!result.success) throw new XetFormatError("The CAS sent malformed chunk hashes of a file");
  const { windows, hashRanges } = result.output;
  if (hashRanges.length !== windows.length + 1) {
    throw new XetFormatError("The CAS sent chunk hashes that do not fit their windows");
  }
  return result.output;
}
