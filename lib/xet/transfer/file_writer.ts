import { FairTurn } from "../../flow/fair_turn.ts";
import type { Lease } from "../../flow/memory_budget.ts";
import { PagePool } from "../../flow/page_pool.ts";
import { CasError } from "../cas/cas_error.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import type { Term } from "../format/mod.ts";
import { type ChunkList, ComposedHasher, FileHasher, printHash } from "../hash/mod.ts";
import { ChunkBlock, lengthOf } from "./chunk_block.ts";
import type { ChunkPlace } from "./chunk_finder.ts";
import {
  limitsOf,
  type TransferContext,
  type TransferLimits,
  type TransferObserver,
} from "./context.ts";
import { FileDedup } from "./file_dedup.ts";
import type { KeptRun } from "./kept_runs.ts";
import type { PackedChunk } from "./packed_index.ts";
import { PackedXorb } from "./packed_xorb.ts";
import { PlacingLine } from "./placing_line.ts";
import { registerFile } from "./register_file.ts";
import { StoredRun } from "./stored_run.ts";
import { TermList } from "./term_list.ts";
import { XorbPacker } from "./xorb_packer.ts";

/** How a file is written. */
export interface FileWriterOptions {
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Whether parts of it come as stored runs. Default: no. */
  readonly composed?: boolean;
  /** Told what becomes of the bytes. */
  readonly observer?: TransferObserver | undefined;
}

/**
 * Makes one file of chunks: new ones are packed into xorbs that are sent as soon as they are full,
 * known ones are referenced. Holds budget only for bytes that are packed or wait for an answer of
 * the CAS, and lets go of it, by sending what it has, before it waits for more and whenever somebody
 * else waits.
 */
export class FileWriter {
  /** Where memory is taken from. */
  readonly pages: PagePool;
  readonly #context: TransferContext;
  readonly #limits: TransferLimits;
  readonly #turn: FairTurn;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #pass = () => this.#abort.abort(this.#outer?.reason);
  readonly #forget: () => void;
  /** Fed chunk by chunk: all at the end would stop the event loop for a large file. */
  readonly #hasher: FileHasher | ComposedHasher;
  readonly #terms = new TermList();
  readonly #dedup: FileDedup;
  readonly #line = new PlacingLine<ChunkBlock | StoredRun>((item) =>
    item instanceof StoredRun ? this.#placeStored(item) : this.#place(item)
  );
  readonly #packer: XorbPacker;
  readonly #observer: TransferObserver | undefined;
  #reserved: Lease | undefined;
  #count = 0;
  #size = 0;

  /**
   * @param context Where to.
   * @param options `signal`, `composed`, `observer`.
   */
  constructor(context: TransferContext, options: FileWriterOptions = {}) {
    const { signal, composed, observer } = options;
    const { cas, known, budget, turn = new FairTurn() } = context;
    this.#context = context;
    this.#observer = observer;
    this.#turn = turn;
    this.pages = context.pages ?? new PagePool();
    this.#hasher = composed ? new ComposedHasher() : new FileHasher();
    this.#limits = limitsOf(context);
    this.#packer = new XorbPacker({
      cas,
      limits: this.#limits,
      pages: this.pages,
      abort: this.#abort,
      onSent: observer && ((bytes) => observer.sent(bytes)),
    });
    this.#dedup = new FileDedup({
      cas,
      known,
      keptLength: this.#limits.keptLength,
      terms: this.#terms,
      onGone: (xorb, runs) => this.#packInstead(xorb, runs),
      abort: this.#abort,
    });
    this.#outer = signal;
    if (signal?.aborted) this.#pass();
    else signal?.addEventListener("abort", this.#pass, { once: true });
    const leased = () => this.#packer.leased + this.#line.leased + this.#dedup.leased;
    this.#forget = budget.addHolder({
      get reclaimable() {
        return leased();
      },
      reclaim: () => this.#press(),
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
    this.#press();
    try {
      this.#reserved = await budget.acquire(share, { signal: this.signal });
    } catch (error) {
      this.#packer.throwIfFailed();
      throw error;
    }
  }

  /**
   * Adds chunks to the file, in order, and packs those that are not known yet into what was
   * reserved. Some may first have to wait for an answer of the CAS.
   *
   * @param chunks What an encoder gave.
   * @param page The page that holds nothing but all of them, if there is one; is kept or given back.
   */
  add(chunks: readonly EncodedChunk[], page?: Uint8Array<ArrayBuffer>): void {
    const lease = this.#reserved?.split(lengthOf(chunks));
    if (lease === undefined) throw new TypeError("Chunks were added without a reservation");
    const length = chunks.reduce((sum, { length }) => sum + length, 0);
    this.#dedup.came(length);
    this.#observer?.hashed(length);
    this.#line.push(new ChunkBlock(chunks, lease, page && { page, pages: this.pages }));
  }

  /** Adds chunks that are stored. */
  reference(run: StoredRun): void {
    this.#line.push(run);
  }

  /** Gives back what was reserved and not packed. */
  release(): void {
    this.#reserved?.release();
    this.#reserved = undefined;
  }

  /** Waits until more can be added; throws what kept a xorb from being sent. */
  async settle(): Promise<void> {
    while (this.#line.leased > this.#limits.waitingLength) {
      this.#dedup.crowd();
      await this.#line.answered();
    }
    await this.#packer.settle();
  }

  /** Sends what is left, registers the file and names it. */
  async finish(): Promise<{ readonly hash: string; readonly size: number }> {
    this.release();
    this.#dedup.end();
    await this.#line.idle();
    this.#dedup.settle();
    const hash = printHash(this.#hasher.digest());
    do await this.#packer.finish(); while (!await this.#register(hash));
    await this.#dedup.remember(this.#packer.xorbs, this.#turn);
    this.#end();
    return { hash, size: this.#size };
  }

  /** How a file that is finished is made, if no part of it was stored. */
  layout(): { readonly terms: readonly Term[]; readonly chunks: ChunkList } {
    return this.#terms.layout();
  }

  /** Ends it without a file of its own, when its content has been stored otherwise. */
  close(): void {
    this.release();
    this.#end();
  }

  /** Gives up: ends what is under way and gives back all budget. */
  async abandon(reason: unknown): Promise<void> {
    this.#abort.abort(reason);
    this.#line.end();
    this.#dedup.letGo();
    this.release();
    await this.#packer.abandon();
    this.#end();
  }

  #end(): void {
    this.#forget();
    this.#outer?.removeEventListener("abort", this.#pass);
  }

  /** False if something had to be packed instead of being taken from elsewhere. */
  async #register(hash: string): Promise<boolean> {
    const file = { hash, terms: this.#terms.verified() };
    const options = { turn: this.#turn, signal: this.signal };
    try {
      await registerFile(this.#context.cas, file, this.#packer.xorbs, options);
      return true;
    } catch (error) {
      const isRefused = error instanceof CasError && error.status === 400;
      if (!isRefused || !await this.#dedup.recover()) throw error;
      return false;
    }
  }

  /** Sets free, sooner or later, what is held while others wait. */
  #press(): void {
    const close = () => this.#packer.close();
    close();
    // What waited, or was kept, may be packed now. A failure is thrown to whoever writes the file.
    this.#dedup.press().then(close, () => {});
    this.#line.idle().then(close, () => {});
  }

  #placeStored({ terms, chunks, size }: StoredRun): undefined {
    this.#terms.addVerified(terms);
    this.#size += size;
    if (!("count" in chunks)) {
      if (!(this.#hasher instanceof ComposedHasher)) throw new TypeError("A file is not composed");
      this.#hasher.append(chunks);
      return;
    }
    this.#count += chunks.count;
    for (let i = 0; i < chunks.count; i++) this.#hasher.add(chunks.hash(i), chunks.size(i));
  }

  /** Places the chunks of a block up to one of which something has to be found out first. */
  #place(block: ChunkBlock): Promise<unknown> | undefined {
    for (let chunk = block.chunks[block.next]; chunk; chunk = block.chunks[++block.next]) {
      const found = this.#dedup.find(block, this.#count);
      if (found instanceof Promise) {
        this.#endRun(block);
        return found;
      }
      const place = found ?? this.#pack(block, chunk);
      if (found !== undefined) {
        this.#follow(block, found);
        this.#observer?.deduplicated(chunk.length);
      }
      const xorb = place.xorb instanceof PackedXorb ? place.xorb : { hash: place.xorb.hash };
      this.#terms.add(xorb, place.index, chunk.hash, chunk.length);
      this.#hasher.add(chunk.hash, chunk.length);
      this.#dedup.took(place);
      this.#size += chunk.length;
      this.#count++;
    }
    this.#endRun(block);
    return undefined;
  }

  /** Packs the next chunk of a block as a new one. Its bytes follow with those of its run. */
  #pack(block: ChunkBlock, chunk: EncodedChunk): PackedChunk {
    const isFull = !this.#packer.hasRoomFor(chunk);
    if (isFull || block.run?.fate !== "pack") this.#endRun(block);
    if (isFull) this.#packer.close();
    const place = this.#packer.add(chunk);
    block.run ??= { fate: "pack", start: block.next, place };
    this.#dedup.packed(chunk.hash, place);
    return place;
  }

  /** Has the next chunk of a block belong to a run of those that are taken from elsewhere. */
  #follow(block: ChunkBlock, place: ChunkPlace): void {
    const fate = this.#dedup.fateAt(place);
    const { run, next } = block;
    const isNext = run?.fate === fate && run.place.xorb === place.xorb &&
      run.place.index + next - run.start === place.index;
    if (isNext) return;
    this.#endRun(block);
    block.run = { fate, start: next, place };
  }

  #endRun(block: ChunkBlock): void {
    const { run, next, lease, page } = block;
    block.run = undefined;
    if (run === undefined || run.fate === "leave") return;
    const chunks = block.chunks.slice(run.start, next);
    const share = lease.split(lengthOf(chunks));
    if (run.fate === "keep") return this.#dedup.keep(run.place, chunks, share);
    const isAll = chunks.length === block.chunks.length;
    if (this.#packer.take(chunks, share, isAll ? page : undefined)) block.lostPage();
  }

  /** Packs chunks that were taken from a xorb. */
  #packInstead(xorb: string, runs: readonly KeptRun[]): void {
    const places = new Map<number, PackedChunk>();
    for (const run of runs) {
      const block = new ChunkBlock(run.chunks, run.lease);
      for (let chunk = block.chunks[0]; chunk; chunk = block.chunks[++block.next]) {
        places.set(run.start + block.next, this.#pack(block, chunk));
      }
      this.#endRun(block);
      block.letGo();
    }
    this.#terms.move(xorb, (index) => {
      const place = places.get(index);
      if (place === undefined) throw new TypeError(`The bytes of chunk ${index} were not kept`);
      return place;
    });
  }
}
