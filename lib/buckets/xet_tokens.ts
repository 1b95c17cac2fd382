import { LRUCache } from "lru-cache";
import { SingleFlight } from "../flow/single_flight.ts";
import type { XetToken } from "../hub/wire.ts";

/** What a token for the CAS is good for. */
export type XetScope = "read" | "write";

/** What {@linkcode XetTokens} needs. */
export interface XetTokensOptions {
  /** Gets a new token; see `HubClient.xetToken`. */
  readonly issue: (id: string, scope: XetScope) => Promise<XetToken>;
  /** The present, in milliseconds since 1970. */
  readonly now: () => number;
}

interface CachedToken {
  readonly token: XetToken;
  /** From then on a new one is taken, in milliseconds since 1970. */
  readonly staleAt: number;
}

/** `huggingface_hub` and `@huggingface/hub` renew a token that ends within a minute. */
const MARGIN_MS = 60_000;
const MAX_TOKENS = 2_000;

/** CAS tokens by bucket and scope, each asked for once and renewed before it ends. */
export class XetTokens {
  readonly #options: XetTokensOptions;
  readonly #cache = new LRUCache<string, CachedToken>({ max: MAX_TOKENS });
  readonly #flights = new SingleFlight<string, XetToken>();

  /** @param options What it stands on. */
  constructor(options: XetTokensOptions) {
    this.#options = options;
  }

  /**
   * A token that is good for another minute, or for the second half of a shorter life.
   *
   * @param id The bucket, `namespace/name`.
   * @param scope What it is for.
   * @param signal Ends the waiting.
   * @param refused A token that the CAS did not take; another one is given.
   */
  get(id: string, scope: XetScope, signal?: AbortSignal, refused?: string): Promise<XetToken> {
    const key = keyOf(id, scope);
    const cached = this.#cache.get(key);
    if (
      cached !== undefined && cached.token.accessToken !== refused &&
      this.#options.now() < cached.staleAt
    ) return Promise.resolve(cached.token);
    return this.#flights.run(key, () => this.#renew(key, id, scope), signal);
  }

  /** Forgets the tokens of a bucket that is no more. */
  forget(id: string): void {
    this.#cache.delete(keyOf(id, "read"));
    this.#cache.delete(keyOf(id, "write"));
  }

  async #renew(key: string, id: string, scope: XetScope): Promise<XetToken> {
    const token = await this.#options.issue(id, scope);
    const now = this.#options.now();
    const life = token.exp * 1000 - now;
    // A new token that seems to have ended means that our clock is wrong. The CAS's counts: it says
    // when the token ends, and until then every call would cost a call to the Hub.
    const use = life > 0 ? life - Math.min(MARGIN_MS, life / 2) : MARGIN_MS;
    this.#cache.set(key, { token, staleAt: now + use });
    return token;
  }
}

function keyOf(id: string, scope: XetScope): string {
  return `${scope} ${id}`;
}
