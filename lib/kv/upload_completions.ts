import { S3Error } from "../errors/s3_error.ts";
import type { Completion, CompletionResult } from "../multipart/upload_registry.ts";
import { Backoff } from "./backoff.ts";
import { full, type KvStore, wasNotApplied } from "./kv_store.ts";
import type { OwnSession } from "./own_session.ts";
import type { Peers } from "./peers.ts";
import type { Sessions } from "./sessions.ts";
import type { KvAtomic } from "./shared_kv.ts";
import {
  errorOf,
  failureOf,
  newId,
  type Outcome,
  partsOfUpload,
  readPart,
  type UploadEntry,
  uploadKey,
  type UploadState,
  writeActivity,
} from "./upload_entries.ts";
import { type FoundUpload, unchanged, type UploadLookup } from "./upload_lookup.ts";

/** What {@linkcode UploadCompletions} stand on. */
export interface UploadCompletionsOptions {
  readonly kv: KvStore;
  readonly lookup: UploadLookup;
  /** The leases of this process. */
  readonly sessions: Sessions;
  /** Those of others. */
  readonly peers: Peers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A completion of this process. */
interface Running {
  readonly waiters: PromiseWithResolvers<CompletionResult>;
  readonly session: OwnSession;
}

/** Looks at an upload that another process completes are so far apart at most. */
const MAX_WAIT_MS = 1_000;

/**
 * Who completes an upload, of this process and of others. A completion belongs to the session of its process: when that is over,
 * the upload is as open as before, and the next who asks completes it.
 */
export class UploadCompletions {
  readonly #options: UploadCompletionsOptions;
  readonly #kv: KvStore;
  readonly #lookup: UploadLookup;
  readonly #running = new Map<string, Running>();
  readonly #closed = new AbortController();

  /** @param options The KV, the leases and the clock. */
  constructor(options: UploadCompletionsOptions) {
    this.#options = options;
    this.#kv = options.kv;
    this.#lookup = options.lookup;
  }

  /** As `UploadRegistry.beginCompletion`. */
  async begin(uploadId: string): Promise<Completion | undefined> {
    for (;;) {
      const found = await this.#lookup.find(uploadId);
      if (found === undefined) return undefined;
      const { state } = found.entry;
      if (state.kind === "completed") return { kind: "completed", result: state.result };
      if (state.kind === "completing") {
        const own = this.#running.get(state.lease);
        if (own !== undefined) return { kind: "running", result: own.waiters.promise };
      }
      const open = await this.opening(found);
      if (open === undefined && state.kind === "completing") {
        return { kind: "running", result: this.#elsewhere(uploadId, state.lease) };
      }
      const begun = open && await this.#begin(found, open);
      if (begun !== undefined) {
        return { ...begun, ...(state.kind === "completing" && { retaken: true }) };
      }
    }
  }

  /**
   * As `UploadRegistry.completed`.
   *
   * @returns Whether it is completed now: then its parts are of no more use.
   */
  async completed(id: string, lease: string, result: CompletionResult): Promise<boolean> {
    this.#running.get(lease)?.waiters.resolve(result);
    const last: Outcome = { lease, end: { result } };
    return await this.#end(id, last, { kind: "completed", lease, result });
  }

  /** As `UploadRegistry.completionFailed`. */
  async failed(id: string, lease: string, error: Error): Promise<void> {
    this.#running.get(lease)?.waiters.reject(error);
    const last: Outcome = { lease, end: { failure: failureOf(error) } };
    await this.#end(id, last, { kind: "open", last });
  }

  /** Whoever still waits for another process's completion is told to come again. */
  close(): void {
    this.#closed.abort(new S3Error("ServiceUnavailable", { headers: { "Retry-After": "1" } }));
  }

  /**
   * Makes a write depend on the upload being open; one that was completing when its process died is opened by the
   * write. Undefined while it is completing, or completed.
   */
  async opening(found: FoundUpload): Promise<((atomic: KvAtomic) => KvAtomic) | undefined> {
    const { id, versionstamp, entry } = found;
    const { state } = entry;
    const key = full(uploadKey(id));
    if (state.kind === "open") return unchanged(found);
    if (state.kind !== "completing" || this.#running.has(state.lease)) return undefined;
    const peer = (await this.#options.peers.look([state.session])).get(state.session);
    if (!peer?.dead) return undefined;
    const open: UploadEntry = { ...entry, state: { kind: "open" } };
    return (atomic) => peer.bury(atomic).check({ key, versionstamp }).set(key, open);
  }

  async #begin(
    found: FoundUpload,
    open: (atomic: KvAtomic) => KvAtomic,
  ): Promise<Extract<Completion, { kind: "begun" }> | undefined> {
    const { id, entry } = found;
    const session = await this.#options.sessions.enter();
    const lease = newId();
    try {
      const state: UploadState = { kind: "completing", lease, session: session.id };
      const stamp = await this.#kv.commit((atomic) => {
        session.checked(open(atomic))
          .set(full(uploadKey(id)), { ...entry, state } satisfies UploadEntry);
        return writeActivity(atomic, found, this.#options.now(), "completing");
      });
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
    const state = (await this.#lookup.look(id))?.entry.state;
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
    const { lease } = last;
    for (;;) {
      const found = await this.#lookup.look(id);
      const now = found?.entry.state;
      if (found === undefined || now?.kind !== "completing" || now.lease !== lease) return false;
      const next: UploadState = now.dropped ? { kind: "removed", by: lease, last } : state;
      const stamp = await this.#kv.commit((atomic) => {
        unchanged(found)(atomic)
          .set(full(uploadKey(id)), { ...found.entry, state: next } satisfies UploadEntry);
        return writeActivity(atomic, found, this.#options.now(), next.kind);
      });
      if (stamp !== undefined) return next.kind === "completed";
    }
  }

  /** Waits for a completion of another process. */
  #elsewhere(id: string, lease: string): Promise<CompletionResult> {
    const result = this.#watch(id, lease);
    // Often nobody waits: whoever does gets the rejection from the promise itself.
    result.catch(() => {});
    return result;
  }

  async #watch(id: string, lease: string): Promise<CompletionResult> {
    const backoff = new Backoff(MAX_WAIT_MS);
    for (;;) {
      const state = (await this.#lookup.look(id))?.entry.state;
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
}
