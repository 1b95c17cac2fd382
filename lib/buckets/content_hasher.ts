import { ChunkEncoder } from "../xet/engine/mod.ts";
import { FileHasher, printHash } from "../xet/hash/mod.ts";
import { type FileSource, openSource } from "./file_source.ts";

/** Finds the Xet hash of content without storing it. */
export class ContentHasher {
  readonly #encoder = new ChunkEncoder({ compression: "none" });
  readonly #hasher = new FileHasher();
  #size = 0;

  /** Takes more of the content. */
  add(bytes: Uint8Array): void {
    const { capacity } = this.#encoder;
    for (let at = 0; at < bytes.length; at += capacity) {
      this.#take(this.#encoder.push(bytes.subarray(at, at + capacity)));
    }
    this.#size += bytes.length;
  }

  /** Names the content. */
  finish(): { readonly hash: string; readonly size: number } {
    this.#take(this.#encoder.finish());
    return { hash: printHash(this.#hasher.digest()), size: this.#size };
  }

  /** Gives up its memory. */
  [Symbol.dispose](): void {
    this.#encoder.dispose();
  }

  #take(chunks: ReturnType<ChunkEncoder["push"]>): void {
    for (const { hash, length } of chunks) this.#hasher.add(hash, length);
  }
}

/**
 * The Xet hash that content has, or would have, in a bucket. Tells whether a local file is what a bucket
 * holds without moving a byte.
 *
 * @param source The content.
 * @param options `signal` ends it.
 *
 * @example
 * ```ts
 * import { contentHash } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const { hash, size } = await contentHash(new TextEncoder().encode("hello"));
 * assertEquals([hash.length, size], [64, 5]);
 * ```
 */
export async function contentHash(
  source: FileSource,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly hash: string; readonly size: number }> {
  const { stream } = await openSource(source);
  using hasher = new ContentHasher();
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      options.signal?.throwIfAborted();
      hasher.add(next.value);
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {}); // a stream that failed says so again
    throw error;
  }
  return hasher.finish();
}
