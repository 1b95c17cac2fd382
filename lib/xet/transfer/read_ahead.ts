import { FairTurn } from "../../flow/fair_turn.ts";
import type { Lease } from "../../flow/memory_budget.ts";
import type { FileRange } from "../cas/cas_options.ts";
import { limitsOf, type TransferContext, type TransferLimits } from "./context.ts";
import { type FileWindow, readWindow } from "./file_window.ts";

interface Ahead {
  readonly window: Promise<FileWindow>;
  readonly lease: Lease | undefined;
  readonly last: boolean;
}

/**
 * Reads a range of a file in windows, some of them ahead.
 *
 * It never waits for the budget, so a download can feed an upload without the two waiting for each
 * other, and it leaves half the budget to uploads, so slow readers do not stop them. Without budget
 * it reads one small window after the other, which is the part every download has beside the budget.
 */
export class ReadAhead {
  readonly #context: TransferContext;
  readonly #limits: TransferLimits;
  readonly #hash: string;
  readonly #range: FileRange;
  readonly #hashes: boolean;
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  readonly #turn: FairTurn;
  readonly #queue: Ahead[] = [];
  #position: number;
  #current: Ahead | undefined;

  /** Reads `range` of the file with this hash; `hashes` tells whether chunks are hashed. */
  constructor(
    context: TransferContext,
    hash: string,
    range: FileRange,
    options: { readonly hashes: boolean; readonly signal: AbortSignal },
  ) {
    this.#context = context;
    this.#limits = limitsOf(context);
    this.#hash = hash;
    this.#range = range;
    this.#hashes = options.hashes;
    this.#signal = AbortSignal.any([options.signal, this.#abort.signal]);
    this.#turn = context.turn ?? new FairTurn();
    this.#position = range.first;
  }

  /** The next window; the one before it is let go of. Undefined at the end. */
  async next(): Promise<(FileWindow & { readonly last: boolean }) | undefined> {
    this.letGo();
    this.#fill();
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return undefined;
    const window = await this.#current.window;
    return { ...window, last: this.#current.last };
  }

  /** Gives back the budget of the window that `next` gave. */
  letGo(): void {
    this.#current?.lease?.release();
    this.#current = undefined;
  }

  /** Ends what is under way, waits until it has ended, and gives back all budget. */
  async close(): Promise<void> {
    this.letGo();
    this.#abort.abort();
    const ahead = this.#queue.splice(0);
    await Promise.allSettled(ahead.map(({ window }) => window));
    for (const { lease } of ahead) lease?.release();
  }

  #fill(): void {
    const { windowsInFlight, windowLength, smallWindowLength } = this.#limits;
    const { budget, cas } = this.#context;
    while (this.#position <= this.#range.last && this.#queue.length < windowsInFlight) {
      const left = this.#range.last + 1 - this.#position;
      const lease = budget.tryAcquire(Math.min(left, windowLength), budget.limit / 2);
      if (lease === undefined && this.#queue.length > 0) return;
      const length = Math.min(left, lease === undefined ? smallWindowLength : windowLength);
      const range = { first: this.#position, last: this.#position + length - 1 };
      this.#position += length;
      const window = readWindow(cas, this.#hash, range, {
        hashes: this.#hashes,
        turn: this.#turn,
        signal: this.#signal,
      });
      window.catch(() => {}); // thrown to whoever asks for this window; until then it must not end the process
      this.#queue.push({ window, lease, last: length === left });
    }
  }
}
