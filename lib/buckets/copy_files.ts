import { EntryNotFoundError } from "../hub/hub_errors.ts";
import type { BatchOperation } from "../hub/files.ts";
import type { BucketCore } from "./bucket_core.ts";
import { type HubLocation, parseHubUri } from "./bucket_names.ts";
import { type CopySource, findSource, type SourceFile } from "./copy_source.ts";
import { type CopyTarget, fileTarget, folderTarget } from "./copy_target.ts";
import type { FailedFile, JobOptions, UploadedFile } from "./job_options.ts";
import { type Many, share, take } from "./many.ts";
import { OperationQueue } from "./operation_queue.ts";
import { ProgressCounter } from "./progress.ts";
import { listTree } from "./tree.ts";
import { refusesCopy } from "./refused_copies.ts";
import { storeFile } from "./upload_file.ts";

/** What has become of the files of a copy. */
export interface CopiedFiles {
  /** Files that were copied, under their new paths. */
  readonly copied: readonly UploadedFile[];
  /** What failed, each for itself; the others were copied. */
  readonly failed: readonly FailedFile[];
}

/** Files whose bytes are moved at once. */
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
  /** Files on their way, by their new paths. */
  readonly #files = new Map<string, SourceFile>();
  /** Those whose copies the Hub has refused, by their new paths. */
  readonly #refused: [string, SourceFile][] = [];
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
    await this.#inParallel(async () => {
      for await (const file of take(shared)) await this.#copy(file);
    }).finally(() => shared.return());
    const refused = this.#refused.values();
    await this.#inParallel(async () => {
      for (const [path, file] of refused) {
        await this.#add(path, file, () => this.#byBytes(path, file));
      }
    });
    const { fatal } = this.#queue;
    if (fatal !== undefined && this.#copied.length === 0) throw fatal;
    this.#progress.phase("done");
    return { copied: this.#copied, failed: this.#failed };
  }

  /** Does the work of some workers, and commits what they have added. */
  async #inParallel(work: () => Promise<void>): Promise<void> {
    const workers = Array.from({ length: MOVED_AT_ONCE }, work);
    try {
      await Promise.all(workers);
      this.#progress.phase("committing");
      await this.#queue.finish();
    } catch (error) {
      this.#abort.abort(error);
      await Promise.allSettled(workers);
      await this.#queue.settle();
      throw error;
    }
  }

  async #copy(file: SourceFile): Promise<void> {
    const path = this.#pathOf(file);
    const { xetHash } = file;
    await this.#add(
      path,
      file,
      () =>
        xetHash === undefined
          ? this.#byBytes(path, file)
          : Promise.resolve(this.#byHash(path, file, xetHash)),
    );
  }

  async #add(
    path: string,
    file: SourceFile,
    operation: () => Promise<BatchOperation>,
  ): Promise<void> {
    this.#signal.throwIfAborted();
    this.#files.set(path, file);
    try {
      if (this.#queue.fatal !== undefined) throw this.#queue.fatal;
      await this.#queue.add(await operation());
    } catch (cause) {
      this.#signal.throwIfAborted();
      this.#queue.note(cause);
      const error = cause instanceof Error ? cause : new Error("The copy failed", { cause });
      this.#failed.push({ path, error });
    }
  }

  #byHash(path: string, { size, contentType }: SourceFile, xetHash: string): BatchOperation {
    return {
      type: "copyFile",
      path,
      xetHash,
      sourceRepoType: this.#from.kind,
      sourceRepoId: this.#from.id,
      mtime: this.#core.now(),
      size,
      contentType,
    };
  }

  /** For what is not in Xet, and what the Hub does not copy. */
  async #byBytes(path: string, { open, contentType }: SourceFile): Promise<BatchOperation> {
    const signal = this.#signal;
    const entry = { source: open(signal), path, contentType, signal };
    return (await storeFile(this.#core, this.#id, entry, this.#progress)).operation;
  }

  #done(operation: BatchOperation, error: Error | undefined): void {
    const { path } = operation;
    const file = this.#files.get(path);
    this.#files.delete(path);
    if (file === undefined || operation.type === "deleteFile") return;
    if (error === undefined) {
      this.#copied.push({ path, hash: operation.xetHash, size: file.size });
      this.#progress.filesDone();
    } else if (operation.type === "copyFile" && refusesCopy(error)) {
      this.#refused.push([path, file]);
    } else this.#failed.push({ path, error });
  }
}
