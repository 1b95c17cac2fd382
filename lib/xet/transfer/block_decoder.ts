import type { FairTurn } from "../../flow/fair_turn.ts";
import type { Span } from "../cas/reconstruction.ts";
import type { StoredBytes } from "../cas/stored_bytes.ts";
import { decodeSome } from "../engine/mod.ts";
import { XetFormatError } from "../error.ts";
import { equalHashes } from "../hash/mod.ts";
import { Block } from "./block.ts";
import type { KnownHashes } from "./known_hashes.ts";

/** Stored bytes that are decoded at once; fewer at first, so that the beginning comes soon. */
const STORED_LENGTH = 512 << 10;
const FIRST_STORED_LENGTH = 64 << 10;

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
  readonly turn: FairTurn;
}

/** Decodes the stored bytes of a source while they arrive, and checks what can be checked. */
export class BlockDecoder {
  readonly #bytes: StoredBytes;
  readonly #options: BlockDecoderOptions;
  #next: number;
  #wanted = FIRST_STORED_LENGTH;

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
    const { xorb, chunks: { end }, hashed, known, turn } = this.#options;
    const bytes = this.#bytes;
    const first = this.#next;
    while (true) {
      await bytes.fill(this.#wanted);
      const { data, lengths, hashes, consumed } = turn.run(() =>
        decodeSome(bytes.bytes, { hashes: hashed, maxChunks: end - first })
      );
      if (consumed === 0 && !bytes.complete) {
        this.#wanted *= 2;
        continue;
      }
      bytes.take(consumed);
      this.#next += lengths.length;
      this.#wanted = Math.min(2 * this.#wanted, STORED_LENGTH);
      if (consumed === 0 || this.#next === end) await this.#expectEnd();
      const certain = hashes && known.get(xorb, first, this.#next);
      if (certain && !equalHashes(certain, hashes)) {
        throw new XetFormatError(`Chunks ${first} to ${this.#next} of a xorb have a wrong hash`);
      }
      await turn.pause();
      const block = new Block({ xorb, first, lengths, hashes, data });
      return { block, certain: certain !== undefined };
    }
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
