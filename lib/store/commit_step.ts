import type { BucketClient } from "../buckets/bucket_client.ts";
import { StoreError } from "../errors/store_error.ts";
import type { KeyLocks, LockKey } from "../flow/key_locks.ts";
import { MAX_PER_CALL } from "../hub/files.ts";
import { toStoreError } from "./errors.ts";
import { checkKey, pathOfKey } from "./keys.ts";
import type { CommitEntry, CommitResult } from "./object_store.ts";
import { sidecarPaths } from "./sidecar/sidecar_paths.ts";
import type { Sidecars } from "./sidecar/sidecars.ts";
import type { SweepList } from "./sidecar/sweep_list.ts";
import type { StoredFile } from "./stored_file.ts";

/** What a commit stands on. */
export interface CommitContext {
  readonly buckets: Pick<BucketClient, "pathsInfo" | "commit">;
  readonly locks: KeyLocks;
  readonly sidecars: Sidecars;
  /** Told of the bucket where sidecars are written. */
  readonly sweepList: SweepList;
  /** The `mtime` of a new batch, in milliseconds since 1970; never the same twice. */
  readonly nextMtime: () => number;
  /** The Hub id of an S3 bucket; undefined for what can be none. */
  readonly hubId: (bucket: string) => string | undefined;
}

/** An entry on its way through a batch. */
export interface Step {
  /** The place of the entry among all. */
  readonly index: number;
  readonly entry: CommitEntry;
  readonly path: string;
  /** For a copy: where from. */
  readonly source?: { readonly id: string; readonly path: string };
}

/** A step, or the result of an entry that needs no call. */
export function prepareStep(
  { hubId }: CommitContext,
  entry: CommitEntry,
  index: number,
): Step | CommitResult {
  const path = pathOfKey(entry.key);
  if (path === undefined) {
    if (entry.kind === "delete") return { kind: "deleted" };
    try {
      checkKey(entry.key);
    } catch (error) {
      return failed(error);
    }
    return failed(new TypeError(`No path for the key ${JSON.stringify(entry.key)}`));
  }
  if (entry.kind !== "copy") return { index, entry, path };
  const { bucket, object } = entry.source;
  const id = hubId(bucket);
  if (id === undefined) {
    return failed(new StoreError("no_such_bucket", `There is no bucket ${bucket}`));
  }
  const sourcePath = pathOfKey(object.key);
  if (sourcePath === undefined) return failed(noSuchSource(object.key));
  return { index, entry, path, source: { id, path: sourcePath } };
}

/**
 * Batches of distinct paths, as few as possible, in which the entries of one path keep their order. A
 * write with its sidecars always fits into one call; of deletes only the objects are counted, as
 * their sidecars may be deleted after them.
 */
export function batchesOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const rounds = new Map<string, number>();
  const byRound: Step[][] = [];
  for (const step of steps) {
    const round = rounds.get(step.path) ?? 0;
    rounds.set(step.path, round + 1);
    (byRound[round] ??= []).push(step);
  }
  const batches: Step[][] = [];
  for (const round of byRound) {
    let room = 0;
    for (const step of round) {
      const weight = step.entry.kind === "delete" ? 1 : 1 + sidecarPaths(step.path).length;
      const last = batches.at(-1);
      if (last === undefined || step === round[0] || weight > room) {
        batches.push([step]);
        room = MAX_PER_CALL;
      } else last.push(step);
      room -= weight;
    }
  }
  return batches;
}

/** The locks that a step needs. */
export function locksOf(id: string, { path, source }: Step): readonly LockKey[] {
  return [lockOf(id, path), ...(source === undefined ? [] : [lockOf(source.id, source.path)])];
}

/** The lock of a path and of its sidecars. Who deletes the bucket has all of them. */
export const lockOf = (id: string, path: string): LockKey => ({ scope: id, name: path });

/** The files that a look at some paths of a bucket found. */
export type Files = ReadonlyMap<string, StoredFile>;

/** What was looked up in a bucket, or why it could not be. */
export type LookUp = { readonly files: Files } | { readonly error: Error };

/** Whether it is looked up what a step would overwrite: where that takes no call of its own. */
export const looksAtTarget = ({ entry, source }: Step, id: string): boolean =>
  entry.condition !== undefined || entry.kind === "annotate" || source?.id === id;

/** What is at the paths that steps depend on, by bucket: one question for each. */
export async function lookUp(
  { buckets }: CommitContext,
  id: string,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, LookUp>> {
  const wanted = new Map<string, string[]>();
  const want = (bucket: string, path: string) => {
    const paths = wanted.get(bucket) ?? [];
    wanted.set(bucket, paths);
    paths.push(path, ...sidecarPaths(path));
  };
  for (const step of steps) {
    if (looksAtTarget(step, id)) want(id, step.path);
    if (step.source !== undefined) want(step.source.id, step.source.path);
  }
  const answers = [...wanted].map(async ([bucket, paths]): Promise<[string, LookUp]> => {
    try {
      return [bucket, { files: await buckets.pathsInfo(bucket, paths) }];
    } catch (error) {
      // A source that cannot be read is the failure of those who copy from it, and of nobody else.
      if (bucket === id) throw error;
      return [bucket, { error: asError(toStoreError(error)) }];
    }
  });
  return new Map(await Promise.all(answers));
}

/** The result of an entry that was not applied. */
export const failed = (error: unknown): CommitResult => ({
  kind: "failed",
  error: asError(toStoreError(error)),
});

/** The source of a copy is missing. */
export const noSuchSource = (key: string): StoreError =>
  new StoreError("no_such_key", `The source of a copy, ${key}, is not there`);

/** What was thrown, as an error. */
export const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error("A commit failed", { cause: error });
