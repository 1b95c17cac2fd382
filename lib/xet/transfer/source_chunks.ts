import { XetFormatError } from "../error.ts";
import { decodeChunks, type DecodedChunks } from "../engine/mod.ts";
import { joinBytes } from "../../flow/byte_pieces.ts";
import type { FairTurn } from "../../flow/fair_turn.ts";
import type { Span } from "../cas/reconstruction.ts";
import type { ChunkList } from "../hash/mod.ts";

/** Stored bytes are decoded when this many have arrived: a call has a cost. */
const DECODE_LENGTH = 512 << 10;
/** Most bytes that one call decodes: a few stored bytes can become very many. */
const DECODED_LENGTH = 2 << 20;

/** Decoded chunks of one source. */
export class SourceChunks {
  readonly #first: number;
  readonly #parts: readonly DecodedChunks[];
  readonly #taken = new Set<DecodedChunks>();

  /**
   * @param first The index in the xorb of the first chunk.
   * @param parts The chunks, in order.
   */
  constructor(first: number, parts: readonly DecodedChunks[]) {
    this.#first = first;
    this.#parts = parts;
  }

  /**
   * The bytes of a run of chunks, in pieces that nobody else gets.
   *
   * @param chunks Indices in the xorb; `end` is exclusive.
   * @param hashes Takes hash and length of each chunk, when they were hashed.
   */
  take(chunks: Span, hashes: ChunkList | undefined): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let index = this.#first;
    for (const part of this.#parts) {
      let [offset, from, to] = [0, -1, 0];
      part.lengths.forEach((length, i) => {
        if (index >= chunks.start && index < chunks.end) {
          if (from < 0) from = offset;
          to = offset + length;
          if (part.hashes !== undefined) {
            hashes?.push(part.hashes.subarray(i * 32, i * 32 + 32), length);
          }
        }
        offset += length;
        index++;
      });
      if (from < 0) continue;
      // Whoever reads a piece may change or detach it; another term may need the same chunks.
      const isNew = !this.#taken.has(part);
      this.#taken.add(part);
      pieces.push(isNew ? part.data.subarray(from, to) : part.data.slice(from, to));
    }
    return pieces;
  }
}

/**
 * Decodes the stored bytes of a source while they arrive.
 *
 * @param body The bytes from the header of chunk `chunks.start` to the end of the one before `end`.
 * @param chunks Indices in the xorb; `end` is exclusive.
 * @param wanted The chunks to keep; the others are only counted.
 * @param hashes Whether to hash the chunks.
 * @param turn Lets others have their turn.
 * @throws XetFormatError if the bytes are not exactly these chunks.
 */
export async function decodeSource(
  body: AsyncIterable<Uint8Array>,
  chunks: Span,
  wanted: Span,
  hashes: boolean,
  turn: FairTurn,
): Promise<SourceChunks> {
  const parts: DecodedChunks[] = [];
  let first = chunks.start;
  let index = chunks.start;
  const decode = async (bytes: Uint8Array): Promise<Uint8Array> => {
    while (index < chunks.end) {
      const part = turn.run(() =>
        decodeChunks(bytes, {
          hashes,
          maxChunks: chunks.end - index,
          maxLength: DECODED_LENGTH,
        })
      );
      if (part.consumed === 0) return bytes;
      bytes = bytes.subarray(part.consumed);
      const next = index + part.lengths.length;
      if (next <= wanted.start) first = next;
      else if (index < wanted.end) parts.push(part);
      index = next;
      await turn.pause();
    }
    return bytes;
  };
  let [held, length]: [Uint8Array[], number] = [[], 0];
  for await (const piece of body) {
    held.push(piece);
    length += piece.length;
    if (length < DECODE_LENGTH) continue;
    const rest = await decode(joinBytes(held));
    [held, length] = [[rest], rest.length];
  }
  const rest = await decode(joinBytes(held));
  if (rest.length > 0 || index !== chunks.end) {
    throw new XetFormatError(
      `Stored bytes hold ${index - chunks.start} chunks and ${rest.length} more bytes instead of ` +
        `${chunks.end - chunks.start} chunks`,
    );
  }
  return new SourceChunks(first, parts);
}
