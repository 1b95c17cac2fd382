import {
  type BucketClient,
  type CallOptions,
  contentHash,
  type FileInfo,
  HubError,
} from "../buckets/mod.ts";
import { fileAt, filesBelow } from "./bucket_files.ts";
import type { Version } from "./compare.ts";
import { LocalDirectory, type LocalFile, type Obstacle } from "./local_directory.ts";
import { brokenBucketRule, unsafeLocalPath } from "./path_rules.ts";
import { type BucketPlace, pathIn, type Place } from "./place.ts";
import { FOLDS_NAMES, IS_WINDOWS } from "./platform.ts";

/** A file at one end of a sync. */
export interface EndFile extends Version {
  /** Tells it from what is none. */
  readonly kind: "file";
  /** The bucket's file, where the end is a bucket. */
  readonly file?: FileInfo;
  /** The content's Xet hash; that of a local file is computed. */
  hash(): Promise<string>;
}

/** What an end has at a path. */
export type EndEntry = EndFile | Obstacle;

/** Where files come from. */
export interface Source {
  /** What it is called in reasons. */
  readonly name: "local" | "remote";
  /** Everything in it, by relative path. */
  entries(): AsyncIterable<[string, EndEntry]>;
}

/** Where files go. */
export interface Destination {
  /** What it is called in reasons. */
  readonly name: "local" | "remote";
  /** Why it can have no file of that path; undefined if it can. */
  problemOf(path: string): string | undefined;
  /** What it has at each path, where it has something. */
  at(paths: readonly string[]): AsyncIterable<[string, EndEntry]>;
  /** Everything in it, by relative path. */
  entries(): AsyncIterable<[string, EndEntry]>;
  /** Whether it can hold a file of a path and others below that path. */
  readonly isFlat: boolean;
  /** Whether it takes names that differ only in case for the same. */
  foldsNames(): Promise<boolean>;
}

/** Opens the end that is read. */
export async function openSource(
  client: BucketClient,
  place: Place,
  options: CallOptions,
): Promise<Source> {
  if (place.kind === "bucket") return bucketSource(client, place, options);
  const directory = await LocalDirectory.open(place.path);
  if (directory === undefined) throw new TypeError(`There is no directory ${place.path}`);
  return { name: "local", entries: () => localEntries(directory, options) };
}

/** Opens the end that is written; it need not exist. */
export async function openDestination(
  client: BucketClient,
  place: Place,
  options: CallOptions,
): Promise<Destination> {
  if (place.kind === "bucket") return bucketDestination(client, place, options);
  const directory = await LocalDirectory.open(place.path);
  return {
    name: "local",
    isFlat: false,
    foldsNames: async () => await directory?.foldsNames() ?? FOLDS_NAMES,
    problemOf: (path) => unsafeLocalPath(path, IS_WINDOWS),
    async *at(paths) {
      if (directory === undefined) return;
      for (const path of paths) {
        const entry = await directory.at(path);
        if (entry.kind !== "missing") yield [path, endEntry(directory, path, entry, options)];
      }
    },
    async *entries() {
      if (directory !== undefined) yield* localEntries(directory, options);
    },
  };
}

async function* localEntries(
  directory: LocalDirectory,
  options: CallOptions,
): AsyncGenerator<[string, EndEntry], void, void> {
  for await (const [path, entry] of directory.entries(options.signal)) {
    yield [path, endEntry(directory, path, entry, options)];
  }
}

function endEntry(
  directory: LocalDirectory,
  path: string,
  entry: LocalFile | Obstacle,
  options: CallOptions,
): EndEntry {
  if (entry.kind !== "file") return entry;
  return {
    ...entry,
    hash: async () => (await contentHash(directory.resolve(path), options)).hash,
  };
}

function bucketSource(client: BucketClient, place: BucketPlace, options: CallOptions): Source {
  return {
    name: "remote",
    async *entries() {
      let isEmpty = true;
      for await (const [path, file] of filesBelow(client, place, options)) {
        isEmpty = false;
        yield [path, endFile(file)];
      }
      const single = isEmpty ? await fileAt(client, place, options) : undefined;
      if (single !== undefined) {
        yield [single.path.slice(single.path.lastIndexOf("/") + 1), endFile(single)];
      }
    },
  };
}

/** From so many paths on a listing is taken for cheaper than look-ups. */
const MAX_LOOK_UPS = 1000;

function bucketDestination(
  client: BucketClient,
  place: BucketPlace,
  options: CallOptions,
): Destination {
  const entries = () => noneOfMissing(filesBelow(client, place, options));
  return {
    name: "remote",
    isFlat: true,
    foldsNames: () => Promise.resolve(false),
    problemOf: (path) => brokenBucketRule(pathIn(place, path)),
    async *at(paths) {
      if (paths.length > MAX_LOOK_UPS) return yield* entries();
      if (paths.length === 0) return;
      const start = pathIn(place, "").length;
      const found = client.pathsInfo(place.id, paths.map((path) => pathIn(place, path)), options);
      const files = await found.catch(ignoreMissingBucket);
      for (const [path, file] of files ?? []) yield [path.slice(start), endFile(file)];
    },
    entries,
  };
}

/** A bucket that is not there has no files: a plan can be made before it is created. */
async function* noneOfMissing(
  files: AsyncGenerator<[string, FileInfo], void, void>,
): AsyncGenerator<[string, EndFile], void, void> {
  try {
    for await (const [path, file] of files) yield [path, endFile(file)];
  } catch (error) {
    ignoreMissingBucket(error);
  }
}

function ignoreMissingBucket(error: unknown): undefined {
  if (!(error instanceof HubError) || error.kind !== "not_found") throw error;
}

function endFile(file: FileInfo): EndFile {
  return {
    kind: "file",
    size: file.size,
    mtime: file.mtime?.getTime() ?? 0,
    file,
    hash: () => Promise.resolve(file.xetHash),
  };
}
