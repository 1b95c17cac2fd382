import { S3Error } from "../errors/s3_error.ts";
import type {
  Completion,
  CompletionResult,
  RegistryPage,
  Upload,
  UploadPart,
  UploadRegistry,
} from "../multipart/upload_registry.ts";
import { Backoff } from "./backoff.ts";
import { full, type KvStore, partsOf, wasNotApplied } from "./kv_store.ts";
import { sweepLeftovers } from "./leftovers.ts";
import type { Clocks, OwnSession } from "./own_session.ts";
import type { Peers } from "./peers.ts";
import type { Sessions } from "./sessions.ts";
import type { KvAtomic, KvEntry } from "./shared_kv.ts";
import {
  errorOf,
  failureOf,
  indexKey,
  type Outcome,
  partKey,
  partsOfUpload,
  piecesOf,
  readPart,
  readUpload,
  touchedKey,
  UPLOAD_ID,
  type UploadEntry,
  uploadEntryOf,
  uploadKey,
  UPLOADS,
  uploadsOf,
  type UploadState,
  writePart,
  writeUpload,
} from "./upload_entries.ts";

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

/** An upload as it was found. */
interface Found {
  readonly id: string;
  readonly entry: UploadEntry;
  readonly versionstamp: string | null;
  /** When it last changed. */
  readonly touched: KvEntry;
}

/** A completion of this process. */
interface Running {
  readonly waiters: PromiseWithResolvers<CompletionResult>;
  readonly session: OwnSession;
}

const ID_BYTES = 24;
/** Looks at an upload that another process completes are so far apart at most. */
const MAX_WAIT_MS = 1_000;
/** Deno KV applies a thousand writes in one commit. */
const KEYS_PER_COMMIT = 500;

/**
 * {@linkcode UploadRegistry} over Deno KV: durable, and shared by processes. What activity is and when an upload is gone is as in
 * the memory of one process.
 *
 * Every change of state is one commit that depends on the state it was made for. A completion belongs to the session of its
 * process: when that is over, the upload is as open as before, and the next who asks completes it. A part depends on the
 * upload being open, but changes only keys of its own, so that parts arrive side by side.
 */
export class KvUploadRegistry implements UploadRegistry {
  readonly #options: KvUploadRegistryOptions;
  readonly #kv: KvStore;
  readonly #running = new Map<string, Running>();
  readonly #closed = new AbortController();

  /** @param options The KV, leases, time to live and clock. */
  constructor(options: KvUploadRegistryOptions) {
    this.#options = options;
    this.#kv = options.kv;
  }

  async create(upload: Omit<Upload, "uploadId" | "initiated">): Promise<Upload> {
    const uploadId = newId();
    const created: Upload = { ...upload, uploadId, initiated: this.#options.now() };
    // Nobody else has this id: if it is said not to have been applied, it was all the same.
    await this.#kv.commit((atomic) => writeUpload(atomic, created));
    return created;
  }

  async get(uploadId: string): Promise<Upload | undefined> {
    const found = await this.#inProgress(uploadId);
    return found && await this.#uploadOf(found);
  }

  async putPart(uploadId: string, part: UploadPart): Promise<Upload | undefined> {
    const value = writePart(part);
    for (;;) {
      const found = await this.#find(uploadId);
      const reopen = found && await this.#opening(found);
      if (found === undefined || reopen === undefined) return undefined;
      const stamp = await this.#kv.commit((atomic) =>
        reopen(atomic)
          .set(full(partKey(uploadId, part.partNumber)), value)
          .set(full(touchedKey(uploadId)), this.#options.now())
      );
      if (stamp !== undefined) return await this.#uploadOf(found);
    }
  }

  async listParts(
    uploadId: string,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<RegistryPage<UploadPart> | undefined> {
    if (await this.#inProgress(uploadId) === undefined) return undefined;
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

  async beginCompletion(uploadId: string): Promise<Completion | undefined> {
    for (;;) {
      const found = await this.#find(uploadId);
      if (found === undefined) return undefined;
      const { state } = found.entry;
      if (state.kind === "completed") return { kind: "completed", result: state.result };
      if (state.kind === "completing") {
        const own = this.#running.get(state.lease);
        if (own !== undefined) return { kind: "running", result: own.waiters.promise };
      }
      const open = await this.#opening(found);
      if (open === undefined && state.kind === "completing") {
        return { kind: "running", result: this.#elsewhere(uploadId, state.lease) };
      }
      const begun = open && await this.#begin(found, open);
      if (begun !== undefined) {
        return { ...begun, ...(state.kind === "completing" && { retaken: true }) };
      }
    }
  }

  async completed(uploadId: string, lease: string, result: CompletionResult): Promise<void> {
    this.#running.get(lease)?.waiters.resolve(result);
    const last: Outcome = { lease, end: { result } };
    const ended = await this.#end(uploadId, last, { kind: "completed", lease, result });
    if (ended) await this.#tidy(() => this.#deleteParts(uploadId));
  }

  async completionFailed(uploadId: string, lease: string, error: Error): Promise<void> {
    this.#running.get(lease)?.waiters.reject(error);
    const last: Outcome = { lease, end: { failure: failureOf(error) } };
    await this.#end(uploadId, last, { kind: "open", last });
  }

  async abort(uploadId: string): Promise<boolean | "completing"> {
    const by = newId();
    for (;;) {
      const found = await this.#look(uploadId);
      if (found?.entry.state.kind === "removed" && found.entry.state.by === by) return true;
      if (found === undefined || this.#isGone(found)) return false;
      if (found.entry.state.kind === "completed") return false;
      const open = await this.#opening(found);
      if (open === undefined) return "completing";
      if (await this.#remove(found, by, open)) return true;
    }
  }

  async dropBucket(bucket: string): Promise<void> {
    for (const entry of await this.#kv.list(uploadsOf(bucket))) {
      await this.#drop(String(partsOf(entry).at(-1)));
    }
  }

  async sweep(): Promise<number> {
    let removed = 0;
    for (const listed of await this.#kv.list(UPLOADS)) {
      const found = await this.#look(String(partsOf(listed).at(-1)));
      if (found !== undefined && await this.#sweepOne(found)) removed++;
    }
    await sweepLeftovers(this.#kv, this.#options.peers, this.#options.clocks);
    return removed;
  }

  /** Whoever still waits for another process's completion is told to come again. */
  close(): void {
    this.#closed.abort(new S3Error("ServiceUnavailable", { headers: { "Retry-After": "1" } }));
  }

  async #look(id: string): Promise<Found | undefined> {
    if (!UPLOAD_ID.test(id)) return undefined;
    const [found, touched] = await this.#kv.getMany([uploadKey(id), touchedKey(id)]);
    const entry = found && uploadEntryOf(found);
    if (!entry || touched === undefined) return undefined;
    return { id, entry, versionstamp: found.versionstamp, touched };
  }

  /** Not what has outlived its time, whether or not `sweep` has run. */
  async #find(id: string): Promise<Found | undefined> {
    const found = await this.#look(id);
    return found === undefined || this.#isGone(found) ? undefined : found;
  }

  async #inProgress(id: string): Promise<Found | undefined> {
    const found = await this.#find(id);
    return found?.entry.state.kind === "completed" ? undefined : found;
  }

  #isGone(found: Found): boolean {
    const { state } = found.entry;
    if (state.kind === "removed") return true;
    if (state.kind === "completing") return state.dropped === true;
    return this.#hasExpired(found);
  }

  #hasExpired({ touched }: Found): boolean {
    return this.#options.now() - Number(touched.value ?? 0) >= this.#options.ttlMs;
  }

  async #uploadOf({ id, entry }: Found): Promise<Upload> {
    return readUpload(entry, entry.pieces === 0 ? [] : await this.#kv.list(piecesOf(id)));
  }

  /**
   * Makes a write depend on the upload being open; one that was completing when its process died is opened by the
   * write. Undefined while it is completing, or completed.
   */
  async #opening(found: Found): Promise<((atomic: KvAtomic) => KvAtomic) | undefined> {
    const { id, versionstamp, entry } = found;
    const { state } = entry;
    const key = full(uploadKey(id));
    if (state.kind === "open") return (atomic) => atomic.check({ key, versionstamp });
    if (state.kind !== "completing" || this.#running.has(state.lease)) return undefined;
    const peer = (await this.#options.peers.look([state.session])).get(state.session);
    if (!peer?.dead) return undefined;
    const open: UploadEntry = { ...entry, state: { kind: "open" } };
    return (atomic) => peer.bury(atomic).check({ key, versionstamp }).set(key, open);
  }

  async #begin(
    { id, entry }: Found,
    open: (atomic: KvAtomic) => KvAtomic,
  ): Promise<Extract<Completion, { kind: "begun" }> | undefined> {
    const session = await this.#options.sessions.enter();
    const lease = newId();
    try {
      const state: UploadState = { kind: "completing", lease, session: session.id };
      const stamp = await this.#kv.commit((atomic) =>
        session.checked(open(atomic))
          .set(full(uploadKey(id)), { ...entry, state } satisfies UploadEntry)
          .set(full(touchedKey(id)), this.#options.now())
      );
      if (stamp === undefined && !await this.#holds(id, lease)) {
        session.leave();
        await session.check();
        return undefined;
      }
      const parts = (await this.#kv.list(partsOfUpload(id))).map(readPart);
      const waiters = Promise.withResolvers<CompletionResult>();
      // Often nobody waits, and then a failure must not count as an unhandled rejection.
      waiters.promise.catch(() => {});
      this.#running.set(lease, { waiters, session });
      return { kind: "begun", parts, lease };
    } catch (error) {
      // Whether it is completing may be unknown: without a living session it is not.
      if (!wasNotApplied(error)) session.abandon();
      session.leave();
      throw error;
    }
  }

  async #holds(id: string, lease: string): Promise<boolean> {
    const state = (await this.#look(id))?.entry.state;
    return state?.kind === "completing" && state.lease === lease;
  }

  /**
   * Ends a completion. A lease that is not the current one changes nothing, except that those who wait
   * in this process have been answered.
   *
   * @returns Whether it is completed now.
   */
  async #end(id: string, last: Outcome, state: UploadState): Promise<boolean> {
    const running = this.#running.get(last.lease);
    try {
      return await this.#settle(id, last, state);
    } catch (error) {
      running?.session.abandon();
      throw error;
    } finally {
      this.#running.delete(last.lease);
      running?.session.leave();
    }
  }

  async #settle(id: string, last: Outcome, state: UploadState): Promise<boolean> {
    for (;;) {
      const found = await this.#look(id);
      const { lease } = last;
      if (found?.entry.state.kind !== "completing" || found.entry.state.lease !== lease) {
        return false;
      }
      const { versionstamp, entry } = found;
      const dropped = entry.state.kind === "completing" && entry.state.dropped === true;
      const next: UploadState = dropped ? { kind: "removed", by: lease, last } : state;
      const key = full(uploadKey(id));
      const stamp = await this.#kv.commit((atomic) =>
        atomic.check({ key, versionstamp })
          .set(key, { ...entry, state: next } satisfies UploadEntry)
          .set(full(touchedKey(id)), this.#options.now())
      );
      if (stamp !== undefined) return next.kind === "completed";
    }
  }

  /** Waits for a completion of another process. */
  #elsewhere(id: string, lease: string): Promise<CompletionResult> {
    const result = this.#watch(id, lease);
    result.catch(() => {});
    return result;
  }

  async #watch(id: string, lease: string): Promise<CompletionResult> {
    const backoff = new Backoff(MAX_WAIT_MS);
    for (;;) {
      const state = (await this.#look(id))?.entry.state;
      const last = state?.kind === "open" || state?.kind === "removed" ? state.last : undefined;
      if (state?.kind === "completed") return state.result;
      if (last?.lease === lease) {
        if ("result" in last.end) return last.end.result;
        throw errorOf(last.end.failure);
      }
      // Something else has become of it: whoever waits has to ask again.
      if (state?.kind !== "completing" || state.lease !== lease) {
        throw new S3Error("OperationAborted");
      }
      const peers = await this.#options.peers.look([state.session]);
      if (peers.get(state.session)?.dead) throw new S3Error("OperationAborted");
      await backoff.pause(this.#closed.signal);
    }
  }

  async #drop(id: string): Promise<void> {
    for (;;) {
      const found = await this.#look(id);
      if (found === undefined || found.entry.state.kind === "removed") return;
      const { entry, versionstamp } = found;
      const key = full(uploadKey(id));
      const open = await this.#opening(found);
      if (entry.state.kind === "completing" && open === undefined) {
        const state: UploadState = { ...entry.state, dropped: true };
        const stamp = await this.#kv.commit((atomic) =>
          atomic.check({ key, versionstamp }).set(key, { ...entry, state } satisfies UploadEntry)
        );
        if (stamp !== undefined) return;
      } else if (await this.#remove(found, newId(), open ?? unchanged(found))) return;
    }
  }

  /** @returns Whether an upload was removed that was open. */
  async #sweepOne(found: Found): Promise<boolean> {
    const { state } = found.entry;
    if (state.kind === "removed") {
      if (state.last === undefined || this.#hasExpired(found)) {
        await this.#tidy(() => this.#purge(found));
      }
      return false;
    }
    if (!this.#hasExpired(found)) return false;
    const open = state.kind === "completed" ? unchanged(found) : await this.#opening(found);
    if (open === undefined) return false;
    // A part that has come since is activity.
    const { id, touched: { versionstamp } } = found;
    const rested = (atomic: KvAtomic) =>
      open(atomic).check({ key: full(touchedKey(id)), versionstamp });
    return await this.#remove(found, newId(), rested) && state.kind !== "completed";
  }

  /** Takes it away from readers, then what belongs to it; what fails of that is left to a sweep. */
  async #remove(
    found: Found,
    by: string,
    provided: (atomic: KvAtomic) => KvAtomic,
  ): Promise<boolean> {
    const { id, entry } = found;
    const removed: UploadEntry = { ...entry, state: { kind: "removed", by } };
    const stamp = await this.#kv.commit((atomic) =>
      provided(atomic).set(full(uploadKey(id)), removed)
    );
    if (stamp === undefined) return false;
    await this.#tidy(() => this.#purge(found));
    return true;
  }

  async #purge({ id, entry }: Found): Promise<void> {
    await this.#deleteParts(id);
    const pieces = await this.#kv.list(piecesOf(id));
    await this.#kv.commit((atomic) => {
      for (const piece of pieces) atomic.delete(full([...piecesOf(id), Number(partsOf(piece)[2])]));
      return atomic
        .delete(full(indexKey(id, entry)))
        .delete(full(touchedKey(id)))
        .delete(full(uploadKey(id)));
    });
  }

  async #deleteParts(id: string): Promise<void> {
    for (;;) {
      const parts = await this.#kv.list(partsOfUpload(id), { limit: KEYS_PER_COMMIT });
      if (parts.length === 0) return;
      await this.#kv.commit((atomic) => {
        for (const part of parts) atomic.delete(full(partKey(id, Number(partsOf(part)[2]))));
        return atomic;
      });
    }
  }

  async #tidy(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Makes a write depend on nothing having happened to an upload. */
const unchanged = ({ id, versionstamp }: Found) => (atomic: KvAtomic): KvAtomic =>
  atomic.check({ key: full(uploadKey(id)), versionstamp });

const newId = (): string => crypto.getRandomValues(new Uint8Array(ID_BYTES)).toHex();
