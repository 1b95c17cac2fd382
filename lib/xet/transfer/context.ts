import type { FairTurn } from "../../flow/fair_turn.ts";
import type { MemoryBudget } from "../../flow/memory_budget.ts";
import { BLOCK_LENGTH, type PagePool } from "../../flow/page_pool.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { EncodedChunk, EncoderPool } from "../engine/mod.ts";
import { MAX_XORB_CHUNKS, MAX_XORB_LENGTH, type Term } from "../format/mod.ts";
import type { ChunkList } from "../hash/mod.ts";
import type { ChunkIndex } from "./chunk_index.ts";
import type { ReadPool } from "./read_pool.ts";

/** Bounds of a transfer. Lengths are in bytes. */
export interface TransferLimits {
  /** Most bytes of a xorb, both of its chunks and as serialized. */
  readonly xorbLength: number;
  /** Most chunks of a xorb. */
  readonly xorbChunks: number;
  /** Most xorbs of one upload that are on their way at once. */
  readonly xorbsInFlight: number;
  /** How much of a body is cut, hashed and packed in one go. */
  readonly blockLength: number;
  /** Most bytes of one upload that wait for what the CAS answers about a chunk. */
  readonly waitingLength: number;
  /** Most bytes of one upload that are kept although the CAS is said to have them. */
  readonly keptLength: number;
  /** How much of a file one reconstruction is asked for. */
  readonly spanLength: number;
  /** Most bytes that are read ahead of the reader of a download. */
  readonly windowLength: number;
  /** The same for a reader that is slow, in bytes. */
  readonly smallWindowLength: number;
  /** A file up to this length is verified before its first byte is given out. */
  readonly holdLength: number;
  /** Most bytes of one piece of a download's stream. */
  readonly pieceLength: number;
}

/** The bounds that hold unless a {@linkcode TransferContext} says otherwise. */
export const TRANSFER_LIMITS: TransferLimits = {
  xorbLength: MAX_XORB_LENGTH,
  xorbChunks: MAX_XORB_CHUNKS,
  xorbsInFlight: 3,
  blockLength: BLOCK_LENGTH,
  waitingLength: 16 << 20,
  keptLength: 9 << 20, // a part of 8 MiB, with its headers
  spanLength: 1 << 30,
  windowLength: 8 << 20,
  smallWindowLength: 1 << 20,
  holdLength: 8 << 20,
  pieceLength: 2 << 20,
};

/** Stores small files together with others. */
export interface SmallFileStore {
  /** Whether a file of this many bytes is small. */
  takes(length: number): boolean;
  /**
   * Stores and registers a file.
   *
   * @param chunks All of it, in memory that stays.
   * @param signal Ends the waiting; what others share goes on.
   */
  store(chunks: readonly EncodedChunk[], signal: AbortSignal): Promise<FileRecipe>;
}

/** What all transfers of one Hub token and bucket share. */
export interface TransferContext {
  readonly cas: CasClient;
  /** Shared by all transfers of the process. */
  readonly budget: MemoryBudget;
  /** The budget's part for blocks of uploads that are read and encoded. Default: they are not counted. */
  readonly blocks?: MemoryBudget;
  /** Shared as the budget is, which bounds what is used of it. Default: one a transfer. */
  readonly pages?: PagePool;
  /** Workers for the byte work of uploads. Default: it is done in place. */
  readonly encoders?: EncoderPool;
  /** What is known of the CAS, shared by all transfers of one Hub token. Default: nothing. */
  readonly known?: ChunkIndex;
  /** Shared by all transfers of the process where there are many. Default: one a transfer. */
  readonly turn?: FairTurn;
  /** Where small files are stored together. Default: each has a xorb and a shard of its own. */
  readonly smallFiles?: SmallFileStore;
  /** Shared by all downloads with one Hub token. Default: one for each download. */
  readonly pool?: ReadPool;
  /** Replaces some of {@linkcode TRANSFER_LIMITS}. */
  readonly limits?: Partial<TransferLimits>;
}

/** Told what becomes of the bytes of an upload, often; must return soon. */
export interface TransferObserver {
  /** Bytes of content were cut and hashed. */
  hashed(bytes: number): void;
  /** Of these, bytes that need not be sent. */
  deduplicated(bytes: number): void;
  /** Bytes went to the CAS, as they are stored. */
  sent(bytes: number): void;
}

/** Options of every transfer. */
export interface TransferOptions {
  /** Ends the transfer. */
  readonly signal?: AbortSignal | undefined;
  /** Told what becomes of the bytes of an upload. Default: nobody. */
  readonly observer?: TransferObserver | undefined;
}

/** A file that the CAS knows: how it is made of stored chunks. */
export interface FileRecipe {
  /** The file hash in printed form; zeros for no bytes. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** Runs of chunks of xorbs, in file order. */
  readonly terms: readonly Term[];
  /** Every chunk in file order. */
  readonly chunks: ChunkList;
}

/** Blocks are not made smaller than this: each has a cost. */
const MIN_BLOCK_LENGTH = 64 << 10;

/**
 * The bounds of a transfer. In a small budget blocks are smaller, so that their share of it is, and
 * less of an upload waits or is kept.
 *
 * @param context What the transfer was given.
 */
export function limitsOf({ budget, limits }: TransferContext): TransferLimits {
  const all = { ...TRANSFER_LIMITS, ...limits };
  const share = Math.max(MIN_BLOCK_LENGTH, Math.floor(budget.limit / 8));
  return {
    ...all,
    blockLength: Math.min(all.blockLength, share),
    waitingLength: Math.min(all.waitingLength, share),
    keptLength: Math.min(all.keptLength, share),
  };
}
