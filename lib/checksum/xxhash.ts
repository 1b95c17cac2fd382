import { createXXHash128, createXXHash3, createXXHash64 } from "hash-wasm";
import type { ChecksumAlgorithm } from "./algorithms.ts";

/** The algorithms of this file. */
export type XxHashAlgorithm = Extract<ChecksumAlgorithm, `XXHASH${string}`>;

/** Made asynchronously and before they are needed, since a digest begins in the midst of a request. */
const ENGINES = {
  XXHASH64: await createXXHash64(),
  XXHASH3: await createXXHash3(),
  XXHASH128: await createXXHash128(),
} as const satisfies Record<XxHashAlgorithm, unknown>;

/** XXH64, or XXH3 of 64 or 128 bits, with seed 0, in big-endian order. */
export class XxHashDigest {
  readonly #engine;
  /** All digests of an algorithm share its engine, and each keeps its own state. */
  #state: Uint8Array;

  /** @param algorithm Which of them. */
  constructor(algorithm: XxHashAlgorithm) {
    this.#engine = ENGINES[algorithm];
    this.#state = this.#engine.init().save();
  }

  /** As of `Digest`. */
  update(bytes: Uint8Array): void {
    this.#state = this.#engine.load(this.#state).update(bytes).save();
  }

  /** As of `Digest`. */
  digest(): Uint8Array {
    return this.#engine.load(this.#state).digest("binary");
  }
}
