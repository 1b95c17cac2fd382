import { createHash } from "node:crypto";
import { MemoryBudget } from "../flow/memory_budget.ts";
import { SingleFlight } from "../flow/single_flight.ts";
import { type Sleep, sleep as timerSleep } from "../flow/sleep.ts";
import type { CallOptions } from "../hub/buckets.ts";
import type { BatchOperation, TreePage, TreePageOptions } from "../hub/files.ts";
import { HubClient } from "../hub/hub_client.ts";
import type { HubRetry } from "../hub/transport.ts";
import type { BucketInfo, FileInfo, TreeItem, WhoAmI } from "../hub/wire.ts";
import type { FileRecipe } from "../xet/transfer/context.ts";
import type { LazyPart, ListedFile } from "../xet/transfer/file_part.ts";
import type { CommitOutcome } from "./commit_group.ts";
import { Committer } from "./committer.ts";
import type { ContentName, ContentPart } from "./content_part.ts";
import {
  createBucket,
  type CreateOptions,
  deleteBucket,
  type DeleteOptions,
  moveBucket,
} from "./lifecycle.ts";
import { LookUps } from "./look_ups.ts";
import { createRepoReader, repoXetToken } from "./hub_repo_reader.ts";
import type { RepoReader } from "./repo_reader.ts";
import {
  type DiskCacheSettings,
  type DownloadOptions,
  type TransferOptions,
  Transfers,
} from "./transfers.ts";
import { listTree, type ListTreeOptions } from "./tree.ts";
import { DecoderPool, EncoderPool } from "../xet/engine/mod.ts";
import { XetTokens } from "./xet_tokens.ts";

/** What a {@linkcode BucketClient} is given. */
export interface BucketClientOptions {
  /** The Hub token. */
  readonly token: string;
  /** The Hub's base URL. Default: `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
  /** The namespace to work in by default. Default: the token's user. */
  readonly namespace?: string | undefined;
  /** Memory for all transfers together, or its size in bytes. Default: 192 MiB. */
  readonly memoryBudget?: MemoryBudget | number | undefined;
  /**
   * Threads for the byte work of uploads, and as many for that of downloads; 0 does it in place.
   * Default: processors less one, at most 4.
   */
  readonly workers?: number | undefined;
  /** Sends all requests but those that carry xorbs. Default: the runtime's. */
  readonly fetch?: typeof fetch | undefined;
  /** Sent to the Hub as `User-Agent`. */
  readonly userAgent?: string | undefined;
  /** Overrides parts of the policy by which Hub calls are repeated. */
  readonly retry?: Partial<HubRetry> | undefined;
  /** Told of each failed attempt at a Hub call that is repeated. */
  readonly onRetry?: ((error: Error, attempt: number, waitMs: number) => void) | undefined;
  /** A Hub call without any progress for so long fails, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Keeps content that was read in a directory, each token's apart from that of others. Needs the
   * permissions to read and write there. Default: only memory is used.
   */
  readonly diskCache?: DiskCacheSettings | undefined;
  /**
   * A fetch of stored bytes that stands still for so long is begun anew, in milliseconds; twice as
   * long with each attempt. Default: 5,000.
   */
  readonly stallMs?: number | undefined;
  /** The present, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Waits between attempts. Default: the runtime's timers. */
  readonly sleep?: Sleep | undefined;
  /** A number from 0 up to 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";
const DEFAULT_BUDGET = 192 * 1024 * 1024;

/**
 * Storage Buckets of the Hugging Face Hub: buckets, listings, files and their content. Writes that
 * come together share batch calls, look-ups share paths-info calls, CAS tokens are kept, content is
 * streamed within a memory budget. One client stands for one Hub token.
 *
 * Bucket ids are `namespace/name`. Methods throw `HubError` and `CasError`; content that is not
 * what its hash says is an `XetFormatError`.
 *
 * Writing a file takes two steps: {@linkcode BucketClient.upload} stores content, which nobody sees
 * yet, and {@linkcode BucketClient.commit} gives it a path.
 *
 * @example
 * ```ts
 * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const hub = await createEmbeddedHub();
 * const client = new BucketClient({ token: hub.token, endpoint: hub.url });
 * const id = `${await client.namespace()}/my-bucket`;
 * await client.create(id, { private: true, existOk: true });
 * const { hash, size } = await client.upload(id, new Blob(["hello"]).stream());
 * await client.commit(id, [
 *   { type: "addFile", path: "hello.txt", xetHash: hash, mtime: Date.now() },
 * ]);
 * assertEquals(await new Response(client.download(id, { hash, size })).text(), "hello");
 * await client.close();
 * await hub.close();
 * ```
 */
export class BucketClient {
  /** Reads models, datasets and Spaces with the same token. */
  readonly repos: RepoReader;
  readonly #hub: HubClient;
  readonly #namespace: string | undefined;
  readonly #lookUps: LookUps;
  readonly #committer: Committer;
  readonly #tokens: XetTokens;
  readonly #transfers: Transfers;
  readonly #whoAmI = new SingleFlight<"whoami", WhoAmI>();
  #who: WhoAmI | undefined;
  #closed = false;

  /**
   * Makes a client; nothing is asked of the Hub yet.
   *
   * @throws TypeError for an endpoint or a token that cannot be one.
   */
  constructor(options: BucketClientOptions) {
    const { fetch, sleep, random, onRetry, memoryBudget = DEFAULT_BUDGET, workers } = options;
    this.#hub = new HubClient({ ...options, endpoint: options.endpoint ?? DEFAULT_ENDPOINT });
    this.#namespace = options.namespace;
    this.repos = createRepoReader(this.#hub, sleep);
    const pause = () => {
      const wait = this.#hub.pace();
      return wait > 0 ? (sleep ?? timerSleep)(wait) : undefined;
    };
    this.#lookUps = new LookUps(this.#hub, pause);
    this.#committer = new Committer({
      pause,
      batch: (id, operations) => this.#hub.batch(id, operations),
      look: (id, paths) => this.#lookUps.find(id, paths),
      onRetry,
      sleep,
      random,
    });
    this.#tokens = new XetTokens({
      issue: (id, scope) => repoXetToken(this.#hub, id) ?? this.#hub.xetToken(id, scope),
      now: options.now ?? Date.now,
    });
    this.#transfers = new Transfers({
      tokens: this.#tokens,
      encoders: new EncoderPool(workers),
      decoders: new DecoderPool(workers),
      budget: typeof memoryBudget === "number" ? new MemoryBudget(memoryBudget) : memoryBudget,
      fetch,
      sleep,
      now: options.now,
      stallMs: options.stallMs,
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
  async whoAmI(options: CallOptions = {}): Promise<WhoAmI> {
    this.#checkOpen();
    return this.#who ??= await this.#whoAmI.run(
      "whoami",
      () => this.#hub.whoAmI(),
      options.signal,
    );
  }

  /**
   * Creates a bucket.
   *
   * @returns Whether it was created; `false`, with `existOk`, if there was one.
   */
  async create(id: string, options: CreateOptions = {}): Promise<boolean> {
    this.#checkOpen();
    return await createBucket(this.#hub, id, options);
  }

  /** Describes a bucket. */
  async info(id: string, options: CallOptions = {}): Promise<BucketInfo> {
    this.#checkOpen();
    return await this.#hub.bucketInfo(id, options);
  }

  /** The buckets of a namespace that the token may see, in the Hub's order. */
  async *list(
    namespace?: string,
    options: CallOptions = {},
  ): AsyncGenerator<BucketInfo, void, void> {
    this.#checkOpen();
    yield* this.#hub.listBuckets(namespace ?? await this.namespace(options), options);
  }

  /**
   * Deletes a bucket with all its files.
   *
   * @returns Whether it was there; `false` only with `missingOk`.
   */
  async delete(id: string, options: DeleteOptions = {}): Promise<boolean> {
    this.#checkOpen();
    const deleted = await deleteBucket(this.#hub, id, options);
    this.#tokens.forget(id);
    return deleted;
  }

  /** Renames a bucket, or moves it to another namespace. */
  async move(from: string, to: string, options: CallOptions = {}): Promise<void> {
    this.#checkOpen();
    await moveBucket(this.#hub, from, to, options);
    this.#tokens.forget(from);
  }

  /** Makes a bucket private or public. */
  async setVisibility(
    id: string,
    visibility: "private" | "public",
    options: CallOptions = {},
  ): Promise<void> {
    this.#checkOpen();
    await this.#hub.updateSettings(id, { private: visibility === "private" }, options);
  }

  /**
   * Lists files whose paths begin with a prefix, in the Hub's order, page by page as they are asked
   * for; without `recursive` the files and directories one level down.
   */
  listTree(id: string, options: ListTreeOptions = {}): AsyncGenerator<TreeItem, void, void> {
    this.#checkOpen();
    return listTree(this.#hub, id, options);
  }

  /** One page of a listing, and the cursor of the next. */
  async treePage(id: string, options: TreePageOptions): Promise<TreePage> {
    this.#checkOpen();
    return await this.#hub.treePage(id, options);
  }

  /**
   * What is at paths, any number of them; no entry where there is no file. Look-ups of one bucket
   * that come together share calls; the first of them does not wait for others.
   */
  async pathsInfo(
    id: string,
    paths: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, FileInfo>> {
    this.#checkOpen();
    return await this.#lookUps.find(id, paths, options.signal);
  }

  /**
   * Applies operations, each for itself and all in the same batch. Commits to one bucket that come
   * together share batches; the first of them does not wait for others.
   *
   * @param id The bucket.
   * @param operations At most 1,000, no path twice.
   * @returns What became of each, in order. A delete of what is not there counts as applied.
   * @throws HubError when nothing was applied, or, with `outcomeUnknown`, when that cannot be told.
   */
  async commit(
    id: string,
    operations: readonly BatchOperation[],
  ): Promise<readonly CommitOutcome[]> {
    this.#checkOpen();
    return await this.#committer.commit(id, operations);
  }

  /** Stores content while it arrives. Nobody sees it until a commit gives it a path. */
  async upload(
    id: string,
    body: ReadableStream<Uint8Array>,
    options: TransferOptions = {},
  ): Promise<FileRecipe> {
    this.#checkOpen();
    return await this.#transfers.upload(id, body, options);
  }

  /**
   * Stores content made of others, in order, with the hash that it would have in one piece. Parts are
   * what `upload` or `storeRecipe` gave, or ranges of content that some bucket holds; only bytes at
   * their borders are moved.
   */
  async compose(
    id: string,
    parts: readonly (ContentPart | LazyPart)[],
    options: TransferOptions = {},
  ): Promise<ContentName> {
    this.#checkOpen();
    return await this.#transfers.compose(id, parts, options);
  }

  /** Keeps what `upload` gave in the CAS: about 40 bytes for each 64 KiB that need not be kept elsewhere. */
  async storeRecipe(
    id: string,
    recipe: FileRecipe,
    options: TransferOptions = {},
  ): Promise<ListedFile> {
    this.#checkOpen();
    return await this.#transfers.storeRecipe(id, recipe, options);
  }

  /** Reads content or a range of it. The stream errors if the bytes are not what the hash says. */
  download(
    id: string,
    content: ContentName,
    options: DownloadOptions = {},
  ): ReadableStream<Uint8Array> {
    this.#checkOpen();
    return this.#transfers.download(id, content, options);
  }

  /**
   * The Hub's own URL of a file's content, which anybody can read for a while without a token. Asks by
   * the quota of resolver calls.
   *
   * @param id The bucket.
   * @param path The file.
   * @param hash The content that is meant.
   * @returns Undefined if the path holds other content by now, or the Hub names no URL.
   */
  async locate(
    id: string,
    path: string,
    hash: string,
    options: CallOptions = {},
  ): Promise<string | undefined> {
    this.#checkOpen();
    const file = await this.#hub.resolveFile(id, path, options);
    return file?.xetHash === hash ? file.location : undefined;
  }

  /** Takes no more calls, waits for the commits and look-ups under way, closes connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#committer.idle();
    await this.#lookUps.idle();
    await this.#transfers.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new TypeError("The bucket client has been closed");
  }
}

/** Tells tokens apart without telling them. */
function cacheNameOf(token: string): string {
  return createHash("sha256").update("hugbucket cache\0").update(token).digest("hex").slice(0, 32);
}
