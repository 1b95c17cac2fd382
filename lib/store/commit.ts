import type { BucketClient } from "../buckets/bucket_client.ts";
import type { CommitOutcome } from "../buckets/commit_group.ts";
import { StoreError } from "../errors/store_error.ts";
import type { KeyLocks } from "../flow/key_locks.ts";
import { type BatchOperation, MAX_PER_CALL } from "../hub/files.ts";
import { brokenCondition } from "./conditions.ts";
import { toStoreError } from "./errors.ts";
import { checkKey, MARKER_TYPE, pathOfKey } from "./keys.ts";
import type { CommitEntry, CommitResult, ObjectAttributes } from "./object_store.ts";
import { objectOf, type StoredFile } from "./stored_file.ts";

/** What a commit stands on. */
export interface CommitContext {
  readonly buckets: Pick<BucketClient, "pathsInfo" | "commit">;
  readonly locks: KeyLocks;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The Hub id of an S3 bucket; undefined for what can be none. */
  readonly hubId: (bucket: string) => string | undefined;
}

type Files = ReadonlyMap<string, StoredFile>;

/** What was looked up in a bucket, or why it could not be. */
type LookUp = { readonly files: Files } | { readonly error: Error };

/** An entry on its way through a batch. */
interface Step {
  readonly index: number;
  readonly entry: CommitEntry;
  readonly path: string;
  /** For a copy: where from. */
  readonly source?: { readonly id: string; readonly path: string };
}

/** What is to be done about an entry: nothing more, or an operation and its result if it is applied. */
type Decision =
  | { readonly kind: "settled"; readonly result: CommitResult }
  | {
    readonly kind: "operation";
    readonly operation: BatchOperation;
    readonly result: CommitResult;
  };

/**
 * Applies changes to keys of one bucket under the locks of all keys that a batch names, so that no other
 * write of a gateway comes between the check of a condition and the commit. Paths are looked up
 * only where a condition or a copy needs it, and then once. A key that comes again is done in a later
 * batch, after the earlier entries.
 *
 * @returns One result per entry, in order.
 * @throws {StoreError} when a call failed and nothing was applied.
 */
export async function commitEntries(
  context: CommitContext,
  id: string,
  entries: readonly CommitEntry[],
): Promise<readonly CommitResult[]> {
  const results: CommitResult[] = [];
  const steps = entries.flatMap((entry, index) => {
    const prepared = prepare(context, entry, index);
    if (!("path" in prepared)) results[index] = prepared;
    return "path" in prepared ? [prepared] : [];
  });
  let broken: Error | undefined;
  for (const batch of batchesOf(steps)) {
    try {
      if (broken === undefined) await commitBatch(context, id, batch, results);
    } catch (error) {
      broken = asError(toStoreError(error));
    }
    for (const { index } of batch) {
      if (broken !== undefined) results[index] ??= { kind: "failed", error: broken };
    }
  }
  if (broken !== undefined && results.every(({ kind }) => kind === "failed")) throw broken;
  return results;
}

/** A step, or the result of an entry that needs no call. */
function prepare(context: CommitContext, entry: CommitEntry, index: number): Step | CommitResult {
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
  const id = context.hubId(bucket);
  if (id === undefined) {
    return failed(new StoreError("no_such_bucket", `There is no bucket ${bucket}`));
  }
  const sourcePath = pathOfKey(object.key);
  if (sourcePath === undefined) return failed(noSuchSource(object.key));
  return { index, entry, path, source: { id, path: sourcePath } };
}

/** Batches of distinct paths, as few as possible, in which the entries of one path keep their order. */
function batchesOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const batches: Step[][] = [];
  const rounds = new Map<string, number>();
  const byRound: Step[][] = [];
  for (const step of steps) {
    const round = rounds.get(step.path) ?? 0;
    rounds.set(step.path, round + 1);
    (byRound[round] ??= []).push(step);
  }
  for (const round of byRound) {
    for (let start = 0; start < round.length; start += MAX_PER_CALL) {
      batches.push(round.slice(start, start + MAX_PER_CALL));
    }
  }
  return batches;
}

async function commitBatch(
  context: CommitContext,
  id: string,
  steps: readonly Step[],
  results: CommitResult[],
): Promise<void> {
  const locks = steps.flatMap(({ path, source }) => [
    lockName(id, path),
    ...(source === undefined ? [] : [lockName(source.id, source.path)]),
  ]);
  await context.locks.withLocks(locks, async () => {
    const lookUps = await lookUp(context, id, steps);
    const mtime = Math.floor(context.now());
    const decided = steps.map((step) => ({ step, decision: decide(step, id, lookUps, mtime) }));
    const operations: BatchOperation[] = [];
    for (const { decision } of decided) {
      if (decision.kind === "operation") operations.push(decision.operation);
    }
    const outcomes = operations.length === 0 ? [] : await context.buckets.commit(id, operations);
    const byPath = new Map(outcomes.map((outcome) => [outcome.path, outcome]));
    for (const { step, decision } of decided) {
      results[step.index] = decision.kind === "settled"
        ? decision.result
        : resultOf(byPath.get(step.path), decision.result);
    }
  });
}

/** A bucket's id holds one slash and no path begins with one, so no two files share a name. */
const lockName = (id: string, path: string): string => `${id}/${path}`;

function resultOf(outcome: CommitOutcome | undefined, applied: CommitResult): CommitResult {
  if (outcome?.kind === "applied") return applied;
  return failed(outcome?.error ?? new TypeError("The bucket client left out an operation"));
}

/** What is at the paths that conditions and copies are about, by bucket: one question for each. */
async function lookUp(
  { buckets }: CommitContext,
  id: string,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, LookUp>> {
  const wanted = new Map<string, string[]>();
  const want = (bucket: string, path: string) => {
    const paths = wanted.get(bucket) ?? [];
    wanted.set(bucket, paths);
    paths.push(path);
  };
  for (const { entry, path, source } of steps) {
    if (entry.condition !== undefined) want(id, path);
    if (source !== undefined) want(source.id, source.path);
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

function decide(
  { entry, path, source }: Step,
  id: string,
  lookUps: ReadonlyMap<string, LookUp>,
  mtime: number,
): Decision {
  const current = fileIn(lookUps.get(id), path);
  const broken = brokenCondition(entry.condition, entry.key, current);
  if (broken !== undefined) {
    // What a delete wants is the case already.
    const done = entry.kind === "delete" && broken.kind === "no_such_key";
    return settled(done ? { kind: "deleted" } : failed(broken));
  }
  switch (entry.kind) {
    case "delete":
      return {
        kind: "operation",
        operation: { type: "deleteFile", path },
        result: { kind: "deleted" },
      };
    case "put": {
      const file = newFile(entry.key, path, entry.content, entry.attributes, mtime);
      return write(entry.key, file, { type: "addFile", ...fieldsOf(file, mtime) });
    }
    case "copy": {
      const { object } = entry.source;
      const problem = sourceProblem(object, source, lookUps);
      if (problem !== undefined) return settled(failed(problem));
      const file = newFile(entry.key, path, object.content, entry.attributes, mtime);
      return write(entry.key, file, {
        type: "copyFile",
        ...fieldsOf(file, mtime),
        sourceRepoType: "bucket",
        sourceRepoId: source?.id ?? id,
      });
    }
    default:
      return entry satisfies never;
  }
}

/** Conditions on the source were checked for what it held then, so it has to hold that still. */
function sourceProblem(
  object: { readonly key: string; readonly content: { readonly hash: string } },
  source: { readonly id: string; readonly path: string } | undefined,
  lookUps: ReadonlyMap<string, LookUp>,
): Error | undefined {
  const answer = source && lookUps.get(source.id);
  if (answer !== undefined && "error" in answer) return answer.error;
  const file = source && fileIn(answer, source.path);
  if (file === undefined) return noSuchSource(object.key);
  return file.xetHash === object.content.hash
    ? undefined
    : new StoreError("conflict", `${object.key} was overwritten while it was copied`);
}

const fileIn = (answer: LookUp | undefined, path: string): StoredFile | undefined =>
  answer !== undefined && "files" in answer ? answer.files.get(path) : undefined;

function newFile(
  key: string,
  path: string,
  content: { readonly hash: string; readonly size: number },
  attributes: ObjectAttributes,
  mtime: number,
): StoredFile {
  const contentType = attributes.contentType ?? (key.endsWith("/") ? MARKER_TYPE : undefined);
  return {
    path,
    size: content.size,
    xetHash: content.hash,
    mtime: new Date(mtime),
    ...(contentType !== undefined && { contentType }),
  };
}

const fieldsOf = ({ path, xetHash, contentType }: StoredFile, mtime: number) => ({
  path,
  xetHash,
  mtime,
  ...(contentType !== undefined && { contentType }),
});

const write = (key: string, file: StoredFile, operation: BatchOperation): Decision => ({
  kind: "operation",
  operation,
  result: { kind: "stored", object: objectOf(key, file) },
});

const settled = (result: CommitResult): Decision => ({ kind: "settled", result });

const failed = (error: unknown): CommitResult => ({
  kind: "failed",
  error: asError(toStoreError(error)),
});

const noSuchSource = (key: string): StoreError =>
  new StoreError("no_such_key", `The source of a copy, ${key}, is not there`);

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error("A commit failed", { cause: error });
