import type { FileInfo } from "../buckets/mod.ts";
import type { ApplyRun } from "./apply_run.ts";
import { SyncPathError } from "./sync_result.ts";
import { fileAt } from "./bucket_files.ts";
import { type BucketPlace, pathIn } from "./place.ts";
import type { SyncOperation } from "./plan.ts";

/** Paths of one look-up. */
const LOOK_UPS = 1000;

/**
 * The operations of a plan with the files that they send. A plan that was saved names only paths:
 * what is there now is taken; a path that has gone is noted as failed.
 */
export async function* withFiles(
  run: ApplyRun,
  from: BucketPlace,
  operations: readonly SyncOperation[],
): AsyncGenerator<[SyncOperation, FileInfo], void, void> {
  const { signal } = run;
  for (let start = 0; start < operations.length; start += LOOK_UPS) {
    const some = operations.slice(start, start + LOOK_UPS);
    const unknown = some.filter(({ file }) => file === undefined)
      .map(({ path }) => pathIn(from, path));
    const found = unknown.length === 0
      ? new Map<string, FileInfo>()
      : await run.client.pathsInfo(from.id, unknown, { signal });
    // A plan of one file may have that file for its source.
    const single = operations.length === 1 && found.size < unknown.length
      ? await fileAt(run.client, from, { signal })
      : undefined;
    for (const operation of some) {
      const { path } = operation;
      const file = operation.file ?? found.get(pathIn(from, path)) ?? single;
      if (file !== undefined) yield [operation, file];
      else run.failed(operation, new SyncPathError(path, "the source does not have it any more"));
    }
  }
}
