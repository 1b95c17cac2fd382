import { CasError } from "../cas/cas_error.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { FileRange } from "../cas/cas_options.ts";
import type { Reconstruction } from "../cas/reconstruction.ts";
import { XetFormatError } from "../error.ts";
import { type ChunkRun, lengthsOf } from "./block.ts";
import { ChunkCursor } from "./chunk_cursor.ts";
import { type PlannedTerm, planTerms } from "./file_plan.ts";
import type { ReadPool } from "./read_pool.ts";
import { BrokenOffError, LostPlaceError } from "./source_feed.ts";

/** Chunks of a file that follow one another; whoever is given them is a user of the block. */
export interface FileRun extends ChunkRun {
  /** Where in the file the first of them begins. */
  readonly position: number;
  /** Bytes. */
  readonly length: number;
}

/** What a {@linkcode FileReader} reads, and how. */
export interface FileReaderOptions {
  readonly cas: CasClient;
  readonly pool: ReadPool;
  /** The file hash in printed form. */
  readonly hash: string;
  /** Which bytes; inside the file. */
  readonly range: FileRange;
  /** Whether the chunks have to be hashed. */
  readonly hashed: boolean;
  /** Whether fetches by others that are under way must not be joined. */
  readonly fresh?: boolean;
  /** Most bytes of a file that one reconstruction is asked for. */
  readonly spanLength: number;
  /** How many bytes to read ahead. */
  readonly window: () => number;
  readonly signal: AbortSignal;
}

/** Sources of one reader that are fetched at once. */
const SOURCES_IN_FLIGHT = 6;
/** How often in a row something may go wrong at one place of a file. */
const MAX_FAILURES = { expired: 2, broken: 3, corrupt: 1, lost: 3 } as const;

/**
 * Reads the chunks that touch a range of a file, in order. What goes wrong with stored bytes is mended by asking
 * for the rest of the file anew: URLs that have expired, bytes that break off, stand still or are not what they
 * should be.
 */
export class FileReader {
  readonly #options: FileReaderOptions;
  #terms: readonly PlannedTerm[] = [];
  /** Of `#terms`, the one that is read. */
  #index = 0;
  readonly #cursors = new Map<number, ChunkCursor>();
  #reconstruction: Reconstruction | undefined;
  #refused: Reconstruction | undefined;
  /** Where in the file the next chunk begins. */
  #position: number;
  /** Up to where the file was given out; at first, where the range begins. */
  #reached: number;
  #failures = { expired: 0, broken: 0, corrupt: 0, lost: 0 };

  /** @param options What to read. */
  constructor(options: FileReaderOptions) {
    this.#options = options;
    this.#position = this.#reached = options.range.first;
  }

  /** The next chunks; undefined behind the last that touches the range. */
  async next(): Promise<FileRun | undefined> {
    const { signal } = this.#options;
    while (true) {
      const term = this.#terms[this.#index] ?? await this.#nextSpan();
      if (term === undefined) return undefined;
      try {
        const cursor = this.#openAhead();
        const run = await cursor.take(signal);
        const length = lengthsOf(run).reduce((sum, size) => sum + size, 0);
        const position = this.#position;
        checkLength(term, position + length, cursor.ended);
        this.#position += length;
        if (cursor.ended) await this.#endTerm();
        // A CAS that does not trim terms begins before the place it was asked for.
        if (this.#position <= this.#reached) {
          run.block.letGo();
          continue;
        }
        this.#reached = this.#position;
        this.#failures = { expired: 0, broken: 0, corrupt: 0, lost: 0 };
        return { ...run, position, length };
      } catch (error) {
        await this.#mend(error);
      }
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    const cursors = [...this.#cursors.values()];
    this.#cursors.clear();
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }

  /** Asks how the next part of the file is made. */
  async #nextSpan(): Promise<PlannedTerm | undefined> {
    const { cas, hash, range, spanLength, signal } = this.#options;
    const first = this.#reached;
    if (first > range.last) return undefined;
    const span = { first, last: Math.min(range.last, first + spanLength - 1) };
    const refused = this.#refused;
    this.#reconstruction = await cas.reconstruction(hash, span, { signal, refused });
    this.#terms = planTerms(this.#reconstruction, span);
    this.#index = 0;
    this.#position = this.#terms[0]?.position ?? first;
    return this.#terms[0];
  }

  /** Opens the term that is read and those that begin within the window. */
  #openAhead(): ChunkCursor {
    const window = this.#options.window();
    const current = this.#cursor(this.#index);
    current.prefetch(window);
    const end = Math.min(this.#terms.length, this.#index + SOURCES_IN_FLIGHT);
    for (let i = this.#index + 1; i < end; i++) {
      const ahead = this.#position + window - (this.#terms[i]?.position ?? Infinity);
      if (ahead <= 0) break;
      this.#cursor(i).prefetch(ahead);
    }
    const nextUse = this.#terms[this.#index]?.nextUse;
    if (nextUse !== undefined) this.#cursor(nextUse).follow(current);
    return current;
  }

  #cursor(index: number): ChunkCursor {
    const known = this.#cursors.get(index);
    if (known !== undefined) return known;
    const { cas, pool, range, hashed, fresh = false } = this.#options;
    const planned = this.#terms[index];
    if (planned === undefined) throw new RangeError(`There is no term ${index}`);
    const { term, source, position } = planned;
    // Who comes later begins at the beginning: the rest of what is too long to keep is of no use.
    const keep = pool.cache.maxBytes / 2 - (position - range.first);
    const wanted = { cas, xorb: term.xorbHash, source, chunks: term, hashed, keep, fresh };
    const cursor = new ChunkCursor(pool, wanted);
    this.#cursors.set(index, cursor);
    return cursor;
  }

  async #endTerm(): Promise<void> {
    const cursor = this.#cursors.get(this.#index);
    this.#cursors.delete(this.#index++);
    await cursor?.close();
  }

  /** Prepares to read on after a failure; throws it if that would not help. */
  async #mend(error: unknown): Promise<void> {
    await this.close();
    this.#options.signal.throwIfAborted();
    const cause = error instanceof BrokenOffError ? error.cause : error;
    const kind = kindOf(error);
    if (kind === undefined) throw cause;
    if (++this.#failures[kind] > MAX_FAILURES[kind]) {
      // A URL that has expired is no refusal of the one who reads.
      throw kind === "expired"
        ? new CasError("The URLs of stored bytes ended before they were read", {
          retryable: true,
          cause,
        })
        : cause;
    }
    if (kind === "expired") this.#refused = this.#reconstruction;
    this.#terms = [];
    this.#index = 0;
  }
}

function checkLength({ term, position }: PlannedTerm, to: number, ended: boolean): void {
  const length = to - position;
  if (ended ? length === term.length : length < term.length) return;
  throw new XetFormatError(
    `Chunks ${term.start} to ${term.end} of a xorb decode to ${length} bytes${
      ended ? "" : " or more"
    } ` +
      `instead of ${term.length}`,
  );
}

/** What can be mended; a fetch that has given nothing was repeated already. */
function kindOf(error: unknown): keyof typeof MAX_FAILURES | undefined {
  if (error instanceof LostPlaceError) return "lost";
  const broken = error instanceof BrokenOffError;
  const cause = broken ? error.cause : error;
  if (cause instanceof XetFormatError) return "corrupt";
  if (!(cause instanceof CasError)) return undefined;
  if (cause.status === 403) return "expired";
  return broken ? "broken" : undefined;
}
