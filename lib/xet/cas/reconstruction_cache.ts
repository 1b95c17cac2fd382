import { LRUCache } from "lru-cache";
import { SingleFlight } from "../../flow/single_flight.ts";
import type { Reconstruction } from "./reconstruction.ts";

/** About what a term and a source take in memory, in bytes. */
const TERM_SIZE = 200;
const SOURCE_SIZE = 800;
const DEFAULT_MAX_SIZE = 4 << 20;
/** URLs that end within so many milliseconds are not used any more. */
const MARGIN_MS = 10_000;

/** What names a reconstruction. */
export interface ReconstructionName {
  /** Sets the answers of one CAS, and of one token's rights, apart from others. */
  readonly owner: string;
  /** The file hash in printed form. */
  readonly hash: string;
  /** Inclusive positions in the file. Default: all of it. */
  readonly range?: { readonly first: number; readonly last: number } | undefined;
}

/**
 * Keeps reconstructions while their URLs are good: content never changes, so nothing else can make
 * them wrong. Those who ask for the same one at the same time share a call.
 */
export class ReconstructionCache {
  readonly #now: () => number;
  readonly #kept: LRUCache<string, { readonly value: Reconstruction; readonly endsAt: number }>;
  readonly #flights = new SingleFlight<string, Reconstruction>();

  readonly #onLookUp: ((kept: boolean) => void) | undefined;

  /**
   * @param options `now`: milliseconds since 1970; `maxSize`: bytes in memory, 4 MiB by default; `onLookUp`: told whether what was
   * wanted was there.
   */
  constructor(
    options: {
      readonly now?: () => number;
      readonly maxSize?: number;
      readonly onLookUp?: (kept: boolean) => void;
    } = {},
  ) {
    this.#now = options.now ?? Date.now;
    this.#onLookUp = options.onLookUp;
    this.#kept = new LRUCache({ maxSize: options.maxSize ?? DEFAULT_MAX_SIZE });
  }

  /**
   * The reconstruction that is kept, or a new one.
   *
   * @param name Which.
   * @param ask Gets a new one; its signal is aborted when nobody waits for it any more.
   * @param options `refused` is one whose URLs the store did not take: it is not given again.
   */
  async get(
    name: ReconstructionName,
    ask: (signal: AbortSignal) => Promise<Reconstruction>,
    options: {
      readonly refused?: Reconstruction | undefined;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<Reconstruction> {
    const { owner, hash, range } = name;
    const key = `${owner} ${hash} ${range?.first}-${range?.last}`;
    const kept = this.#kept.get(key);
    const good = kept !== undefined && kept.value !== options.refused &&
      kept.endsAt - MARGIN_MS > this.#now();
    this.#onLookUp?.(good);
    if (good) return kept.value;
    return await this.#flights.run(key, async (signal) => {
      const value = await ask(signal);
      this.#kept.set(key, { value, endsAt: endOf(value) }, { size: sizeOf(value) });
      return value;
    }, options.signal);
  }
}

function sizeOf({ terms, sources }: Reconstruction): number {
  let size = TERM_SIZE * (1 + terms.length);
  for (const entries of sources.values()) size += SOURCE_SIZE * entries.length;
  return size;
}

/**
 * When the first of its URLs ends, in milliseconds since 1970, as far as they tell: by `Expires` in
 * seconds, as those of the Hub's CDN do. Otherwise it shows when one is refused.
 */
function endOf({ sources }: Reconstruction): number {
  let end = Infinity;
  for (const entries of sources.values()) {
    for (const { url } of entries) {
      const [, expires] = /[?&]Expires=(\d{1,12})(?:&|$)/.exec(url) ?? [];
      if (expires !== undefined) end = Math.min(end, Number(expires) * 1000);
    }
  }
  return end;
}
