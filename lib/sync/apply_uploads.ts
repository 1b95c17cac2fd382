import mime from "mime";
import type { FileToAdd } from "../buckets/mod.ts";
import type { ApplyRun } from "./apply_run.ts";
import { deleteAll } from "./commit_all.ts";
import { LocalDirectory } from "./local_directory.ts";
import { brokenBucketRule, unsafeLocalPath } from "./path_rules.ts";
import { type BucketPlace, type DirectoryPlace, pathIn } from "./place.ts";
import type { Steps, SyncOperation } from "./plan.ts";
import { IS_WINDOWS } from "./platform.ts";
import { SyncPathError } from "./sync_result.ts";

/** Files at once: small ones share calls to the CAS, and the memory budget bounds large ones. */
const FILES_AT_ONCE = 16;

/** Applies the operations of a plan that go from a directory to a bucket. */
export async function applyUploads(
  run: ApplyRun,
  from: DirectoryPlace,
  to: BucketPlace,
  { first, transfers, last }: Steps,
): Promise<void> {
  const directory = await LocalDirectory.open(from.path);
  if (directory === undefined) throw new TypeError(`There is no directory ${from.path}`);
  await deleteAll(run, to, first);
  if (transfers.length > 0) await uploadAll(run, directory, to, transfers);
  await deleteAll(run, to, last);
}

async function uploadAll(
  run: ApplyRun,
  directory: LocalDirectory,
  to: BucketPlace,
  operations: readonly SyncOperation[],
): Promise<void> {
  const byPath = new Map(operations.map((operation) => [pathIn(to, operation.path), operation]));
  const { added, failed } = await run.client.batchFiles(
    to.id,
    { add: filesToAdd(run, directory, to, operations) },
    {
      concurrency: FILES_AT_ONCE,
      signal: run.signal,
      onProgress: run.counter(),
    },
  );
  for (const { path, size } of added) {
    const operation = byPath.get(path);
    if (operation !== undefined) run.succeeded(operation, size);
  }
  for (const { path, error } of failed) {
    const operation = byPath.get(path);
    if (operation !== undefined) run.failed(operation, error);
  }
}

/** A plan may come from anywhere: nothing is read outside of the directory. */
async function* filesToAdd(
  run: ApplyRun,
  directory: LocalDirectory,
  to: BucketPlace,
  operations: readonly SyncOperation[],
): AsyncGenerator<FileToAdd, void, void> {
  for (const operation of operations) {
    const path = pathIn(to, operation.path);
    const problem = unsafeLocalPath(operation.path, IS_WINDOWS) ?? brokenBucketRule(path) ??
      await problemAt(directory, operation.path);
    if (problem !== undefined) {
      run.failed(operation, new SyncPathError(operation.path, problem));
      continue;
    }
    yield {
      source: directory.resolve(operation.path),
      path,
      contentType: mime.getType(path) ?? undefined,
    };
  }
}

async function problemAt(directory: LocalDirectory, path: string): Promise<string | undefined> {
  const entry = await directory.at(path);
  if (entry.kind === "file") return undefined;
  return entry.kind === "missing" ? "it has gone" : entry.reason;
}
