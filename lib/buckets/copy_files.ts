import { EntryNotFoundError } from "../hub/hub_errors.ts";
import type { BucketCore } from "./bucket_core.ts";
import { type HubLocation, parseHubUri } from "./bucket_names.ts";
import { type CopySource, findSource, type SourceFile } from "./copy_source.ts";
import { type CopyTarget, fileTarget, folderTarget } from "./copy_target.ts";
import type { FailedFile, JobOptions, UploadedFile } from "./job_options.ts";
import { OperationQueue } from "./operation_queue.ts";
import { ProgressCounter } from "./progress.ts";
import { listTree } from "./tree.ts";

/** What has become of the files of a copy. */
export interface CopiedFiles {
  /** Files that were copied, under their new paths. */
  readonly copied: readonly UploadedFile[];
  /** What failed, each for itself; the others were copied. */
  readonly failed: readonly FailedFile[];
}

/** Copies a file, or all files of a folder, from a place on the Hub into a bucket. */
export async function copyFiles(
  core: BucketCore,
  source: string,
  destination: string,
  options: JobOptions,
): Promise<CopiedFiles> {
  const [from, to] = [parseHubUri(source), parseHubUri(destination)];
  if (to.kind !== "bucket") throw new TypeError("Files are copied into buckets only");
  const { signal } = options;
  signal?.throwIfAborted();
  const found = await findSource(core, from, options);
  const target = await findTarget(core, to, options);
  const progress = new ProgressCounter(options.onProgress, found.kind === "file" ? 1 : undefined);
  const copied: UploadedFile[] = [];
  const failed: FailedFile[] = [];
  const sizes = new Map<string, number>();
  const queue = new OperationQueue(core, to.id, (operation, error) => {
    const { path } = operation;
    const size = sizes.get(path) ?? 0;
    sizes.delete(path);
    if (error !== undefined) failed.push({ path, error });
    else if (operation.type !== "deleteFile") {
      copied.push({ path, hash: operation.xetHash, size });
      progress.filesDone();
    }
  });
  let count = 0;
  try {
    for await (const file of filesOf(found, from, to)) {
      signal?.throwIfAborted();
      count++;
      if (queue.fatal !== undefined) break;
      const path = found.kind === "file"
        ? fileTarget(file.path, target)
        : folderTarget(file.path, from, target);
      sizes.set(path, file.size);
      await queue.add({
        type: "copyFile",
        path,
        xetHash: file.xetHash,
        sourceRepoType: from.kind,
        sourceRepoId: from.id,
        mtime: core.now(),
        size: file.size,
        contentType: file.contentType,
      });
    }
    signal?.throwIfAborted();
    progress.total(count);
    progress.phase("committing");
    await queue.finish();
  } catch (error) {
    await queue.settle();
    throw error;
  }
  if (count === 0) throw nothingAt(source);
  if (queue.fatal !== undefined && copied.length === 0) throw queue.fatal;
  progress.phase("done");
  return { copied, failed };
}

/** A folder that is copied into itself is listed to its end before anything is added to it. */
async function* filesOf(
  source: CopySource,
  from: HubLocation,
  to: HubLocation,
): AsyncGenerator<SourceFile, void, void> {
  const isInside = from.kind === "bucket" && from.id === to.id;
  yield* isInside ? await Array.fromAsync(source.files) : source.files;
}

/** What the target is: only a path that no file has can be a folder. */
async function findTarget(
  core: BucketCore,
  { id, path, contents }: HubLocation,
  { signal }: JobOptions,
): Promise<CopyTarget> {
  if (path === "") return { path, isFolder: true, exists: true };
  if ((await core.lookUps.find(id, [path], signal)).has(path)) {
    return { path, isFolder: false, exists: false };
  }
  const below = listTree(core.hub, () => id, {
    prefix: `${path}/`,
    recursive: true,
    limit: 1,
    signal,
  });
  const exists = !(await below.next()).done;
  await below.return();
  return { path, isFolder: exists || contents, exists };
}

function nothingAt(source: string): EntryNotFoundError {
  return new EntryNotFoundError("not_found", `There are no files at ${JSON.stringify(source)}`, {
    code: "EntryNotFound",
  });
}
