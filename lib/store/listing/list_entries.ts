import { StoreError } from "../../errors/store_error.ts";
import { compareUtf8 } from "../../flow/utf8_order.ts";
import { canBeginKey } from "../keys.ts";
import type { ListEntry, ListQuery } from "../object_store.ts";
import { objectOf, type StoredFile } from "../stored_file.ts";
import type { Candidate } from "./candidate.ts";
import { flatWalk } from "./flat_walk.ts";
import { levelWalk } from "./level_walk.ts";
import type { ListingMemory } from "./listing_memory.ts";
import { OutOfOrder, type PageSource, RefusedCursor } from "./page_source.ts";
import { type Listing, type Position, readPosition, writePosition } from "./position.ts";
import { wholeWalk } from "./whole_walk.ts";

/** What a listing is made from. */
export interface ListingContext {
  readonly source: PageSource;
  readonly memory: ListingMemory;
  /** Names the bucket in cursors and in the memory. */
  readonly bucket: string;
  /** How many entries may be held when a bucket has to be read whole to be sorted. */
  readonly sortLimit: number;
}

/**
 * The entries of a listing in UTF-8 byte order, lazily.
 *
 * Pages are streamed as the Hub sends them, from a known place if there is one. If the Hub does not
 * take that place, the way is found from the start; if its lines are out of order, they are read
 * whole and sorted. Either change happens unseen, because an entry is never shown twice; only when the
 * wrong order has already left something out does the listing fail, to be repeated.
 */
export async function* listEntries(
  context: ListingContext,
  query: ListQuery,
): AsyncGenerator<ListEntry> {
  if (!canBeginKey(query.prefix)) return;
  const run = new ListingRun(context, query);
  try {
    let position = run.start();
    while (!run.whole) {
      try {
        yield* run.streamed(position);
        return;
      } catch (error) {
        if (error instanceof OutOfOrder) run.becomeWhole();
        else if (error instanceof RefusedCursor && position !== undefined) position = undefined;
        else throw error;
      }
    }
    yield* run.sorted();
  } finally {
    run.learn();
  }
}

interface Shown {
  readonly name: string;
  readonly at: Position;
  readonly behind: Position;
}

class ListingRun {
  readonly #context: ListingContext;
  readonly #query: ListQuery;
  readonly #listing: Listing;
  /** Names up to here are done with. */
  #floor: string | undefined;
  #count = 0;
  #shown: readonly Shown[] = [];
  whole: boolean;

  constructor(context: ListingContext, query: ListQuery) {
    this.#context = context;
    this.#query = query;
    this.#floor = query.after;
    this.#listing = {
      bucket: context.bucket,
      prefix: query.prefix,
      ...(query.delimiter !== undefined && { delimiter: query.delimiter }),
    };
    this.whole = context.memory.isUnordered(this.#listing);
  }

  /** What is remembered is at least as far as what the caller was given: it passed whole groups. */
  start(): Position | undefined {
    const { after, cursor } = this.#query;
    if (after === undefined) return undefined;
    return this.#context.memory.position(this.#listing, after) ??
      (cursor === undefined ? undefined : readPosition(this.#listing, cursor));
  }

  becomeWhole(): void {
    this.whole = true;
    this.#context.memory.setUnordered(this.#listing);
  }

  async *streamed(from: Position | undefined): AsyncGenerator<ListEntry> {
    const { prefix } = this.#query;
    let written: { readonly at: Position; readonly text: string | undefined } | undefined;
    for await (const batch of this.#walk(from)) {
      for (const { key, file, at, behind } of batch) {
        if (!key.startsWith(prefix)) {
          // Not at a directory: if the Hub put them all first, files of the prefix would still follow.
          if (file !== undefined && compareUtf8(key, prefix) > 0) return;
          continue;
        }
        const group = this.#groupOf(key);
        const name = group ?? key;
        if (!this.#isNew(name)) continue;
        if (written?.at !== behind) {
          written = { at: behind, text: writePosition(this.#listing, behind) };
        }
        this.#show(name, at, behind);
        yield entryOf(group, key, file, written.text);
      }
    }
  }

  async *sorted(): AsyncGenerator<ListEntry> {
    const { prefix, after } = this.#query;
    const before = this.#floor;
    let missing = this.#count;
    let previous: string | undefined;
    const all = await wholeWalk(this.#context.source, {
      prefix: this.#isLevel ? directoryOf(prefix) : prefix,
      recursive: !this.#isLevel,
      limit: this.#context.sortLimit,
    });
    for (const { key, file } of all) {
      const group = this.#groupOf(key);
      const name = group ?? key;
      if (!key.startsWith(prefix) || name === previous || !isAfter(name, after)) continue;
      previous = name;
      if (!isAfter(name, before)) {
        missing--;
        continue;
      }
      if (missing !== 0) break;
      this.#floor = name;
      yield entryOf(group, key, file);
    }
    if (missing !== 0) {
      throw new StoreError("unavailable", "The Hub listed this bucket out of order; try again", {
        retryAfterSeconds: 1,
      });
    }
  }

  /** Keeps for later listings where to go on after the last names that were shown. */
  learn(): void {
    const { memory } = this.#context;
    const [first, second] = this.#shown.slice(-2);
    const last = second ?? first;
    if (this.whole || last === undefined) return;
    memory.remember(this.#listing, last.name, last.behind);
    // The reader looks one entry ahead, so it is the one before that it will go on after.
    if (second === undefined || first === undefined) return;
    if (isAdjacent(first, second)) memory.remember(this.#listing, first.name, second.at);
  }

  get #isLevel(): boolean {
    return this.#query.delimiter === "/";
  }

  #walk(from: Position | undefined): AsyncGenerator<readonly Candidate[]> {
    const { prefix } = this.#query;
    const { source, memory, bucket } = this.#context;
    const after = this.#floor;
    const orders = {
      bySlash: memory.isBySlash(bucket),
      onBySlash: () => memory.setBySlash(bucket),
    };
    if (this.#isLevel) {
      const directory = directoryOf(prefix);
      return levelWalk(source, {
        directory,
        ownMarker: directory !== "" && prefix === directory && isAfter(directory, after),
        orders,
        ...(after !== undefined && { after }),
        ...(from?.kind === "level" && from.place !== undefined && { from: from.place }),
      });
    }
    return flatWalk(source, {
      prefix,
      wanted: (key) => key.startsWith(prefix) && this.#isNew(this.#groupOf(key) ?? key),
      orders,
      ...(after !== undefined && { after }),
      ...(from !== undefined && { from }),
    });
  }

  #isNew(name: string): boolean {
    return isAfter(name, this.#floor);
  }

  #show(name: string, at: Position, behind: Position): void {
    this.#floor = name;
    this.#count++;
    this.#shown = [...this.#shown.slice(-1), { name, at, behind }];
  }

  /** The common prefix that a key collapses into, if the delimiter occurs behind the prefix. */
  #groupOf(key: string): string | undefined {
    const { prefix, delimiter } = this.#query;
    if (delimiter === undefined || delimiter === "") return undefined;
    const at = key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
  }
}

/**
 * Whether what comes after the first entry is found from the second one's place. On a level, lines that
 * are never shown may stand between the two; behind the gateway's own files a place is bound to a
 * directory and says nothing about another one.
 */
function isAdjacent(first: Shown, second: Shown): boolean {
  switch (second.at.kind) {
    case "flat":
    case "near":
      return first.at.kind === second.at.kind;
    case "level":
      return second.at.place === undefined ||
        compareUtf8(second.at.place.passed, first.name) <= 0;
    case "tail":
      return false;
    default:
      return second.at satisfies never;
  }
}

const directoryOf = (prefix: string): string => prefix.slice(0, prefix.lastIndexOf("/") + 1);

const isAfter = (name: string, after: string | undefined): boolean =>
  after === undefined || compareUtf8(name, after) > 0;

function entryOf(
  group: string | undefined,
  key: string,
  file: StoredFile | undefined,
  cursor?: string,
): ListEntry {
  const where = cursor === undefined ? {} : { cursor };
  if (group !== undefined) return { kind: "prefix", prefix: group, ...where };
  if (file === undefined) throw new TypeError("A directory outside of a group");
  return { kind: "object", object: objectOf(key, file), ...where };
}
