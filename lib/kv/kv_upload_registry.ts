import type {
  Completion,
  CompletionResult,
  RegistryPage,
  Upload,
  UploadPart,
  UploadRegistry,
} from "../multipart/upload_registry.ts";
import { full, type KvStore, partsOf } from "./kv_store.ts";
import { sweepLeftovers } from "./leftovers.ts";
import type { Clocks } from "./own_session.ts";
import type { Peers } from "./peers.ts";
import type { Sessions } from "./sessions.ts";
import {
  newId,
  partKey,
  partsOfUpload,
  readPart,
  uploadsOf,
  writeActivity,
  writePart,
  writeUpload,
} from "./upload_entries.ts";
import { UploadCompletions } from "./upload_completions.ts";
import { UploadLookup } from "./upload_lookup.ts";
import { UploadRemoval } from "./upload_removal.ts";

/** What a {@linkcode KvUploadRegistry} stands on. */
export interface KvUploadRegistryOptions {
  /** Where the uploads are. */
  readonly kv: KvStore;
  /** The leases of this process. */
  readonly sessions: Sessions;
  /** Those of others. */
  readonly peers: Peers;
  readonly clocks: Clocks;
  /** How long an upload lives without activity, and a result is kept, in milliseconds. */
  readonly ttlMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of what could not be removed: a sweep does it later. */
  readonly onError: (error: Error) => void;
}

/**
 * {@linkcode UploadRegistry} over Deno KV: durable, and shared by processes. What activity is and when an upload is gone is as in
 * the memory of one process.
 *
 * Every change of state is one commit that depends on the state it was made for. A part depends on the upload being open, but
 * changes only keys of its own, so that parts arrive side by side.
 */
export class KvUploadRegistry implements UploadRegistry {
  readonly #options: KvUploadRegistryOptions;
  readonly #kv: KvStore;
  readonly #lookup: UploadLookup;
  readonly #completions: UploadCompletions;
  readonly #removal: UploadRemoval;

  /** @param options The KV, leases, time to live and clock. */
  constructor(options: KvUploadRegistryOptions) {
    this.#options = options;
    this.#kv = options.kv;
    this.#lookup = new UploadLookup(options.kv, options.ttlMs, options.now);
    const parts = { ...options, lookup: this.#lookup };
    this.#completions = new UploadCompletions(parts);
    this.#removal = new UploadRemoval({ ...parts, completions: this.#completions });
  }

  async create(upload: Omit<Upload, "uploadId" | "initiated">): Promise<Upload> {
    const uploadId = newId();
    const created: Upload = { ...upload, uploadId, initiated: this.#options.now() };
    // Nobody else has this id: if it is said not to have been applied, it was all the same.
    await this.#kv.commit((atomic) => writeUpload(atomic, created));
    return created;
  }

  async get(uploadId: string): Promise<Upload | undefined> {
    const found = await this.#lookup.inProgress(uploadId);
    return found && await this.#lookup.uploadOf(found);
  }

  async putPart(uploadId: string, part: UploadPart): Promise<Upload | undefined> {
    const value = writePart(part);
    for (;;) {
      const found = await this.#lookup.find(uploadId);
      const reopen = found && await this.#completions.opening(found);
      if (found === undefined || reopen === undefined) return undefined;
      const stamp = await this.#kv.commit((atomic) => {
        reopen(atomic).set(full(partKey(uploadId, part.partNumber)), value);
        return writeActivity(atomic, found, this.#options.now(), "open");
      });
      if (stamp !== undefined) return await this.#lookup.uploadOf(found);
    }
  }

  async listParts(
    uploadId: string,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<RegistryPage<UploadPart> | undefined> {
    if (await this.#lookup.inProgress(uploadId) === undefined) return undefined;
    const entries = await this.#kv.list(partsOfUpload(uploadId), {
      start: partKey(uploadId, after + 1),
      limit: limit + 1,
    });
    return { items: entries.slice(0, limit).map(readPart), truncated: entries.length > limit };
  }

  async *listUploads(bucket: string): AsyncIterable<Upload> {
    for (const entry of await this.#kv.list(uploadsOf(bucket))) {
      const upload = await this.get(String(partsOf(entry).at(-1)));
      if (upload !== undefined) yield upload;
    }
  }

  countUploads(initiator?: string): Promise<number> {
    return this.#lookup.count(initiator);
  }

  beginCompletion(uploadId: string): Promise<Completion | undefined> {
    return this.#completions.begin(uploadId);
  }

  async completed(uploadId: string, lease: string, result: CompletionResult): Promise<void> {
    const ended = await this.#completions.completed(uploadId, lease, result);
    if (ended) await this.#removal.removeParts(uploadId);
  }

  completionFailed(uploadId: string, lease: string, error: Error): Promise<void> {
    return this.#completions.failed(uploadId, lease, error);
  }

  abort(uploadId: string): Promise<boolean | "completing"> {
    return this.#removal.abort(uploadId);
  }

  dropBucket(bucket: string): Promise<void> {
    return this.#removal.dropBucket(bucket);
  }

  async sweep(): Promise<number> {
    const removed = await this.#removal.sweep();
    await sweepLeftovers(this.#kv, this.#options.peers, this.#options.clocks);
    return removed;
  }

  /** Whoever still waits for another process's completion is told to come again. */
  close(): void {
    this.#completions.close();
  }
}
