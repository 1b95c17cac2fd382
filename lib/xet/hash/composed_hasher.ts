import { ChunkList } from "./chunk_list.ts";
import { Subtree } from "./subtree.ts";
import { saltRoot } from "./tree.ts";

/** Chunks that are taken into a summary at once. */
const BATCH = 512;

/**
 * The file hash of a file that is partly known by chunks and partly by summaries of ranges. What it
 * keeps grows with the logarithm of the number of chunks.
 */
export class ComposedHasher {
  #summary: Subtree | undefined;
  #chunks = new ChunkList();
  #empty = true;

  /** Adds a chunk: its hash of 32 bytes (copied) and its length in bytes. */
  add(hash: Uint8Array, size: number): void {
    if (this.#chunks.count >= BATCH) this.#summarize(false);
    this.#chunks.push(hash, size);
    this.#empty = false;
  }

  /** Adds a range of chunks that is summarized: as one that begins the file, or ends it, only if it does. */
  append(range: Subtree): void {
    this.#summarize(false);
    this.#merge(range);
    this.#empty = false;
  }

  /**
   * The file hash, 32 bytes; nothing can be added afterwards. What was added last must be a chunk, or a
   * range that ends the file.
   */
  digest(): Uint8Array<ArrayBuffer> {
    if (this.#empty) return new Uint8Array(32);
    this.#summarize(true);
    const root = this.#summary?.root();
    if (root === undefined) {
      throw new TypeError("A file ends with a chunk, or a range that ends it");
    }
    return saltRoot(root);
  }

  #summarize(atEnd: boolean): void {
    if (this.#chunks.count === 0) return;
    this.#merge(Subtree.fromChunks(this.#chunks, { atStart: this.#summary === undefined, atEnd }));
    this.#chunks = new ChunkList();
  }

  #merge(range: Subtree): void {
    const start = this.#summary ?? Subtree.fromChunks(new ChunkList(), START);
    this.#summary = range.atStart ? range : start.merge(range);
  }
}

const START = { atStart: true, atEnd: false };
