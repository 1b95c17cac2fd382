import { fileSystem } from "../buckets/local_files.ts";
import { eachOf } from "../flow/each_of.ts";
import type { ApplyRun } from "./apply_run.ts";
import { SyncPathError } from "./sync_result.ts";
import { codeOf } from "./file_errors.ts";
import { Folders } from "./folders.ts";
import { LocalDirectory } from "./local_directory.ts";
import { ancestorsOf, unsafeLocalPath } from "./path_rules.ts";
import type { BucketPlace, DirectoryPlace } from "./place.ts";
import type { Steps, SyncOperation } from "./plan.ts";
import { withFiles } from "./planned_files.ts";
import { IS_WINDOWS } from "./platform.ts";
import { sameNameReason, sameNames } from "./same_names.ts";

/** Files at once: enough for small ones, while a large one fills the line by itself. */
const FILES_AT_ONCE = 8;

/** Applies the operations of a plan that go to a directory. */
export async function applyDownloads(
  run: ApplyRun,
  from: BucketPlace,
  to: DirectoryPlace,
  { first, transfers, last }: Steps,
): Promise<void> {
  await fileSystem().mkdir(to.path, { recursive: true });
  const directory = await LocalDirectory.open(to.path);
  if (directory === undefined) throw new TypeError(`There is no directory ${to.path}`);
  const remove = (operation: SyncOperation) =>
    run.attempt(operation, async () => {
      await removeFile(directory, operation.path);
      run.succeeded(operation);
    }).then(() => {});
  await eachOf(first, 1, remove);
  const folders = new Folders(directory);
  // What may be the same file as another one comes after that, when it can be told.
  const same = sameNames(transfers.map(({ path }) => path));
  const [plain, doubtful] = [false, true].map((isSame) =>
    transfers.filter(({ path }) => same.has(path) === isSame)
  );
  for (const [operations = [], atOnce] of [[plain, FILES_AT_ONCE], [doubtful, 1]] as const) {
    await eachOf(
      withFiles(run, from, operations),
      atOnce,
      ([operation, file]) =>
        run.attempt(operation, async () => {
          const { path } = operation;
          checkPath(path);
          await folders.make(path);
          const other = same.get(path);
          if (other !== undefined && await directory.isSameFile(path, other)) {
            throw new SyncPathError(path, sameNameReason(other));
          }
          await run.client.downloadFileTo(from.id, file.path, directory.resolve(path), {
            file,
            keepTime: true,
            signal: run.signal,
            onProgress: run.counter(),
          });
          run.succeeded(operation, file.size);
        }).then(() => {}),
    );
  }
  await eachOf(last, 1, remove);
}

/** A plan may come from anywhere: nothing is written outside of the directory. */
function checkPath(path: string): void {
  const problem = unsafeLocalPath(path, IS_WINDOWS);
  if (problem !== undefined) throw new SyncPathError(path, problem);
}

/** Deletes a file, or a link to one, and the directories that are empty then. */
async function removeFile(directory: LocalDirectory, path: string): Promise<void> {
  checkPath(path);
  const entry = await new Folders(directory).find(path);
  if (entry === undefined) return;
  await fileSystem().unlink(entry);
  for (const folder of ancestorsOf(path).toReversed()) {
    try {
      await fileSystem().rmdir(directory.resolve(folder));
    } catch (error) {
      if (["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) return;
      throw error;
    }
  }
}
