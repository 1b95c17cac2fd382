import type { FairTurn } from "../../flow/fair_turn.ts";
import type { Span } from "../cas/reconstruction.ts";
import type { StoredBytes } from "../cas/stored_bytes.ts";
import {
  type DecodedChunks,
  type DecoderPool,
  decodeSome,
  type WholeChunks,
  wholeChunks,
} from "../engine/mod.ts";
import { XetFormatError } from "../error.ts";
import { equalHashes } from "../hash/mod.ts";
import { Block } from "./block.ts";
import type { KnownHashes } from "./known_hashes.ts";

/** Stored bytes that are decoded at once; fewer at first, so that the beginning comes soon. */
const STORED_LENGTH = 512 << 10;
const FIRST_STORED_LENGTH = 64 << 10;

/** Fewer stored bytes are decoded sooner than sent to a worker. */
const WORTH_SENDING = 64 << 10;

/** A block, and whether the hashes of its chunks are certain. */
export interface DecodedBlock {
  readonly block: Block;
  readonly certain: boolean;
}

/** What a {@linkcode BlockDecoder} decodes. */
export interface BlockDecoderOptions {
  /** The xorb's hash in printed form. */
  readonly xorb: string;
  /** The chunks that the stored bytes are; `end` is exclusive. */
  readonly chunks: Span;
  /** Whether to hash the chunks. */
  readonly hashed: boolean;
  /** The hashes that are certain. */
  readonly known: KnownHashes;
  /** Workers. Default: the work is done in place. */
  readonly decoders?: DecoderPool | undefined;
  readonly turn: FairTurn;
}

/** A block under way. */
interface Job {
  /** Settles when the stored bytes of the block are there, and others may be read. */
  readonly read: Promise<void>;
  readonly block: Promise<DecodedBlock>;
}

/**
 * Decodes the stored bytes of a source while they arrive, and checks what can be checked. With workers
 * at hand the bytes of the next block are read while one is decoded.
 */
export class BlockDecoder {
  readonly #bytes: StoredBytes;
  readonly #options: BlockDecoderOptions;
  #next: number;
  #wanted = FIRST_STORED_LENGTH;
  #ahead: Job | undefined;
  #spare: ArrayBuffer | undefined;

  /**
   * @param bytes From the header of the first chunk to the end of the last.
   * @param options What they are.
   */
  constructor(bytes: StoredBytes, options: BlockDecoderOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#next = options.chunks.start;
  }

  /**
   * The next block; the last one only when the stored bytes have ended as they should.
   *
   * @throws XetFormatError if the bytes are not exactly these chunks, CasError if they break off.
   */
  async next(): Promise<DecodedBlock> {
    const { decoders, chunks } = this.#options;
    const job = this.#ahead ?? this.#begin();
    this.#ahead = undefined;
    await job.read;
    if (decoders?.isReady && this.#next < chunks.end) this.#ahead = this.#begin();
    return await job.block;
  }

  #begin(): Job {
    const read = Promise.withResolvers<void>();
    const block = this.#decodeNext(read.resolve);
    block.catch(read.reject);
    read.promise.catch(() => {}); // both are thrown to who asks for the block; perhaps nobody will
    return { read: read.promise, block };
  }

  async #decodeNext(onRead: () => void): Promise<DecodedBlock> {
    const { xorb, chunks: { end }, known } = this.#options;
    const first = this.#next;
    const found = await this.#readSome(end - first);
    this.#next += found.count;
    this.#wanted = Math.min(2 * this.#wanted, STORED_LENGTH);
    const decoding = this.#decode(found);
    decoding.catch(() => {}); // thrown below
    if (found.count === 0 || this.#next === end) await this.#expectEnd();
    onRead();
    const { data, lengths, hashes } = await decoding;
    const certain = hashes && known.get(xorb, first, first + found.count);
    if (certain && !equalHashes(certain, hashes)) {
      throw new XetFormatError(`Chunks from ${first} of a xorb have a wrong hash`);
    }
    const block = new Block({ xorb, first, lengths, hashes, data });
    return { block, certain: certain !== undefined };
  }

  async #readSome(most: number): Promise<WholeChunks> {
    while (true) {
      await this.#bytes.fill(this.#wanted);
      const found = wholeChunks(this.#bytes.bytes, most);
      if (found.count > 0 || this.#bytes.complete) return found;
      this.#wanted *= 2;
    }
  }

  async #decode({ length, count }: WholeChunks): Promise<DecodedChunks> {
    const { decoders, hashed: hashes, turn } = this.#options;
    if (decoders?.isReady && length >= WORTH_SENDING) {
      const buffer = this.#bytes.takeAway(length, this.#spare);
      this.#spare = undefined;
      const answer = await decoders.decode({ buffer, length, count }, { hashes });
      this.#spare = answer.buffer;
      return answer.decoded;
    }
    const stored = this.#bytes.bytes.subarray(0, length);
    const decoded = turn.run(() => decodeSome(stored, { hashes, maxChunks: count }));
    this.#bytes.take(length);
    await turn.pause();
    return decoded;
  }

  async #expectEnd(): Promise<void> {
    const { start, end } = this.#options.chunks;
    await this.#bytes.fill(1);
    const left = this.#bytes.bytes.length;
    if (this.#next === end && left === 0) return;
    throw new XetFormatError(
      `Stored bytes hold ${this.#next - start} chunks and ${left} more bytes instead of ` +
        `${end - start} chunks`,
    );
  }
}
