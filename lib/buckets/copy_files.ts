import { EntryNotFoundError } from "../hub/hub_errors.ts";
import type { BatchOperation } from "../hub/files.ts";
import type { BucketCore } from "./bucket_core.ts";
import { type HubLocation, parseHubUri } from "./bucket_names.ts";
import { type CopySource, findSource, type SourceFile } from "./copy_source.ts";
import { type CopyTarget, fileTarget, folderTarget } from "./copy_target.ts";
import type { FailedFile, JobOptions, UploadedFile } from "./job_options.ts";
import { type Many, share, type Shared, take } from "./many.ts";
import { OperationQueue } from "./operation_queue.ts";
import { ProgressCounter } from "./progress.ts";
import { listTree } from "./tree.ts";
import { storeFile } from "./upload_file.ts";

/** What has become of the files of a copy. */
export interface CopiedFiles {
  /** Files that were copied, under their new paths. */
  readonly copied: readonly UploadedFile[];
  /** What failed, each for itself; the others were copied. */
  readonly failed: readonly FailedFile[];
}

/** Files that are not in Xet and moved at once. */
const MOVED_AT_ONCE = 8;

/** Copies a file, or all files of a folder, from a place on the Hub into a bucket. */
export async function copyFiles(
  core: BucketCore,
  source: string,
  destination: string,
  options: JobOptions,
): Promise<CopiedFiles> {
  const [from, to] = [parseHubUri(source), parseHubUri(destination)];
  if (to.kind !== "bucket") throw new TypeError("Files are copied into buckets only");
  options.signal?.throwIfAborted();
  const found = await findSource(core, from, options);
  const target = await findTarget(core, to, options);
  const copy = new Copy(
    core,
    from,
    to.id,
    options,
    (file) =>
      found.kind === "file" ? fileTarget(file.path, target) : folderTarget(file.path, from, target),
  );
  const done = await copy.run(await filesOf(found, from, to));
  if (done.copied.length + done.failed.length > 0) return done;
  throw new EntryNotFoundError("not_found", `There are no files at ${JSON.stringify(source)}`, {
    code: "EntryNotFound",
  });
}

/** A folder that is copied into itself is listed to its end before anything is added to it. */
async function filesOf(
  { files }: CopySource,
  from: HubLocation,
  to: HubLocation,
): Promise<Many<SourceFile>> {
  const isInside = from.kind === "bucket" && from.id === to.id;
  return isInside ? await Array.fromAsync(files) : files;
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
  const query = { prefix: `${path}/`, recursive: true, limit: 1, signal };
  const below = listTree(core.hub, () => id, query);
  const exists = !(await below.next()).done;
  await below.return();
  return { path, isFolder: exists || contents, exists };
}

class Copy {
  readonly #core: BucketCore;
  readonly #from: HubLocation;
  readonly #id: string;
  readonly #signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #pathOf: (file: SourceFile) => string;
  readonly #progress: ProgressCounter;
  readonly #queue: OperationQueue;
  readonly #sizes = new Map<string, number>();
  readonly #copied: UploadedFile[] = [];
  readonly #failed: FailedFile[] = [];

  constructor(
    core: BucketCore,
    from: HubLocation,
    id: string,
    { signal, onProgress }: JobOptions,
    pathOf: (file: SourceFile) => string,
  ) {
    this.#core = core;
    this.#from = from;
    this.#id = id;
    this.#signal = signal === undefined
      ? this.#abort.signal
      : AbortSignal.any([signal, this.#abort.signal]);
    this.#pathOf = pathOf;
    this.#progress = new ProgressCounter(onProgress);
    this.#queue = new OperationQueue(core, id, (operation, error) => this.#done(operation, error));
  }

  async run(files: Many<SourceFile>): Promise<CopiedFiles> {
    const shared = share(files);
    const workers = Array.from({ length: MOVED_AT_ONCE }, () => this.#copyAll(shared));
    try {
      await Promise.all(workers);
      this.#progress.phase("committing");
      await this.#queue.finish();
    } catch (error) {
      this.#abort.abort(error);
      await Promise.allSettled(workers);
      await this.#queue.settle();
      throw error;
    } finally {
      await shared.return();
    }
    const { fatal } = this.#queue;
    if (fatal !== undefined && this.#copied.length === 0) throw fatal;
    this.#progress.phase("done");
    return { copied: this.#copied, failed: this.#failed };
  }

  async #copyAll(files: Shared<SourceFile>): Promise<void> {
    for await (const file of take(files)) {
      this.#signal.throwIfAborted();
      const path = this.#pathOf(file);
      this.#sizes.set(path, file.size);
      try {
        if (this.#queue.fatal !== undefined) throw this.#queue.fatal;
        await this.#queue.add(await this.#operation(file, path));
      } catch (cause) {
        this.#signal.throwIfAborted();
        this.#queue.note(cause);
        const error = cause instanceof Error ? cause : new Error("The copy failed", { cause });
        this.#failed.push({ path, error });
      }
    }
  }

  /** What puts a file in its place; what is not in Xet is brought there first. */
  async #operation(file: SourceFile, path: string): Promise<BatchOperation> {
    const { content, contentType, size } = file;
    if (typeof content !== "string") {
      const entry = { source: content(), path, contentType, signal: this.#signal };
      return (await storeFile(this.#core, this.#id, entry, this.#progress)).operation;
    }
    return {
      type: "copyFile",
      path,
      xetHash: content,
      sourceRepoType: this.#from.kind,
      sourceRepoId: this.#from.id,
      mtime: this.#core.now(),
      size,
      contentType,
    };
  }

  #done(operation: BatchOperation, error: Error | undefined): void {
    const { path } = operation;
    const size = this.#sizes.get(path) ?? 0;
    this.#sizes.delete(path);
    if (error !== undefined) this.#failed.push({ path, error });
    else if (operation.type !== "deleteFile") {
      this.#copied.push({ path, hash: operation.xetHash, size });
      this.#progress.filesDone();
    }
  }
}
