import type { EncodedChunk } from "../engine/mod.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { FairTurn } from "../../flow/fair_turn.ts";
import type { Lease } from "../../flow/memory_budget.ts";
import type { ChunkBlock } from "./chunk_block.ts";
import { ChunkFinder, type ChunkPlace } from "./chunk_finder.ts";
import type { ChunkIndex } from "./chunk_index.ts";
import { DedupQuestions } from "./dedup_questions.ts";
import { type KeptRun, KeptRuns } from "./kept_runs.ts";
import type { PackedChunk } from "./packed_index.ts";
import { PackedXorb } from "./packed_xorb.ts";
import type { TermList } from "./term_list.ts";

/** What {@linkcode FileDedup} stands on. */
export interface FileDedupOptions {
  readonly cas: CasClient;
  /** What is known of the CAS. Without it only chunks of the file itself are found. */
  readonly known: ChunkIndex | undefined;
  /** The file, as far as it goes. */
  readonly terms: TermList;
  /** Most bytes of chunks taken from elsewhere that are kept. */
  readonly keptLength: number;
  /**
   * Called when a xorb is gone of which the file has taken chunks: they must be packed after all.
   * The leases of the runs are given away.
   */
  readonly onGone: (xorb: string, runs: readonly KeptRun[]) => void;
  /** Ends what is under way when it aborts; aborted when something goes wrong here. */
  readonly abort: AbortController;
}

/**
 * What of one file need not be sent: decides for each chunk where it is taken from.
 *
 * Nothing is taken from a xorb that is not certain to be there without keeping the bytes. It is certain
 * when the CAS has said so (it is asked when too much would be kept), or when it accepts the file.
 */
export class FileDedup {
  readonly #options: FileDedupOptions;
  readonly #finder: ChunkFinder;
  readonly #questions: DedupQuestions | undefined;
  readonly #kept = new KeptRuns();
  /** Xorbs that chunks were taken from. */
  readonly #used = new Set<string>();
  #settled = false;

  /** @param options What it stands on. */
  constructor(options: FileDedupOptions) {
    this.#options = options;
    const { cas, known, abort: { signal } } = options;
    this.#finder = new ChunkFinder(known);
    if (known !== undefined) this.#questions = new DedupQuestions({ cas, known, signal });
  }

  /** Bytes of budget that are held. */
  get leased(): number {
    return this.#kept.bytes;
  }

  /** Tells how many more bytes of the file have come. */
  came(bytes: number): void {
    this.#questions?.came(bytes);
  }

  /** Tells that no more bytes come. */
  end(): void {
    this.#questions?.end();
  }

  /** Tells that as much has come as should wait. */
  crowd(): void {
    this.#questions?.crowd();
  }

  /** Sets free what it holds, or has it packed. */
  async press(): Promise<void> {
    this.#questions?.hurry();
    try {
      await Promise.all(this.#kept.xorbs.map((xorb) => this.#confirm(xorb)));
    } catch (error) {
      this.#options.abort.abort(error);
      throw error;
    }
  }

  /**
   * Where the next chunk of a block can be taken from; undefined if it is new. A promise must be
   * waited for before this is asked again.
   *
   * @param position The number of the chunk in the file.
   */
  find(block: ChunkBlock, position: number): ChunkPlace | Promise<unknown> | undefined {
    const { chunks, next } = block;
    const chunk = chunks[next];
    if (chunk === undefined) throw new RangeError(`A block has no chunk ${next}`);
    const place = this.#finder.find(chunks, next, this.#options.terms);
    if (place === undefined) return this.#ask(block, position);
    const { xorb, index } = place;
    if (xorb instanceof PackedXorb) return place;
    const isThere = this.#questions?.has(xorb.hash);
    if (isThere === false) return undefined;
    const tooMuch = this.#kept.bytes + chunk.encodedLength > this.#options.keptLength;
    const mustAsk = isThere === undefined && tooMuch && !this.#kept.has(xorb.hash, index);
    return mustAsk ? this.#confirm(xorb.hash) : place;
  }

  /** What must become of the bytes of a chunk that is taken from a place. */
  fateAt({ xorb, index }: ChunkPlace): "keep" | "leave" {
    if (xorb instanceof PackedXorb || this.#questions?.has(xorb.hash) === true) return "leave";
    return this.#kept.has(xorb.hash, index) ? "leave" : "keep";
  }

  /** Tells where the chunk after the one before was taken from, or packed. */
  took(place: ChunkPlace): void {
    this.#finder.took(place);
    if (!(place.xorb instanceof PackedXorb)) this.#used.add(place.xorb.hash);
  }

  /** Tells of a chunk that was packed. */
  packed(hash: Uint8Array, place: PackedChunk): void {
    this.#finder.packed(hash, place);
  }

  /** Keeps a copy of the bytes of chunks that are taken from a place. */
  keep({ xorb, index }: ChunkPlace, chunks: readonly EncodedChunk[], lease: Lease): void {
    if (xorb.hash === undefined) throw new TypeError("The bytes of a packed chunk are not kept");
    this.#kept.keep(xorb.hash, index, chunks, lease);
  }

  /** From here on it is the CAS's acceptance of the file that tells which xorbs are there. */
  settle(): void {
    this.#settled = true;
  }

  /**
   * Makes good that the CAS has refused the file, if it was for want of a xorb that chunks were taken
   * from. Such xorbs are forgotten, so that the next attempt at the same file sends their chunks.
   *
   * @returns Whether the chunks could be packed, so that the file can be registered.
   */
  async recover(): Promise<boolean> {
    const { known, cas, abort: { signal } } = this.#options;
    const used = [...this.#used];
    if (known === undefined || used.length === 0) return false;
    const there = await Promise.all(used.map((xorb) => isThere(cas, xorb, signal)));
    const missing = used.filter((_, i) => there[i] === false);
    // If none is missing it is something else about them: what is known of them may be wrong.
    const gone = missing.length > 0 ? missing : used;
    for (const xorb of gone) known.forget(xorb);
    const kept = new Set(this.#kept.xorbs);
    if (!gone.every((xorb) => kept.has(xorb))) return false;
    for (const xorb of gone) this.#resend(xorb);
    return true;
  }

  /** Remembers xorbs that have been registered, and those that were used with them. */
  async remember(xorbs: readonly PackedXorb[], turn: FairTurn): Promise<void> {
    this.letGo();
    const { known } = this.#options;
    if (known === undefined) return;
    for (const { hash, chunks } of xorbs) {
      if (hash !== undefined) turn.run(() => known.add({ hash, hashes: chunks.hashes() }));
      await turn.pause();
    }
    for (const xorb of this.#used) turn.run(() => known.renew(xorb));
  }

  /** Gives back all budget. */
  letGo(): void {
    this.#settled = true;
    this.#kept.dropAll();
  }

  /** The CAS is not asked about a chunk if what comes behind it is known: it would tell nothing new. */
  #ask({ chunks, next }: ChunkBlock, position: number): Promise<void> | undefined {
    const hash = chunks[next]?.hash;
    if (hash === undefined || !this.#questions?.mayAsk(hash, position)) return undefined;
    if (this.#finder.knowsAny(chunks, next + 1)) return undefined;
    return this.#questions.aboutChunk(hash, position);
  }

  async #confirm(xorb: string): Promise<void> {
    const isThere = await this.#questions?.aboutXorb(xorb);
    if (this.#settled) return;
    if (isThere) this.#kept.drop(xorb);
    else this.#resend(xorb);
  }

  #resend(xorb: string): void {
    this.#used.delete(xorb);
    this.#options.onGone(xorb, this.#kept.take(xorb));
  }
}

/** What the CAS does not tell, or not now, counts as there. */
async function isThere(cas: CasClient, xorb: string, signal: AbortSignal): Promise<boolean> {
  try {
    return await cas.hasXorb(xorb, { signal }) ?? true;
  } catch {
    signal.throwIfAborted();
    return true;
  }
}
