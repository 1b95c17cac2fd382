import { compareUtf8 } from "../flow/utf8_order.ts";
import type {
  Completion,
  CompletionResult,
  RegistryPage,
  Upload,
  UploadPart,
  UploadRegistry,
} from "./upload_registry.ts";

/** Random bytes in an upload id: far beyond guessing, 48 characters in hex. */
const ID_BYTES = 24;

/** Settings of a {@linkcode MapUploadRegistry}. */
export interface MapUploadRegistryOptions {
  /** How long an upload lives without activity, and a result is kept, in milliseconds. */
  readonly ttlMs: number;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
  /** Unguessable bytes; the platform's generator by default. */
  readonly randomBytes?: (length: number) => Uint8Array<ArrayBuffer>;
}

type State =
  | { readonly kind: "open" }
  | { readonly kind: "completing"; readonly lease: string }
  | { readonly kind: "completed"; readonly result: CompletionResult };

interface Entry {
  readonly upload: Upload;
  readonly parts: Map<number, UploadPart>;
  state: State;
  /** When it last changed, milliseconds since 1970. */
  touched: number;
}

/**
 * {@linkcode UploadRegistry} in the memory of one process.
 *
 * Creating, adding a part, beginning and ending a completion are activity; reading is not, so that
 * a tool that watches uploads does not keep them alive. What has outlived its time is gone for readers
 * at once, whether or not `sweep` has run. A lease that is not the current one changes nothing,
 * except that those who wait for that completion are answered.
 */
export class MapUploadRegistry implements UploadRegistry {
  readonly #entries = new Map<string, Entry>();
  /** Those who wait, by lease; outlives the entry if its bucket is dropped meanwhile. */
  readonly #running = new Map<string, PromiseWithResolvers<CompletionResult>>();
  readonly #ttlMs: number;
  readonly #now: () => number;
  readonly #randomBytes: (length: number) => Uint8Array<ArrayBuffer>;

  /** @param options Time to live, clock and randomness. */
  constructor(options: MapUploadRegistryOptions) {
    this.#ttlMs = options.ttlMs;
    this.#now = options.now ?? Date.now;
    this.#randomBytes = options.randomBytes ??
      ((length) => crypto.getRandomValues(new Uint8Array(length)));
  }

  create(upload: Omit<Upload, "uploadId" | "initiated">): Promise<Upload> {
    const now = this.#now();
    const created: Upload = { ...upload, uploadId: this.#newId(), initiated: now };
    this.#entries.set(created.uploadId, {
      upload: created,
      parts: new Map(),
      state: { kind: "open" },
      touched: now,
    });
    return Promise.resolve(created);
  }

  countUploads(initiator?: string): Promise<number> {
    let count = 0;
    for (const [uploadId, { upload }] of this.#entries) {
      const counts = initiator === undefined || upload.initiator === initiator;
      if (counts && this.#inProgress(uploadId) !== undefined) count++;
    }
    return Promise.resolve(count);
  }

  get(uploadId: string): Promise<Upload | undefined> {
    return Promise.resolve(this.#inProgress(uploadId)?.upload);
  }

  putPart(uploadId: string, part: UploadPart): Promise<Upload | undefined> {
    const entry = this.#find(uploadId);
    if (entry?.state.kind !== "open") return Promise.resolve(undefined);
    entry.parts.set(part.partNumber, part);
    entry.touched = this.#now();
    return Promise.resolve(entry.upload);
  }

  listParts(
    uploadId: string,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<RegistryPage<UploadPart> | undefined> {
    const entry = this.#inProgress(uploadId);
    if (entry === undefined) return Promise.resolve(undefined);
    const rest = inOrder(entry.parts).filter((part) => part.partNumber > after);
    return Promise.resolve({ items: rest.slice(0, limit), truncated: rest.length > limit });
  }

  async *listUploads(bucket: string): AsyncIterable<Upload> {
    const uploads = [...this.#entries.keys()]
      .flatMap((uploadId) => this.#inProgress(uploadId)?.upload ?? [])
      .filter((upload) => upload.bucket === bucket)
      .sort((a, b) =>
        compareUtf8(a.key, b.key) || a.initiated - b.initiated ||
        compareUtf8(a.uploadId, b.uploadId)
      );
    yield* uploads;
  }

  beginCompletion(uploadId: string): Promise<Completion | undefined> {
    const entry = this.#find(uploadId);
    if (entry === undefined) return Promise.resolve(undefined);
    const { state } = entry;
    switch (state.kind) {
      case "open":
        return Promise.resolve(this.#begin(entry));
      case "completing":
        return Promise.resolve({ kind: "running", result: this.#waiters(state.lease).promise });
      case "completed":
        return Promise.resolve({ kind: "completed", result: state.result });
      default:
        throw new TypeError(`Unknown state ${JSON.stringify(state satisfies never)}`);
    }
  }

  completed(uploadId: string, lease: string, result: CompletionResult): Promise<void> {
    this.#running.get(lease)?.resolve(result);
    this.#running.delete(lease);
    const entry = this.#leased(uploadId, lease);
    if (entry !== undefined) {
      entry.state = { kind: "completed", result };
      entry.parts.clear();
      entry.touched = this.#now();
    }
    return Promise.resolve();
  }

  completionFailed(uploadId: string, lease: string, error: Error): Promise<void> {
    this.#running.get(lease)?.reject(error);
    this.#running.delete(lease);
    const entry = this.#leased(uploadId, lease);
    if (entry !== undefined) {
      entry.state = { kind: "open" };
      entry.touched = this.#now();
    }
    return Promise.resolve();
  }

  abort(uploadId: string): Promise<boolean | "completing"> {
    const entry = this.#find(uploadId);
    if (entry?.state.kind === "completing") return Promise.resolve("completing");
    if (entry?.state.kind !== "open") return Promise.resolve(false);
    return Promise.resolve(this.#entries.delete(uploadId));
  }

  dropBucket(bucket: string): Promise<void> {
    for (const [uploadId, { upload }] of this.#entries) {
      if (upload.bucket === bucket) this.#entries.delete(uploadId);
    }
    return Promise.resolve();
  }

  sweep(): Promise<number> {
    let removed = 0;
    for (const [uploadId, entry] of this.#entries) {
      if (!this.#expired(entry)) continue;
      this.#entries.delete(uploadId);
      if (entry.state.kind === "open") removed++;
    }
    return Promise.resolve(removed);
  }

  #begin(entry: Entry): Completion {
    const lease = this.#newId();
    const waiters = Promise.withResolvers<CompletionResult>();
    // Often nobody waits, and then a failure must not count as an unhandled rejection.
    waiters.promise.catch(() => {});
    this.#running.set(lease, waiters);
    entry.state = { kind: "completing", lease };
    entry.touched = this.#now();
    return { kind: "begun", parts: inOrder(entry.parts), lease };
  }

  #waiters(lease: string): PromiseWithResolvers<CompletionResult> {
    const waiters = this.#running.get(lease);
    if (waiters === undefined) throw new TypeError("A completion is under way without its lease");
    return waiters;
  }

  #leased(uploadId: string, lease: string): Entry | undefined {
    const entry = this.#entries.get(uploadId);
    return entry?.state.kind === "completing" && entry.state.lease === lease ? entry : undefined;
  }

  #inProgress(uploadId: string): Entry | undefined {
    const entry = this.#find(uploadId);
    return entry?.state.kind === "completed" ? undefined : entry;
  }

  #find(uploadId: string): Entry | undefined {
    const entry = this.#entries.get(uploadId);
    return entry === undefined || this.#expired(entry) ? undefined : entry;
  }

  #expired(entry: Entry): boolean {
    return entry.state.kind !== "completing" && this.#now() - entry.touched >= this.#ttlMs;
  }

  /** Hex: an id that began with a dash would be taken for an option on a command line. */
  #newId(): string {
    return this.#randomBytes(ID_BYTES).toHex();
  }
}

const inOrder = (parts: ReadonlyMap<number, UploadPart>): readonly UploadPart[] =>
  [...parts.values()].sort((a, b) => a.partNumber - b.partNumber);
