import { joinBytes } from "../../flow/byte_pieces.ts";
import { XetFormatError } from "../error.ts";
import { MAX_XORB_CHUNKS } from "../format/mod.ts";
import { ChunkList, parseHash, printHash } from "../hash/mod.ts";
import type { FileRecipe } from "./context.ts";

/** A run of chunks of a xorb. */
export interface StoredChunks {
  /** The xorb, in printed form. */
  readonly xorbHash: string;
  /** The index in it of the first chunk. */
  readonly start: number;
  readonly chunks: ChunkList;
}

/** The xorb's hash, the index of the first chunk, the number of chunks; then the chunks. */
const TERM_HEADER = 32 + 4 + 4;
const CHUNK_RECORD = 36;

/** The runs of chunks that a file is made of, in order. */
export function* storedRuns({ terms, chunks }: FileRecipe): Generator<StoredChunks, void, void> {
  let first = 0;
  for (const { xorbHash, start, end } of terms) {
    const next = first + end - start;
    yield { xorbHash, start, chunks: chunks.slice(first, next) };
    first = next;
  }
}

/** Writes runs of chunks as bytes, in pieces: 36 bytes a chunk, and 40 more a run. */
export function* writeRecipeList(
  runs: Iterable<StoredChunks>,
): Generator<Uint8Array<ArrayBuffer>, void, void> {
  for (const { xorbHash, start, chunks } of runs) {
    const header = new Uint8Array(TERM_HEADER);
    header.set(parseHash(xorbHash));
    const view = new DataView(header.buffer);
    view.setUint32(32, start, true);
    view.setUint32(36, chunks.count, true);
    yield header;
    yield chunks.toBytes();
  }
}

/**
 * Reads what {@linkcode writeRecipeList} wrote, a run at a time.
 *
 * @throws {XetFormatError} if it is anything else.
 */
export async function* readRecipeList(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<StoredChunks, void, void> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const piece of stream) {
    held = joinBytes([held, piece]);
    for (let run = firstRun(held); run !== undefined; run = firstRun(held)) {
      yield run.stored;
      held = held.subarray(run.length);
    }
  }
  if (held.length > 0) throw malformed();
}

/** The run at the beginning, if it is there as a whole. */
function firstRun(bytes: Uint8Array) {
  if (bytes.length < TERM_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, TERM_HEADER);
  const [start, count] = [view.getUint32(32, true), view.getUint32(36, true)];
  if (count === 0 || count > MAX_XORB_CHUNKS) throw malformed();
  const length = TERM_HEADER + count * CHUNK_RECORD;
  if (bytes.length < length) return undefined;
  const chunks = ChunkList.fromBytes(bytes.subarray(TERM_HEADER, length));
  return { stored: { xorbHash: printHash(bytes), start, chunks }, length };
}

const malformed = () => new XetFormatError("A list of chunks is malformed");
