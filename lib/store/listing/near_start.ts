import { compareUtf8 } from "../../flow/utf8_order.ts";
import type { PageRequest, PageSource, TreePage } from "./page_source.ts";

/**
 * Where a shorter prefix has so many times the keys of the one before, reading them again costs little more than the next
 * one will; where it has not, there may be hundreds of prefixes with the same keys, and steps get longer.
 */
const GROWTH = 2;
/** By how many characters a prefix gets shorter, by how often in a row that has found no more keys. */
const STEPS = [1, 2, 4, 16, 128, 1024];

/**
 * The Hub has no start-after, but it matches a prefix as plain text. The keys behind `a/b/c5` that share all of it
 * come first, then those that share `a/b/c`, then those that share `a/b/`, and so on: so a listing may
 * begin with a longer prefix than was asked for, which leaves out most of what sorts before, and go
 * on with shorter ones.
 */
export class NearStart {
  readonly #cuts: readonly number[];
  readonly #after: string;
  #at: number;
  #fruitless = 0;
  #read = 0;

  /**
   * @param prefix What was asked for; `after` begins with it.
   * @param after Keys up to here are of no use.
   * @param length Of the beginning of `after` to begin with, if one is known.
   */
  constructor(prefix: string, after: string, length?: number) {
    this.#after = after;
    const cuts = [prefix.length];
    let end = prefix.length;
    for (const character of after.slice(prefix.length)) cuts.push(end += character.length);
    this.#cuts = cuts;
    this.#at = length === undefined ? 0 : Math.max(0, cuts.indexOf(length));
  }

  /** The prefix to list now. */
  get under(): string {
    return this.#prefix(this.#at);
  }

  /**
   * Looks for the shortest prefix whose first page gets beyond `after`: a page for each halving of the key's
   * length, and one alone where the whole listing is short.
   */
  async find(source: PageSource): Promise<void> {
    let [low, high] = [0, this.#cuts.length - 1];
    if (await this.#reaches(source, low)) high = low;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (await this.#reaches(source, middle)) high = middle;
      else low = middle;
    }
    this.#at = high;
  }

  /**
   * Goes on to a shorter prefix, or says that there is none.
   *
   * @param read How many keys were read under the present one.
   */
  widen(read: number): boolean {
    if (this.#at === 0) return false;
    this.#fruitless = read < this.#read * GROWTH ? this.#fruitless + 1 : 0;
    this.#read = read;
    this.#at = Math.max(0, this.#at - (STEPS[this.#fruitless] ?? Infinity));
    return true;
  }

  #prefix(cut: number): string {
    return this.#after.slice(0, this.#cuts[cut]);
  }

  async #reaches(source: PageSource, cut: number): Promise<boolean> {
    const { lines, next } = await source.page({ prefix: this.#prefix(cut), recursive: true });
    const last = lines.at(-1);
    if (next === undefined) return true;
    return last?.kind === "file" && compareUtf8(last.file.path, this.#after) > 0;
  }
}

/** Keeps the first pages that a search has read, for whoever lists from there: each is given once more. */
export class KeptFirstPages implements PageSource {
  readonly #source: PageSource;
  readonly #kept = new Map<string, TreePage>();

  /** @param source Where pages come from. */
  constructor(source: PageSource) {
    this.#source = source;
  }

  async page(request: PageRequest): Promise<TreePage> {
    if (request.cursor !== undefined || !request.recursive || request.limit !== undefined) {
      return await this.#source.page(request);
    }
    const kept = this.#kept.get(request.prefix);
    if (kept !== undefined) {
      this.#kept.delete(request.prefix);
      return kept;
    }
    const page = await this.#source.page(request);
    this.#kept.set(request.prefix, page);
    return page;
  }

  /** No more are kept. */
  forget(): void {
    this.#kept.clear();
  }

  files: PageSource["files"] = (paths) => this.#source.files(paths);
}
