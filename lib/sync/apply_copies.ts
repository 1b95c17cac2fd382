import type { ApplyRun } from "./apply_run.ts";
import { commitAll, deleteAll, type Line } from "./commit_all.ts";
import type { BucketPlace } from "./place.ts";
import type { Steps, SyncOperation } from "./plan.ts";
import { withFiles } from "./planned_files.ts";

/** Applies the operations of a plan that go from bucket to bucket: the Hub copies by hash, no bytes move. */
export async function applyCopies(
  run: ApplyRun,
  from: BucketPlace,
  to: BucketPlace,
  { first, transfers, last }: Steps,
): Promise<void> {
  await deleteAll(run, to, first);
  await commitAll(run, to, copyLines(run, from, transfers));
  await deleteAll(run, to, last);
}

async function* copyLines(
  run: ApplyRun,
  from: BucketPlace,
  operations: readonly SyncOperation[],
): AsyncGenerator<Line, void, void> {
  for await (const [operation, file] of withFiles(run, from, operations)) {
    yield [operation, (path) => ({
      type: "copyFile",
      path,
      xetHash: file.xetHash,
      sourceRepoType: "bucket",
      sourceRepoId: from.id,
      mtime: (file.mtime ?? file.uploadedAt ?? new Date()).getTime(),
      size: file.size,
      contentType: file.contentType,
    })];
    run.moved(file.size);
  }
}
