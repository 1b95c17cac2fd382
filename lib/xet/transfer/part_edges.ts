import { MAX_CHUNK_LENGTH } from "../engine/mod.ts";
import type { FileRecipe } from "./context.ts";
import { readChunks, type RecipeReaderOptions } from "./recipe_reader.ts";

/** The bytes at the borders of a part. */
export interface PartEdges {
  /** Its first chunks. */
  readonly head: readonly Uint8Array[];
  /** Its last chunk, if that is not among the first ones and another part follows. */
  readonly tail: Uint8Array | undefined;
}

/** Cuts mostly meet again within two chunks. */
const HEAD_CHUNKS = 2;

/** Most bytes that the edges of one part take: its first two chunks and its last. */
export const MAX_EDGE_LENGTH = (HEAD_CHUNKS + 1) * MAX_CHUNK_LENGTH;

/** Reads the edges of parts, some parts ahead: what costs time is not the bytes but the waiting. */
export class EdgeReader {
  readonly #parts: readonly FileRecipe[];
  readonly #ahead: number;
  readonly #options: RecipeReaderOptions;
  readonly #edges = new Map<number, Promise<PartEdges>>();

  /**
   * @param parts In order, none empty.
   * @param ahead How many parts are read beyond the one that is asked for.
   * @param options Where from.
   */
  constructor(parts: readonly FileRecipe[], ahead: number, options: RecipeReaderOptions) {
    this.#parts = parts;
    this.#ahead = ahead;
    this.#options = options;
  }

  /** The edges of a part; each may be asked for once, in order. */
  async take(index: number): Promise<PartEdges> {
    const end = Math.min(this.#parts.length, index + this.#ahead + 1);
    for (let i = index; i < end; i++) {
      if (this.#edges.has(i)) continue;
      const edges = this.#read(i);
      edges.catch(() => {}); // thrown to whoever takes them; until then it must not end the process
      this.#edges.set(i, edges);
    }
    const edges = this.#edges.get(index);
    if (edges === undefined) throw new RangeError(`There is no part ${index}`);
    const taken = await edges;
    this.#edges.delete(index);
    return taken;
  }

  /** Waits for what is under way, which the signal should end. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#edges.values());
  }

  async #read(index: number): Promise<PartEdges> {
    const part = this.#parts[index];
    if (part === undefined) throw new RangeError(`There is no part ${index}`);
    const { count } = part.chunks;
    const isFirst = index === 0;
    const isLast = index === this.#parts.length - 1;
    const headCount = isFirst ? 0 : Math.min(HEAD_CHUNKS, count);
    const hasTail = !isLast && count > headCount &&
      part.chunks.size(count - 1) < MAX_CHUNK_LENGTH; // a chunk of that length ends there anyway
    if (hasTail && count === headCount + 1) {
      const chunks = await readChunks(part, 0, count, this.#options);
      return { head: chunks.slice(0, headCount), tail: chunks[headCount] };
    }
    const [head, tail] = await Promise.all([
      readChunks(part, 0, headCount, this.#options),
      hasTail ? readChunks(part, count - 1, count, this.#options) : [],
    ]);
    return { head, tail: tail[0] };
  }
}
