import { DecoderPool, EncoderPool } from "../xet/engine/mod.ts";

/** The threads of {@linkcode WorkerPools}. */
interface Pools {
  /** For uploads. */
  readonly encoders: EncoderPool;
  /** For downloads. */
  readonly decoders: DecoderPool;
}

let read: (pools: WorkerPools) => Pools;

/**
 * Threads for the byte work of transfers, which several clients can share. They start when they are
 * needed, and end when they are closed.
 *
 * @example
 * ```ts
 * import { BucketClient, WorkerPools } from "@hugbucket/hugbucket";
 *
 * await using workers = new WorkerPools(2);
 * await using first = new BucketClient({ token: "hf_first", workers });
 * await using second = new BucketClient({ token: "hf_second", workers });
 * ```
 */
export class WorkerPools {
  readonly #pools: Pools;

  static {
    read = (pools) => pools.#pools;
  }

  /**
   * Makes pools in which nothing runs yet.
   *
   * @param size Threads for uploads, and as many for downloads; 0 does the work in place. Default:
   * processors less one, at most 4.
   */
  constructor(size?: number) {
    this.#pools = { encoders: new EncoderPool(size), decoders: new DecoderPool(size) };
  }

  /** Ends the threads; what they have under way fails. */
  async close(): Promise<void> {
    await this.#pools.encoders.close();
    await this.#pools.decoders.close();
  }

  /** The same as `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The threads themselves. */
export function poolsOf(pools: WorkerPools): Pools {
  return read(pools);
}
