/**
 * Which CORS rules hold for a request: those of its bucket, else those of the gateway.
 *
 * @module
 */

import { LRUCache } from "lru-cache";
import { StoreError } from "./errors/store_error.ts";
import { Allowance } from "./flow/allowance.ts";
import type { Log } from "./log.ts";
import { type Address, bucketOf } from "./s3/address.ts";
import { answerPreflight, corsHeaders, gatewayCorsRules } from "./s3/cors_match.ts";
import type { BucketSettingsOptions, CorsRule, ObjectStore } from "./store/object_store.ts";

/** What {@linkcode CorsRules} are made of. */
export interface CorsRulesOptions {
  /** Origins whose scripts may use buckets without rules, as in `AllowedOrigin`. */
  readonly origins: readonly string[];
  /** Told of rules that cannot be read. */
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * How many looks preflights can cost in a minute at buckets that are not known to be there. Nobody signs a
 * preflight: anybody could spend the Hub's quota, of 1,000 calls in five minutes, with names made up.
 */
const LOOKS_PER_MINUTE = 60;
const MAX_KNOWN_BUCKETS = 10_000;

/** A request that has been answered. */
export interface AnsweredRequest {
  readonly request: Request;
  readonly requestId: string;
  /** What it is about, as far as that is known. */
  readonly address: Address | undefined;
  /** Where the rules of its bucket are; nothing where only those of the gateway hold. */
  readonly store: RulesStore | undefined;
  /** Whether it was found to be signed well by somebody with a right to it: else the answer costs no look at the bucket. */
  readonly isPermitted: boolean;
}

/** Where the rules of buckets are. */
export type RulesStore = Pick<ObjectStore, "bucketSettings">;

/** What browsers are told of who may read answers (Fetch Standard, "CORS protocol"). */
export class CorsRules {
  readonly #options: CorsRulesOptions;
  readonly #gatewayRules: readonly CorsRule[];
  /** Buckets that have been there, of each store. */
  readonly #known = new WeakMap<RulesStore, LRUCache<string, true>>();
  readonly #looks: Allowance;

  /** @param options The rules of the gateway, and the clock. */
  constructor(options: CorsRulesOptions) {
    this.#options = options;
    this.#gatewayRules = gatewayCorsRules(options.origins);
    this.#looks = new Allowance({ times: LOOKS_PER_MINUTE, perMs: 60_000, now: options.now });
  }

  /**
   * The answer to a preflight. What does not ask as one costs no look at the bucket, and of looks at buckets that
   * are not known there are so many: beyond, what is remembered of them holds.
   *
   * @throws {S3Error} BadRequest when it does not say what is asked, AccessForbidden when no rule allows it.
   */
  async answerPreflight(
    headers: Headers,
    address: Address,
    store: RulesStore | undefined,
  ): Promise<Response> {
    const asks = headers.has("origin") && headers.has("access-control-request-method");
    if (!asks) return answerPreflight(headers, []);
    const bucket = bucketOf(address);
    const isKnown = bucket === undefined || store === undefined ||
      this.#knownIn(store).has(bucket);
    const remembered = !isKnown && !this.#looks.take();
    return answerPreflight(headers, await this.#rulesOf(address, store, { remembered }));
  }

  /** Lets scripts of other origins see the answer, an error too, where a rule allows it. */
  async allowOrigin(
    { request, requestId, address, store, isPermitted }: AnsweredRequest,
    answer: Headers,
  ): Promise<void> {
    const { method, headers } = request;
    if (method === "OPTIONS" || !headers.has("origin")) return;
    try {
      const rules = await this.#rulesOf(address, store, { remembered: !isPermitted });
      const allowed = corsHeaders(method, headers, rules);
      for (const [name, value] of Object.entries(allowed)) answer.set(name, value);
    } catch (error) {
      // The request itself has been answered: only scripts of other origins cannot see how.
      this.#options.log.warning("CORS rules cannot be read", {
        requestId,
        error: error instanceof Error ? error : String(error),
      });
    }
  }

  async #rulesOf(
    address: Address | undefined,
    store: RulesStore | undefined,
    look: BucketSettingsOptions,
  ): Promise<readonly CorsRule[]> {
    const bucket = address && bucketOf(address);
    if (bucket === undefined || store === undefined) return this.#gatewayRules;
    try {
      const { cors } = await store.bucketSettings(bucket, look);
      if (!look.remembered) this.#knownIn(store).set(bucket, true);
      return cors ?? this.#gatewayRules;
    } catch (error) {
      const absent = error instanceof StoreError &&
        ["no_such_bucket", "bad_bucket_name"].includes(error.kind);
      if (absent) return this.#gatewayRules;
      throw error;
    }
  }

  #knownIn(store: RulesStore): LRUCache<string, true> {
    const known = this.#known.get(store) ?? new LRUCache({ max: MAX_KNOWN_BUCKETS });
    this.#known.set(store, known);
    return known;
  }
}
