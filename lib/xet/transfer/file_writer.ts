import { FairTurn } from "../../flow/fair_turn.ts";
import type { Lease } from "../../flow/memory_budget.ts";
import { PagePool } from "../../flow/page_pool.ts";
import { ChunkList, equalHashes, FileHasher, printHash } from "../hash/mod.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import { type FileRecipe, limitsOf, type TransferContext, type TransferLimits } from "./context.ts";
import { type ChunkPlace, DedupIndex } from "./dedup_index.ts";
import { PackedXorb } from "./packed_xorb.ts";
import { registerFile } from "./register_file.ts";
import { TermList } from "./term_list.ts";

/** A chunk that is known is stored once more rather than leave a file in shreds: see `#find`. */
const MIN_CHUNKS_A_TERM = 8;
/** Terms that a file may have before that is looked at. */
const FREE_TERMS = 16;

/**
 * Makes one file of chunks: new ones are packed into xorbs that are sent as soon as they are full,
 * known ones are referenced. Holds budget only for bytes that are packed, and lets go of it, by
 * sending what it has, before it waits for more and whenever somebody else waits.
 */
export class FileWriter {
  /** Where memory is taken from. */
  readonly pages: PagePool;
  readonly #context: TransferContext;
  readonly #limits: TransferLimits;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #pass = () => this.#abort.abort(this.#outer?.reason);
  readonly #forget: () => void;
  readonly #chunks = new ChunkList();
  /** Fed chunk by chunk: all at the end would stop the event loop for a large file. */
  readonly #hasher = new FileHasher();
  readonly #terms = new TermList();
  readonly #index = new DedupIndex();
  readonly #xorbs: PackedXorb[] = [];
  readonly #queue: PackedXorb[] = [];
  readonly #sending = new Set<Promise<void>>();
  #open: PackedXorb;
  #reserved: Lease | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param context Where to.
   * @param signal Ends everything that is under way.
   */
  constructor(context: TransferContext, signal?: AbortSignal) {
    this.#context = context;
    this.#limits = limitsOf(context);
    this.pages = context.pages ?? new PagePool();
    this.#open = new PackedXorb(this.pages);
    this.#outer = signal;
    if (signal?.aborted) this.#pass();
    else signal?.addEventListener("abort", this.#pass, { once: true });
    const leased = () => this.#open.leased;
    this.#forget = context.budget.addHolder({
      get reclaimable() {
        return leased();
      },
      reclaim: () => this.#closeOpen(),
    });
  }

  /** Aborted when the caller aborts, or when a xorb could not be sent. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Bounds of this transfer. */
  get limits(): TransferLimits {
    return this.#limits;
  }

  /**
   * Makes room for bytes that are about to be read or packed. If there is none, the open xorb is
   * sent first, which frees what it holds: nobody waits for the budget while keeping others from it.
   *
   * @param bytes How much; what was reserved before is given back.
   */
  async reserve(bytes: number): Promise<void> {
    this.release();
    const { budget } = this.#context;
    // The other half may be held by downloads that wait for their readers, perhaps for this one.
    const share = Math.min(bytes, Math.floor(budget.limit / 2));
    this.#reserved = budget.tryAcquire(share);
    if (this.#reserved !== undefined) return;
    this.#closeOpen();
    try {
      this.#reserved = await budget.acquire(share, { signal: this.signal });
    } catch (error) {
      this.#throwIfFailed();
      throw error;
    }
  }

  /**
   * Adds chunks to the file, in order, and packs those that are not known yet into what was
   * reserved.
   *
   * @param chunks What an encoder gave.
   * @param page The page that holds nothing but all of them, if there is one; is kept or given back.
   */
  add(chunks: readonly EncodedChunk[], page?: Uint8Array<ArrayBuffer>): void {
    const run: EncodedChunk[] = [];
    for (const chunk of chunks) {
      this.#chunks.push(chunk.hash, chunk.length);
      this.#hasher.add(chunk.hash, chunk.length);
      const known = this.#find(chunk.hash);
      if (known !== undefined) {
        this.#terms.add(known.xorb, known.index, known.index + 1, chunk.length);
        continue;
      }
      if (!this.#open.fits(chunk, this.#limits)) {
        this.#pack(run);
        this.#closeOpen();
      }
      const place = { xorb: this.#open, index: this.#open.add(chunk) };
      this.#index.add(chunk.hash, place);
      this.#terms.add(place.xorb, place.index, place.index + 1, chunk.length);
      run.push(chunk);
    }
    if (page === undefined || run.length < chunks.length || !this.#adopt(run, page)) {
      this.#pack(run);
      if (page !== undefined) this.pages.give(page);
    }
  }

  /** Gives back what was reserved and not packed. */
  release(): void {
    this.#reserved?.release();
    this.#reserved = undefined;
  }

  /**
   * Adds chunks of a file that is already stored, without moving their bytes.
   *
   * @param recipe The stored file.
   * @param start Its first chunk to add.
   * @param end The one after the last.
   */
  reference(recipe: FileRecipe, start: number, end: number): void {
    this.#chunks.append(recipe.chunks.slice(start, end));
    for (let i = start; i < end; i++) {
      this.#hasher.add(recipe.chunks.hash(i), recipe.chunks.size(i));
    }
    let first = 0;
    for (const term of recipe.terms) {
      const from = Math.max(start, first);
      const to = Math.min(end, first + term.end - term.start);
      if (from < to) {
        let length = 0;
        for (let i = from; i < to; i++) length += recipe.chunks.size(i);
        const shift = term.start - first;
        this.#terms.add({ hash: term.xorbHash }, from + shift, to + shift, length);
      }
      first += term.end - term.start;
      if (first >= end) return;
    }
  }

  /** Waits until another xorb may be filled; throws what kept one from being sent. */
  async settle(): Promise<void> {
    while (this.#queue.length > 0 && this.#sending.size > 0) await Promise.race(this.#sending);
    this.#throwIfFailed();
  }

  /** Sends what is left, registers the file and gives its recipe. */
  async finish(): Promise<FileRecipe> {
    this.release();
    this.#closeOpen();
    await this.#drain();
    this.#throwIfFailed();
    this.signal.throwIfAborted();
    const recipe = {
      hash: printHash(this.#hasher.digest()),
      size: this.#chunks.totalSize,
      terms: this.#terms.close(),
      chunks: this.#chunks,
    };
    const { cas, turn = new FairTurn() } = this.#context;
    await registerFile(cas, recipe, this.#xorbs, { turn, signal: this.signal });
    this.#end();
    return recipe;
  }

  /** Gives up: ends what is under way and gives back all budget. */
  async abandon(reason: unknown): Promise<void> {
    this.#abort.abort(reason);
    this.#queue.splice(0).forEach((xorb) => xorb.letGo());
    this.#open.letGo();
    this.release();
    await this.#drain();
    this.#end();
  }

  #end(): void {
    this.#forget();
    this.#outer?.removeEventListener("abort", this.#pass);
  }

  async #drain(): Promise<void> {
    while (this.#sending.size > 0) await Promise.race(this.#sending);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Where a chunk can be taken from. What makes the last term longer is always taken. A term of its
   * own costs each reader a request, so once a file has few chunks a term, it is only begun if it
   * is likely to pay; zeros would otherwise give a term a chunk.
   */
  #find(hash: Uint8Array): ChunkPlace | undefined {
    const { next, count } = this.#terms;
    if (next?.xorb instanceof PackedXorb && next.index < next.xorb.chunks.count) {
      const { index, xorb } = next;
      if (equalHashes(xorb.chunks.hash(index), hash)) return { xorb, index };
    }
    if (count > FREE_TERMS && this.#chunks.count < count * MIN_CHUNKS_A_TERM) return undefined;
    return this.#index.find(hash);
  }

  /** Copies a run of chunks into the open xorb, and empties the run. */
  #pack(run: EncodedChunk[]): void {
    if (run.length === 0) return;
    this.#hold(run);
    this.#open.append(run);
    run.length = 0;
  }

  #adopt(run: readonly EncodedChunk[], page: Uint8Array<ArrayBuffer>): boolean {
    const length = lengthOf(run);
    if (!this.#open.adopt(page, length)) return false;
    this.#hold(run);
    return true;
  }

  /** Moves what was reserved for chunks to the open xorb. */
  #hold(run: readonly EncodedChunk[]): void {
    const lease = this.#reserved?.split(lengthOf(run));
    if (lease === undefined) throw new TypeError("Chunks were added without a reservation");
    this.#open.hold(lease);
  }

  #closeOpen(): void {
    if (this.#open.chunks.count === 0) return;
    const xorb = this.#open;
    this.#open = new PackedXorb(this.pages);
    xorb.close();
    this.#xorbs.push(xorb);
    this.#queue.push(xorb);
    this.#sendNext();
  }

  #sendNext(): void {
    if (this.#sending.size >= this.#limits.xorbsInFlight || this.signal.aborted) return;
    const xorb = this.#queue.shift();
    if (xorb === undefined) return;
    const sent = this.#send(xorb).finally(() => {
      this.#sending.delete(sent);
      this.#sendNext();
    });
    this.#sending.add(sent);
  }

  async #send(xorb: PackedXorb): Promise<void> {
    try {
      await this.#context.cas.putXorb(xorb.hash ?? xorb.close(), xorb.pieces, {
        signal: this.signal,
      });
    } catch (error) {
      this.#failure ??= { error };
      this.#abort.abort(error);
    } finally {
      xorb.letGo();
    }
  }
}

/** Bytes of chunks as serialized. */
export function lengthOf(chunks: readonly EncodedChunk[]): number {
  return chunks.reduce((sum, { encodedLength }) => sum + encodedLength, 0);
}
