import { FairTurn } from "../../flow/fair_turn.ts";
import { ChunkEncoder, MAX_CHUNK_LENGTH } from "../engine/mod.ts";
import type { FileRecipe, TransferContext, TransferOptions } from "./context.ts";
import { FileWriter } from "./file_writer.ts";
import { EdgeReader, MAX_EDGE_LENGTH, type PartEdges } from "./part_edges.ts";
import { readChunks, type RecipeReaderOptions } from "./recipe_reader.ts";

/** Parts whose edges are read ahead. */
const PARTS_AHEAD = 8;
/** Most chunks that are read back at once where cuts do not meet: 4 MiB. */
const MAX_CHUNKS_READ = 32;

/**
 * Makes one file of several, with the hash that it would have if it had been uploaded in one piece.
 *
 * A cut depends only on the bytes since the cut before it. So at each border it is enough to cut
 * anew from the start of the left part's last chunk, until a cut falls on the end of a chunk of the
 * right part: from there on the cuts are those of the right part, whose chunks are referenced and
 * not moved. Where cuts never meet (zeros, periodic data) the right part is read back and cut anew
 * as it is streamed through.
 *
 * @param context Where the parts are, and the file goes.
 * @param recipes The parts, in order. They were cut by this program: from elsewhere, cuts may differ.
 * @param options `signal` ends it.
 * @returns The recipe of the whole, which is registered.
 */
export async function composeFiles(
  context: TransferContext,
  recipes: readonly FileRecipe[],
  options: TransferOptions = {},
): Promise<FileRecipe> {
  const parts = recipes.filter(({ size }) => size > 0);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const writer = new FileWriter(context, options.signal);
  const aheadLease = context.budget.tryAcquire(
    PARTS_AHEAD * MAX_EDGE_LENGTH,
    context.budget.limit / 2, // held while waiting for more: as with downloads, never all there is
  );
  const reading = {
    cas: context.cas,
    turn: context.turn ?? new FairTurn(),
    signal: writer.signal,
  };
  const edges = new EdgeReader(parts, aheadLease === undefined ? 0 : PARTS_AHEAD, reading);
  try {
    using composer = new Composer(writer, reading);
    for (const [i, part] of parts.entries()) {
      await composer.add(part, await edges.take(i), i === parts.length - 1);
    }
    aheadLease?.release();
    return await composer.finish();
  } catch (error) {
    await writer.abandon(error);
    throw error;
  } finally {
    await edges.close();
    aheadLease?.release();
  }
}

/** Puts parts one behind the other. */
class Composer {
  readonly #encoder = new ChunkEncoder();
  readonly #writer: FileWriter;
  readonly #reading: RecipeReaderOptions;

  constructor(writer: FileWriter, reading: RecipeReaderOptions) {
    this.#writer = writer;
    this.#reading = reading;
  }

  async add(part: FileRecipe, edges: PartEdges, isLast: boolean): Promise<void> {
    const { count } = part.chunks;
    const next = this.#encoder.pending > 0 ? await this.#cutUntilMet(part, edges) : 0;
    // The last chunk ended with the part; in the whole it may go on.
    const settled = isLast || part.chunks.size(count - 1) === MAX_CHUNK_LENGTH ? count : count - 1;
    if (next < settled) this.#writer.reference(part, next, settled);
    if (settled < count && next < count) {
      const tail = edges.tail ?? edges.head.at(-1);
      if (tail === undefined) throw new TypeError("The last chunk of a part was not read");
      await this.#reserveAndCut(tail);
    }
  }

  async finish(): Promise<FileRecipe> {
    await this.#writer.reserve(this.#encoder.pending);
    this.#writer.add(this.#encoder.finish());
    return await this.#writer.finish();
  }

  [Symbol.dispose](): void {
    this.#encoder.dispose();
  }

  /** Gives the first chunk behind the place where cuts met; the count if they did not. */
  async #cutUntilMet(part: FileRecipe, edges: PartEdges): Promise<number> {
    const { count } = part.chunks;
    let next = 0;
    for (const bytes of edges.head) {
      await this.#reserveAndCut(bytes);
      next++;
      if (this.#encoder.pending === 0) return next;
    }
    for (let ahead = 2; next < count; ahead = Math.min(2 * ahead, MAX_CHUNKS_READ)) {
      const end = Math.min(count, next + ahead);
      // One reservation for what is read and for what is packed of it: nothing is held while waiting.
      const length = part.chunks.slice(next, end).totalSize;
      await this.#writer.reserve(2 * length + this.#encoder.pending);
      for (const bytes of await readChunks(part, next, end, this.#reading)) {
        await this.#cut(bytes);
        next++;
        if (this.#encoder.pending === 0) break;
      }
      this.#writer.release();
      if (this.#encoder.pending === 0) break;
    }
    return next;
  }

  async #reserveAndCut(bytes: Uint8Array): Promise<void> {
    await this.#writer.reserve(bytes.length + this.#encoder.pending);
    await this.#cut(bytes);
    this.#writer.release();
  }

  async #cut(bytes: Uint8Array): Promise<void> {
    const { turn } = this.#reading;
    turn.run(() => this.#writer.add(this.#encoder.push(bytes)));
    await turn.pause();
    await this.#writer.settle();
  }
}
