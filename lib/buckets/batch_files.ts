import type { BucketCore } from "./bucket_core.ts";
import { discardSource, type FileSource } from "./file_source.ts";
import type { FailedFile, FileDescription, JobOptions, UploadedFile } from "./job_options.ts";
import { type Many, share, type Shared, take } from "./many.ts";
import { OperationQueue } from "./operation_queue.ts";
import { ProgressCounter } from "./progress.ts";
import { storeFile } from "./upload_file.ts";

/** A file to be added. */
export interface FileToAdd extends FileDescription {
  /** Where its content comes from. */
  readonly source: FileSource;
  /** Where it goes. */
  readonly path: string;
}

/** What is to be changed in a bucket; no path twice. */
export interface FileChanges {
  /** Files to add, in place of what is there. Each source is opened when its turn comes. */
  readonly add?: Many<FileToAdd> | undefined;
  /** Paths to delete. One where there is nothing counts as deleted. */
  readonly delete?: Many<string> | undefined;
}

/** Options of `batchFiles`. */
export interface BatchFilesOptions extends JobOptions {
  /** Most files that are uploaded at once. Default: 8. */
  readonly concurrency?: number | undefined;
}

/** What has become of the paths of a batch. */
export interface BatchedFiles {
  /** Files that were added, in the order in which they were given. */
  readonly added: readonly UploadedFile[];
  /** Paths that were deleted, or held nothing. */
  readonly deleted: readonly string[];
  /** What failed, each for itself; the others were done. */
  readonly failed: readonly FailedFile[];
}

const DEFAULT_CONCURRENCY = 8;

/** Adds and deletes any number of files. */
export async function batchFiles(
  core: BucketCore,
  id: string,
  changes: FileChanges,
  options: BatchFilesOptions,
): Promise<BatchedFiles> {
  return await new Batch(core, id, options, totalOf(changes)).run(changes);
}

/** How many there are, if that can be told without asking for them. */
function totalOf({ add = [], delete: paths = [] }: FileChanges): number | undefined {
  return Array.isArray(add) && Array.isArray(paths) ? add.length + paths.length : undefined;
}

class Batch {
  readonly #core: BucketCore;
  readonly #id: string;
  readonly #options: BatchFilesOptions;
  readonly #progress: ProgressCounter;
  readonly #queue: OperationQueue;
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  readonly #seen = new Set<string>();
  /** Files on their way, by path, and where they stand in the order. */
  readonly #stored = new Map<string, { readonly file: UploadedFile; readonly index: number }>();
  readonly #added: { readonly file: UploadedFile; readonly index: number }[] = [];
  readonly #deleted: string[] = [];
  readonly #failed: FailedFile[] = [];

  constructor(
    core: BucketCore,
    id: string,
    options: BatchFilesOptions,
    total: number | undefined,
  ) {
    this.#core = core;
    this.#id = id;
    this.#options = options;
    const { signal: outer } = options;
    this.#signal = outer === undefined
      ? this.#abort.signal
      : AbortSignal.any([outer, this.#abort.signal]);
    this.#progress = new ProgressCounter(options.onProgress, total);
    this.#queue = new OperationQueue(core, id, ({ path }, error) => this.#settle(path, error));
  }

  async run(changes: FileChanges): Promise<BatchedFiles> {
    const entries = share(numbered(changes.add ?? []));
    const { concurrency = DEFAULT_CONCURRENCY } = this.#options;
    if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
      throw new RangeError(`The concurrency of a batch is a positive integer, not ${concurrency}`);
    }
    const workers = Array.from({ length: concurrency }, () => this.#addAll(entries));
    try {
      await Promise.all(workers);
      // Where both name a path it is added: they share their last batch all the same.
      await this.#deleteAll(changes.delete ?? []);
      this.#signal.throwIfAborted();
      this.#progress.phase("committing");
      await this.#queue.finish();
    } catch (error) {
      this.#abort.abort(error);
      await Promise.allSettled(workers);
      await this.#queue.settle();
      throw error;
    } finally {
      await entries.return();
    }
    const { fatal } = this.#queue;
    if (fatal !== undefined && this.#added.length + this.#deleted.length === 0) throw fatal;
    this.#progress.phase("done");
    return {
      added: this.#added.sort((a, b) => a.index - b.index).map(({ file }) => file),
      deleted: this.#deleted,
      failed: this.#failed,
    };
  }

  async #addAll(entries: Shared<readonly [number, FileToAdd]>): Promise<void> {
    for await (const [index, entry] of take(entries)) {
      this.#signal.throwIfAborted();
      const { path } = entry;
      if (!this.#takes(path)) {
        await discardSource(entry.source, new Error("The file is not added"));
        continue;
      }
      try {
        const work = { ...entry, signal: this.#signal };
        const { file, operation } = await storeFile(this.#core, this.#id, work, this.#progress);
        this.#stored.set(path, { file, index });
        await this.#queue.add(operation);
      } catch (cause) {
        this.#signal.throwIfAborted();
        this.#queue.note(cause);
        const error = cause instanceof Error ? cause : new Error("The upload failed", { cause });
        this.#failed.push({ path, error });
      }
    }
  }

  async #deleteAll(paths: Many<string>): Promise<void> {
    for await (const path of paths) {
      this.#signal.throwIfAborted();
      if (this.#takes(path)) await this.#queue.add({ type: "deleteFile", path });
    }
  }

  /** Notes the failure of a path that can't be done. */
  #takes(path: string): boolean {
    const error = this.#queue.fatal ??
      (this.#seen.has(path)
        ? new TypeError(`A batch names ${JSON.stringify(path)} more than once`)
        : undefined);
    this.#seen.add(path);
    if (error !== undefined) this.#failed.push({ path, error });
    return error === undefined;
  }

  #settle(path: string, error: Error | undefined): void {
    const stored = this.#stored.get(path);
    this.#stored.delete(path);
    if (error !== undefined) {
      this.#failed.push({ path, error });
      return;
    }
    if (stored === undefined) this.#deleted.push(path);
    else this.#added.push(stored);
    this.#progress.filesDone();
  }
}

async function* numbered<T>(items: Many<T>): AsyncGenerator<readonly [number, T], void, void> {
  let index = 0;
  for await (const item of items) yield [index++, item];
}
