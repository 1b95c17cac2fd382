import { LRUCache } from "lru-cache";
import type { BucketClient } from "../../buckets/bucket_client.ts";
import { partToText } from "../../buckets/content_part.ts";
import { repoCasId } from "../../buckets/hub_repo_reader.ts";
import { StoreError } from "../../errors/store_error.ts";
import { HubError } from "../../hub/hub_error.ts";
import { iterateWithStoreErrors, streamWithStoreErrors, withStoreErrors } from "../errors.ts";
import { etagOf } from "../etag.ts";
import type {
  ByteRange,
  ContentRef,
  ListEntry,
  ListQuery,
  ReadOptions,
  Recipe,
  StatOptions,
  StoreBucket,
  StoredObject,
  TransferOptions,
} from "../object_store.ts";
import { listRepo, type RepoLine } from "./list_repo.ts";
import { isCommit, type RepoBucket, repoBucketOf } from "./repo_bucket_names.ts";
import { RepoCommits } from "./repo_commits.ts";
import { RepoFiles } from "./repo_files.ts";
import { type FilePlace, placeFromText, placeToText } from "./file_place.ts";
import { KeptTrees } from "./kept_trees.ts";
import { type FileTimes, RepoTimes } from "./repo_times.ts";
import { RepoTrees } from "./repo_trees.ts";

/** What a {@linkcode RepoObjectStore} is made of. */
export interface RepoObjectStoreOptions {
  /** The bucket library, with the rights of one Hub token. */
  readonly buckets: Pick<BucketClient, "repos" | "download">;
  /** Where trees of commits are kept. */
  readonly trees: KeptTrees;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Buckets that ListBuckets is to show. */
  readonly listed?: readonly string[];
  /** Most files of a listing that is read whole to be sorted; 200,000 by default. */
  readonly sortLimit?: number;
}

const SORT_LIMIT = 200_000;

/** Models, datasets and Spaces at a revision, as buckets that are only read. See {@linkcode repoBucketOf} for their names. */
export class RepoObjectStore {
  readonly #options: RepoObjectStoreOptions;
  readonly #commits: RepoCommits;
  readonly #trees: RepoTrees;
  readonly #times: RepoTimes;
  readonly #files: RepoFiles;
  readonly #created = new LRUCache<string, Date>({ max: 1000 });

  /** @param options The bucket library, memory and bounds. */
  constructor(options: RepoObjectStoreOptions) {
    this.#options = options;
    const reader = options.buckets.repos;
    this.#commits = new RepoCommits(reader, options.now);
    this.#trees = new RepoTrees({
      reader,
      kept: options.trees,
      sortLimit: options.sortLimit ?? SORT_LIMIT,
    });
    this.#files = new RepoFiles(reader, this.#commits);
    this.#times = new RepoTimes({ reader, trees: this.#trees });
  }

  /** The buckets that the settings name, as far as the token sees them. */
  async listBuckets(): Promise<readonly StoreBucket[]> {
    const found = await Promise.all((this.#options.listed ?? []).map(async (name) => {
      try {
        return [{ name, createdAt: await this.#createdAt(bucketOf(name)) }];
      } catch (error) {
        if (isOutOfReach(error)) return [];
        throw error;
      }
    }));
    return found.flat();
  }

  /** Throws `no_such_bucket`. */
  statBucket(bucket: string): Promise<StoreBucket> {
    return withStoreErrors(async () => {
      await this.#commits.head(bucketOf(bucket));
      // Only lists of buckets show a time; to ask for it would cost a call.
      return { name: bucket, createdAt: this.#created.get(bucket) ?? new Date(0) };
    });
  }

  /** See {@linkcode ObjectStore.stat}. */
  stat(
    bucket: string,
    keys: readonly string[],
    options: StatOptions = {},
  ): Promise<readonly (StoredObject | undefined)[]> {
    return withStoreErrors(async () => {
      const place = bucketOf(bucket);
      const found = await Promise.all(keys.map((key) => this.#stat(place, key, options)));
      if (keys.every((key) => !canBePath(key))) await this.#commits.head(place);
      return found;
    });
  }

  async #stat(
    place: RepoBucket,
    key: string,
    { versionId, etags = [] }: StatOptions,
  ): Promise<StoredObject | undefined> {
    if (!canBePath(key)) return undefined;
    const file = versionId === undefined || versionId === "null"
      ? await this.#files.find(place, key, etags)
      : await this.#files.ofVersion(place, key, versionId);
    if (file === undefined) return undefined;
    const { commit, size, oid, xetHash, location } = file;
    const hash = xetHash ?? oid;
    const object = {
      key,
      content: {
        hash,
        size,
        ...(xetHash === undefined && {
          place: placeToText({ commit, path: key, ...(location !== undefined && { location }) }),
        }),
      },
      etag: etagOf(hash),
      lastModified: (await this.#times.of({ repo: place.repo, commit })).of(key),
      attributes: {},
      versionId: commit,
    };
    this.#commits.pin(place, key, object.etag, commit);
    return object;
  }

  /** See {@linkcode ObjectStore.list}. The cursor of an entry is the commit. */
  list(bucket: string, query: ListQuery): AsyncIterable<ListEntry> {
    return iterateWithStoreErrors(this.#list(bucket, query));
  }

  async *#list(bucket: string, query: ListQuery): AsyncGenerator<ListEntry> {
    const place = bucketOf(bucket);
    const { cursor, ...rest } = query;
    const commit = await this.#commitOf(place, cursor, rest.after);
    const name = { repo: place.repo, commit };
    const times = await this.#times.of(name);
    const shown: string[] = [];
    try {
      for await (const line of listRepo(this.#trees, name, rest)) {
        const entry = entryOf(line, commit, times);
        shown.push(entry.kind === "object" ? entry.object.key : entry.prefix);
        if (shown.length > 2) shown.shift();
        yield entry;
      }
    } finally {
      // A page ends before the last entry that it has asked for, or with it.
      for (const name of shown) this.#commits.leave(place, name, commit);
    }
  }

  async #commitOf(
    place: RepoBucket,
    cursor: string | undefined,
    after: string | undefined,
  ): Promise<string> {
    if (cursor !== undefined && isCommit(cursor)) return cursor;
    const left = after === undefined ? undefined : this.#commits.left(place, after);
    return left ?? await this.#commits.head(place);
  }

  /** See {@linkcode ObjectStore.read}. */
  read(
    bucket: string,
    content: ContentRef,
    { lent = false, range, signal }: ReadOptions = {},
  ): ReadableStream<Uint8Array> {
    const { repo, revision } = bucketOf(bucket);
    const file = content.place === undefined ? undefined : placeFromText(content.place);
    return streamWithStoreErrors(() => {
      const { repos } = this.#options.buckets;
      if (file !== undefined) {
        const { hash: oid, size } = content;
        return Promise.resolve(repos.read({ repo, oid, size, ...file }, { signal, range }));
      }
      return Promise.resolve(
        this.#options.buckets.download(repoCasId(repo, revision), content, {
          signal,
          range,
          pieces: lent ? "lent" : "shared",
        }),
      );
    });
  }

  /** See {@linkcode ObjectStore.locate}. */
  locate(
    bucket: string,
    { key, versionId, content }: StoredObject,
    { signal }: TransferOptions = {},
  ): Promise<string | undefined> {
    return withStoreErrors(async () => {
      const { repo, revision } = bucketOf(bucket);
      const known = content.place === undefined ? undefined : placeFromText(content.place).location;
      if (known !== undefined) return known;
      const { repos } = this.#options.buckets;
      return (await repos.file(repo, versionId ?? revision, key, { signal }))?.location;
    });
  }

  /** A part that is content in Xet, or a range of it. */
  slice(bucket: string, { hash, size }: ContentRef, range?: ByteRange): Recipe {
    const { repo, revision } = bucketOf(bucket);
    const { first, last } = range ?? { first: 0, last: size - 1 };
    const length = last + 1 - first;
    if (length === 0) return { content: { hash, size }, detail: "" };
    const id = repoCasId(repo, revision);
    return {
      content: { hash, size: length },
      detail: partToText({ hash, size, range: { first, last }, id }),
    };
  }

  async #createdAt(place: RepoBucket): Promise<Date> {
    const { bucket, repo, revision } = place;
    const known = this.#created.get(bucket);
    if (known !== undefined) return known;
    const { createdAt, lastModified } = await this.#options.buckets.repos.revision(repo, revision);
    this.#created.set(bucket, createdAt ?? lastModified);
    return createdAt ?? lastModified;
  }
}

/** The repo of a bucket that can exist. */
export function bucketOf(bucket: string): RepoBucket {
  const place = repoBucketOf(bucket);
  if (place === undefined) throw new StoreError("no_such_bucket", `There is no bucket ${bucket}`);
  return place;
}

function entryOf(line: RepoLine, commit: string, times: FileTimes): ListEntry {
  if (line.kind === "prefix") return { kind: "prefix", prefix: line.prefix, cursor: commit };
  const { path, size, hash, inXet } = line.file;
  const place: FilePlace = { commit, path };
  return {
    kind: "object",
    cursor: commit,
    object: {
      key: path,
      content: { hash, size, ...(!inXet && { place: placeToText(place) }) },
      etag: etagOf(hash),
      lastModified: times.of(path),
      attributes: {},
      versionId: commit,
    },
  };
}

/** Git has no empty segment, none that is `.` or `..`, and no NUL: so no key ends with a slash. */
const canBePath = (key: string): boolean =>
  key.isWellFormed() && !key.includes("\0") &&
  key.split("/").every((name) => name !== "" && name !== "." && name !== "..");

const isOutOfReach = (error: unknown): boolean =>
  error instanceof StoreError ||
  (error instanceof HubError && ["unauthorized", "forbidden", "not_found"].includes(error.kind));
