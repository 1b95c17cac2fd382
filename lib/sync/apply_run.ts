import { type BucketClient, HubError, type OnProgress } from "../buckets/mod.ts";
import { summarize, type SyncOperation, type SyncPlan } from "./plan.ts";
import { type ApplySyncOptions, SyncPathError, type SyncResult } from "./sync_result.ts";

/** Keeps count while a plan is applied. */
export class ApplyRun {
  /** The bucket library. */
  readonly client: BucketClient;
  /** Ends the sync. */
  readonly signal: AbortSignal | undefined;
  readonly #options: ApplySyncOptions;
  readonly #done = { upload: 0, download: 0, copy: 0, delete: 0 };
  readonly #failed: { readonly path: string; readonly error: Error }[];
  readonly #filesTotal: number;
  readonly #bytesTotal: number;
  #filesDone = 0;
  #bytesDone = 0;
  #bytes = 0;

  constructor(client: BucketClient, plan: SyncPlan, options: ApplySyncOptions) {
    this.client = client;
    this.signal = options.signal;
    this.#options = options;
    const { uploads, downloads, copies, deletes, totalSize } = summarize(plan);
    this.#filesTotal = uploads + downloads + copies + deletes;
    this.#bytesTotal = totalSize;
    this.#failed = plan.operations.filter(({ refused }) => refused)
      .map(({ path, reason }) => ({ path, error: new SyncPathError(path, reason) }));
  }

  /** Counts bytes of files. */
  moved(count: number): void {
    this.#bytesDone += count;
    this.#tell();
  }

  /** Counts the bytes of an upload or a download while it goes on; of a continued one those that were there, too. */
  counter(): OnProgress {
    let counted = 0;
    return ({ bytesHashed, bytesReceived }) => {
      const count = bytesHashed + bytesReceived - counted;
      counted += count;
      if (count > 0) this.moved(count);
    };
  }

  /**
   * Does something for one path. An error that is the path's own is noted, others are thrown.
   *
   * @returns What came of it; undefined if it failed.
   */
  async attempt<T>(operation: SyncOperation, work: () => Promise<T>): Promise<T | undefined> {
    this.signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (this.signal?.aborted || !(error instanceof Error) || !isOfPath(error)) throw error;
      this.failed(operation, error);
      return undefined;
    }
  }

  /**
   * Notes that an operation is done.
   *
   * @param size The bytes of the file that was sent: a saved plan may know another number.
   */
  succeeded(operation: SyncOperation, size = operation.size ?? 0): void {
    if (operation.action === "skip") return;
    this.#done[operation.action]++;
    if (operation.action !== "delete") this.#bytes += size;
    this.#end(operation);
  }

  /** Notes that an operation failed. */
  failed(operation: SyncOperation, error: Error): void {
    this.#failed.push({ path: operation.path, error });
    this.#end(operation, error);
  }

  /** What was done. */
  result(): SyncResult {
    return {
      uploaded: this.#done.upload,
      downloaded: this.#done.download,
      copied: this.#done.copy,
      deleted: this.#done.delete,
      bytes: this.#bytes,
      failed: this.#failed,
    };
  }

  #end(operation: SyncOperation, error?: Error): void {
    this.#filesDone++;
    this.#options.onDone?.(operation, error);
    this.#tell();
  }

  #tell(): void {
    this.#options.onProgress?.({
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      bytesDone: this.#bytesDone,
      bytesTotal: this.#bytesTotal,
    });
  }
}

/** Whether other paths may fare better; the Hub's other errors would meet them all. */
function isOfPath(error: Error): boolean {
  return !(error instanceof HubError) || error.kind === "unprocessable" ||
    error.kind === "too_large";
}
