import { LRUCache } from "lru-cache";
import type { RepoReader } from "../../buckets/repo_reader.ts";
import { SingleFlight } from "../../flow/single_flight.ts";
import type { RepoItem } from "../../hub/repo_wire.ts";
import type { CommitName, RepoTrees } from "./repo_trees.ts";

/** When the files of a commit last changed. */
export interface FileTimes {
  /** The time of a file. */
  of(path: string): Date;
}

/** What {@linkcode RepoTimes} stands on. */
export interface RepoTimesOptions {
  readonly reader: Pick<RepoReader, "treePage" | "commit">;
  /** Is given the trees that are read on the way. */
  readonly trees: Pick<RepoTrees, "keep">;
}

/** Entries, directories among them, of the largest tree whose files have times of their own. */
const MAX_ENTRIES = 200;
/** Times that are kept, of all commits together; a path and a time take about 200 bytes. */
const MAX_TIMES = 50_000;

/**
 * When the files of commits last changed. The Hub tells that in pages of about 50 entries, where it otherwise gives 1,000, and expects it to be
 * asked for seldom (huggingface_hub, `list_repo_tree`). So all files of a commit with few entries have their own times, and all files of
 * others have the commit's: for one file and in listings alike, and the same in every process.
 */
export class RepoTimes {
  readonly #options: RepoTimesOptions;
  readonly #reading = new SingleFlight<string, FileTimes>();
  readonly #times = new LRUCache<string, FileTimes & { readonly count: number }>({
    maxSize: MAX_TIMES,
    sizeCalculation: ({ count }) => count + 1,
  });

  /** @param options Reader and trees. */
  constructor(options: RepoTimesOptions) {
    this.#options = options;
  }

  /** The times of a commit's files; they never change. */
  async of(name: CommitName): Promise<FileTimes> {
    const key = `${name.repo.type} ${name.repo.id} ${name.commit}`;
    return this.#times.get(key) ?? await this.#reading.run(key, async () => {
      const times = await this.#read(name);
      this.#times.set(key, times);
      return times;
    });
  }

  async #read(name: CommitName): Promise<FileTimes & { readonly count: number }> {
    const items = await this.#expanded(name);
    if (items !== undefined) this.#options.trees.keep(name, items);
    const own = new Map<string, Date>();
    let areAllKnown = items !== undefined;
    for (const item of items ?? []) {
      if (item.type !== "file") continue;
      if (item.lastCommit === undefined) areAllKnown = false;
      else own.set(item.path, item.lastCommit.date);
    }
    if (areAllKnown) {
      return { count: own.size, of: (path) => own.get(path) ?? new Date(0) };
    }
    const { repo, commit } = name;
    const { date } = await this.#options.reader.commit(repo, commit);
    return { count: own.size, of: (path) => own.get(path) ?? date };
  }

  /** All entries with their last commits; undefined if there are too many. */
  async #expanded({ repo, commit }: CommitName): Promise<readonly RepoItem[] | undefined> {
    const { reader } = this.#options;
    const first = await reader.treePage(repo, commit, { recursive: true, expand: true });
    const items = [...first.items];
    if (first.cursor === undefined) return items;
    // One page without the commits tells how many there are, or that there are very many.
    const plain = await reader.treePage(repo, commit, { recursive: true });
    if (plain.cursor !== undefined) return undefined;
    if (plain.items.length > MAX_ENTRIES) {
      this.#options.trees.keep({ repo, commit }, plain.items);
      return undefined;
    }
    for (let cursor: string | undefined = first.cursor; cursor !== undefined;) {
      const page = await reader.treePage(repo, commit, { recursive: true, expand: true, cursor });
      items.push(...page.items);
      cursor = page.cursor;
    }
    return items;
  }
}
