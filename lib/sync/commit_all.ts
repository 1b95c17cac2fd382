import type { BatchOperation } from "../buckets/mod.ts";
import type { ApplyRun } from "./apply_run.ts";
import { brokenBucketRule } from "./path_rules.ts";
import { type BucketPlace, pathIn } from "./place.ts";
import type { SyncOperation } from "./plan.ts";
import { SyncPathError } from "./sync_result.ts";

/** Operations of one batch call. */
const MAX_LINES = 1000;

/** An operation of a plan, and the line of a batch that does it at a path of the bucket. */
export type Line = readonly [SyncOperation, (path: string) => BatchOperation];

/** Applies operations on a bucket, as many as a batch holds at a time, and notes what became of each. */
export async function commitAll(
  run: ApplyRun,
  to: BucketPlace,
  lines: Iterable<Line> | AsyncIterable<Line>,
): Promise<void> {
  let operations: SyncOperation[] = [];
  let batch: BatchOperation[] = [];
  const send = async () => {
    if (batch.length === 0) return;
    run.signal?.throwIfAborted();
    const outcomes = await run.client.commit(to.id, batch, {
      moveRefused: true,
      signal: run.signal,
    });
    operations.forEach((operation, index) => {
      const outcome = outcomes[index];
      if (outcome?.kind === "failed") run.failed(operation, outcome.error);
      else run.succeeded(operation);
    });
    operations = [];
    batch = [];
  };
  for await (const [operation, line] of lines) {
    const path = pathIn(to, operation.path);
    const problem = brokenBucketRule(path);
    if (problem !== undefined) {
      run.failed(operation, new SyncPathError(operation.path, problem));
      continue;
    }
    operations.push(operation);
    batch.push(line(path));
    if (batch.length === MAX_LINES) await send();
  }
  await send();
}

/** Deletes files of a bucket. */
export async function deleteAll(
  run: ApplyRun,
  to: BucketPlace,
  operations: readonly SyncOperation[],
): Promise<void> {
  await commitAll(
    run,
    to,
    operations.map((operation) => [operation, (path) => ({ type: "deleteFile", path })]),
  );
}
