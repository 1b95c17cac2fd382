import { FairTurn } from "../flow/fair_turn.ts";
import type { MemoryBudget } from "../flow/memory_budget.ts";
import { PagePool } from "../flow/page_pool.ts";
import type { Sleep } from "../flow/sleep.ts";
import { CasClient } from "../xet/cas/cas_client.ts";
import { createSender } from "../xet/cas/create_sender.ts";
import { ReconstructionCache } from "../xet/cas/reconstruction_cache.ts";
import { composeFiles } from "../xet/transfer/compose_files.ts";
import { ChunkIndex } from "../xet/transfer/chunk_index.ts";
import type { FileRecipe, TransferContext, TransferObserver } from "../xet/transfer/context.ts";
import { DiskCache } from "../xet/transfer/disk_cache.ts";
import { downloadFile, type PieceOwnership } from "../xet/transfer/download_file.ts";
import type { FileSlice, LazyPart, ListedFile } from "../xet/transfer/file_part.ts";
import { ReadPool } from "../xet/transfer/read_pool.ts";
import { SmallFiles } from "../xet/transfer/small_files.ts";
import { storeRecipe } from "../xet/transfer/store_recipe.ts";
import { uploadFile } from "../xet/transfer/upload_file.ts";
import { LRUCache } from "lru-cache";
import { bothObservers, type ClientObserver } from "./client_observer.ts";
import type { ContentName, ContentPart, ContentSlice } from "./content_part.ts";
import { poolsOf, type WorkerPools } from "./worker_pools.ts";
import type { XetTokens } from "./xet_tokens.ts";

export type { PieceOwnership, TransferObserver };

/** A directory in which content that was read is kept. */
export interface DiskCacheSettings {
  /** Made when missing; nothing else is in it. */
  readonly directory: string;
  /** Most bytes in it. */
  readonly maxBytes: number;
  /** Told of failures of the disk; reading goes on without it. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** What {@linkcode Transfers} needs. */
export interface TransfersOptions {
  /** Where CAS tokens come from. */
  readonly tokens: XetTokens;
  /** Bounds the memory of all transfers together. */
  readonly budget: MemoryBudget;
  /** Do the byte work. Default: it is done in place. */
  readonly workers?: WorkerPools | undefined;
  /** Whether they are closed with the transfers. Default: false. */
  readonly ownsWorkers?: boolean | undefined;
  /** The part of the budget that is set aside for the index of chunks. */
  readonly indexShare?: number | undefined;
  /** Sends requests. */
  readonly fetch?: typeof fetch | undefined;
  /** Waits between attempts. */
  readonly sleep?: Sleep | undefined;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: (() => number) | undefined;
  /** Keeps what was read on disk. */
  readonly diskCache?: DiskCacheSettings | undefined;
  /** A number from 0 up to 1, for the jitter. */
  readonly random?: (() => number) | undefined;
  /** How long another call may stand still, in milliseconds. */
  readonly casTimeoutMs?: number | undefined;
  /** How long a fetch of stored bytes may stand still before it is begun anew, in milliseconds. */
  readonly stallMs?: number | undefined;
  /** Told of calls of the CAS and of bytes. */
  readonly observer?: ClientObserver | undefined;
}

/** Options of a transfer. */
export interface TransferOptions {
  /** Ends the transfer; it rejects, or its stream errors, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told what becomes of the bytes of an upload. */
  readonly observer?: TransferObserver | undefined;
}

/** Options of a download. */
export interface DownloadOptions extends TransferOptions {
  /** Inclusive positions inside the content; all of it by default. */
  readonly range?: { readonly first: number; readonly last: number } | undefined;
  /** To whom the pieces of the stream belong. Default: "own". */
  readonly pieces?: PieceOwnership | undefined;
}

const MAX_CONTEXTS = 1_000;

/** Moves content between streams and the CAS, with the rights of one Hub token. */
export class Transfers {
  readonly #options: TransfersOptions;
  readonly #sender = createSender();
  readonly #turn = new FairTurn();
  readonly #pages = new PagePool();
  /** Set aside before anything is leased. */
  readonly #blocks: MemoryBudget;
  /** The CAS stores content for all buckets together; what may be known of it is the token's affair. */
  readonly #known: ChunkIndex;
  /** A client's tokens are for one bucket; what it keeps besides them is small. */
  readonly #contexts = new LRUCache<string, TransferContext>({ max: MAX_CONTEXTS });
  readonly #disk: DiskCache | undefined;
  readonly #pool: ReadPool;
  readonly #reconstructions: ReconstructionCache;

  /** @param options What it stands on. */
  constructor(options: TransfersOptions) {
    this.#options = options;
    const { budget, workers, now, observer } = options;
    this.#known = new ChunkIndex(budget, now, options.indexShare);
    this.#disk = options.diskCache && new DiskCache({ ...options.diskCache, turn: this.#turn });
    this.#pool = new ReadPool({
      budget,
      turn: this.#turn,
      decoders: workers && poolsOf(workers).decoders,
      disk: this.#disk,
      observer: observer?.reads,
    });
    this.#reconstructions = new ReconstructionCache({
      ...(now && { now }),
      onLookUp: (kept) => observer?.reads?.reconstruction?.(kept),
    });
    this.#blocks = budget.blocks;
  }

  /** Stores content while it arrives; a bucket that is not there is noticed before a byte is read. */
  async upload(
    id: string,
    body: ReadableStream<Uint8Array>,
    options: TransferOptions,
  ): Promise<FileRecipe> {
    try {
      await this.#options.tokens.get(id, "write", options.signal);
    } catch (error) {
      await body.cancel(error);
      throw error;
    }
    const observer = bothObservers(options.observer, this.#options.observer?.upload?.());
    const recipe = await uploadFile(this.#context(id), body, { ...options, observer });
    this.#pool.known.addFile(recipe);
    return recipe;
  }

  /** Keeps a long recipe in the CAS. */
  storeRecipe(id: string, recipe: FileRecipe, options: TransferOptions): Promise<ListedFile> {
    return storeRecipe(this.#context(id), recipe, options);
  }

  /** Makes content of others, in order. */
  compose(
    id: string,
    parts: readonly (ContentPart | LazyPart)[],
    options: TransferOptions,
  ): Promise<ContentName> {
    const files = parts.map((part) => "range" in part ? this.#slice(part) : part);
    return composeFiles(this.#context(id), files, options);
  }

  /** Reads content. */
  download(
    id: string,
    content: ContentName,
    options: DownloadOptions,
  ): ReadableStream<Uint8Array> {
    return downloadFile(this.#context(id), content, options);
  }

  /** Closes kept connections and gives memory back; transfers under way fail. Ends when nothing is written any more. */
  async close(): Promise<void> {
    this.#sender.close();
    if (this.#options.ownsWorkers) await this.#options.workers?.close();
    await this.#disk?.close();
    this.#pool.close();
    this.#known.close();
  }

  #slice({ id, ...slice }: ContentSlice): FileSlice {
    return id === undefined ? slice : { ...slice, cas: this.#context(id).cas };
  }

  #context(id: string): TransferContext {
    const { tokens, budget, workers, fetch, sleep, stallMs, random, casTimeoutMs: idleMs } =
      this.#options;
    const { observer } = this.#options;
    const known = this.#contexts.get(id);
    if (known !== undefined) return known;
    const cas = new CasClient({
      token: (scope, signal, refused) => tokens.get(id, scope, signal, refused),
      send: this.#sender.send,
      reconstructions: this.#reconstructions,
      owner: id,
      ...(fetch && { fetch }),
      ...(sleep && { sleep }),
      ...(stallMs && { stallMs }),
      ...(observer?.cas && { observer: observer.cas }),
      ...(random && { random }),
      // A shard is verified before it is answered, which takes as much longer as the defaults say.
      ...(idleMs && { idleMs, shardIdleMs: 5 * idleMs }),
    });
    const context = {
      cas,
      budget,
      blocks: this.#blocks,
      pages: this.#pages,
      turn: this.#turn,
      known: this.#known,
      smallFiles: new SmallFiles({ cas, pages: this.#pages, known: this.#known }),
      pool: this.#pool,
      ...(workers && { encoders: poolsOf(workers).encoders }),
    };
    this.#contexts.set(id, context);
    return context;
  }
}
