import { MemoryBudget } from "../flow/memory_budget.ts";
import { SingleFlight } from "../flow/single_flight.ts";
import { sleep as timerSleep } from "../flow/sleep.ts";
import type { CallOptions } from "../hub/buckets.ts";
import { HubClient } from "../hub/hub_client.ts";
import type { WhoAmI } from "../hub/wire.ts";
import type { BucketClientOptions } from "./bucket_client_options.ts";
import { readBucketName } from "./bucket_names.ts";
import { cacheNameOf } from "./cache_name.ts";
import { Committer } from "./committer.ts";
import { createRepoReader, isRepoCasId, repoXetToken } from "./hub_repo_reader.ts";
import { LookUps } from "./look_ups.ts";
import { PartFiles } from "./part_files.ts";
import type { RepoReader } from "./repo_reader.ts";
import { Transfers } from "./transfers.ts";
import { WorkerPools } from "./worker_pools.ts";
import { XetTokens } from "./xet_tokens.ts";

const DEFAULT_ENDPOINT = "https://huggingface.co";
const DEFAULT_BUDGET = 192 * 1024 * 1024;
const FULL_NAME = /^[^/:]+\/[^/]+$/;

/** What all jobs of one client stand on: the Hub, shared look-ups and commits, tokens, transfers. */
export class BucketCore {
  /** The Hub's calls. */
  readonly hub: HubClient;
  /** Models, datasets and Spaces. */
  readonly repos: RepoReader;
  /** Shared look-ups. */
  readonly lookUps: LookUps;
  /** Shared batches. */
  readonly committer: Committer;
  /** CAS tokens. */
  readonly tokens: XetTokens;
  /** Content on its way. */
  readonly transfers: Transfers;
  /** What downloads have left unfinished on disk. */
  readonly parts: PartFiles;
  /** The present, in milliseconds since 1970. */
  readonly now: () => number;
  readonly #namespace: string | undefined;
  readonly #whoAmI = new SingleFlight<"whoami", WhoAmI>();
  #who: WhoAmI | undefined;
  #closed = false;

  /**
   * Nothing is asked of the Hub yet.
   *
   * @throws TypeError for an endpoint or a token that cannot be one.
   */
  constructor(options: BucketClientOptions) {
    const { fetch, sleep, random, onRetry, memoryBudget = DEFAULT_BUDGET, workers } = options;
    this.now = options.now ?? Date.now;
    this.parts = new PartFiles(this.now);
    const { observer } = options;
    this.hub = new HubClient({
      ...options,
      endpoint: options.endpoint ?? DEFAULT_ENDPOINT,
      observer: observer?.hub,
    });
    this.#namespace = options.namespace;
    this.repos = createRepoReader(this.hub, sleep);
    const pause = () => {
      const wait = this.hub.pace();
      return wait > 0 ? (sleep ?? timerSleep)(wait) : undefined;
    };
    this.lookUps = new LookUps(this.hub, pause);
    this.committer = new Committer({
      pause,
      batch: (id, operations) => this.hub.batch(id, operations),
      look: (id, paths) => this.lookUps.find(id, paths),
      onRetry,
      sleep,
      random,
    });
    this.tokens = new XetTokens({
      issue: (id, scope) => repoXetToken(this.hub, id) ?? this.hub.xetToken(id, scope),
      now: this.now,
    });
    const pools = workers instanceof WorkerPools ? workers : new WorkerPools(workers);
    this.transfers = new Transfers({
      tokens: this.tokens,
      workers: pools,
      ownsWorkers: pools !== workers,
      indexShare: options.indexShare,
      budget: typeof memoryBudget === "number" ? new MemoryBudget(memoryBudget) : memoryBudget,
      fetch,
      sleep,
      now: options.now,
      random,
      stallMs: options.stallMs,
      observer,
      casTimeoutMs: options.casTimeoutMs,
      diskCache: options.diskCache && {
        ...options.diskCache,
        directory: `${options.diskCache.directory}/${cacheNameOf(options.token)}`,
      },
    });
  }

  /** The namespace to work in: the one given, or else the name of the token's user. */
  async namespace(options: CallOptions = {}): Promise<string> {
    return this.#namespace ?? (await this.whoAmI(options)).name;
  }

  /** Whose the token is; asked of the Hub once. */
  async whoAmI({ signal }: CallOptions = {}): Promise<WhoAmI> {
    return this.#who ??= await this.#whoAmI.run("whoami", () => this.hub.whoAmI(), signal);
  }

  /**
   * The id of a bucket, `namespace/name`. Only a bare name can take a call.
   *
   * @throws TypeError if the name names no bucket, or the client has been closed.
   */
  idOf(name: string, options: CallOptions = {}): string | Promise<string> {
    this.checkOpen();
    if (FULL_NAME.test(name) || isRepoCasId(name)) return name;
    const read = readBucketName(name);
    if (read.namespace !== undefined) return `${read.namespace}/${read.name}`;
    return this.namespace(options).then((namespace) => {
      this.checkOpen();
      return `${namespace}/${read.name}`;
    });
  }

  /** Does work on a bucket; at once unless its name is a bare one, so that `close` waits for it. */
  async on<T>(
    name: string,
    options: CallOptions,
    work: (id: string) => Promise<T>,
  ): Promise<T> {
    const id = this.idOf(name, options);
    return await work(typeof id === "string" ? id : await id);
  }

  /** @throws TypeError when it has been closed. */
  checkOpen(): void {
    if (this.#closed) throw new TypeError("The bucket client has been closed");
  }

  /** Takes no more calls, waits for the commits and look-ups under way, closes connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.committer.idle();
    await this.lookUps.idle();
    await this.transfers.close();
  }
}
