import type { KvAtomic } from "./shared_kv.ts";
import { full, type KvStore, partsOf } from "./kv_store.ts";
import type { UploadCompletions } from "./upload_completions.ts";
import {
  deleteOpen,
  indexKey,
  newId,
  partKey,
  partsOfUpload,
  piecesOf,
  touchedKey,
  type UploadEntry,
  uploadKey,
  UPLOADS,
  uploadsOf,
  type UploadState,
} from "./upload_entries.ts";
import { type FoundUpload, unchanged, type UploadLookup } from "./upload_lookup.ts";

/** What {@linkcode UploadRemoval} stands on. */
export interface UploadRemovalOptions {
  readonly kv: KvStore;
  readonly lookup: UploadLookup;
  readonly completions: UploadCompletions;
  /** Told of what could not be removed: a sweep does it later. */
  readonly onError: (error: Error) => void;
}

/** Deno KV applies a thousand writes in one commit. */
const KEYS_PER_COMMIT = 500;

/** Removes uploads and what belongs to them: first the upload, for readers, then its parts. */
export class UploadRemoval {
  readonly #kv: KvStore;
  readonly #lookup: UploadLookup;
  readonly #completions: UploadCompletions;
  readonly #onError: (error: Error) => void;

  /** @param options The KV, and who completes uploads. */
  constructor({ kv, lookup, completions, onError }: UploadRemovalOptions) {
    this.#kv = kv;
    this.#lookup = lookup;
    this.#completions = completions;
    this.#onError = onError;
  }

  /** As `UploadRegistry.abort`. */
  async abort(uploadId: string): Promise<boolean | "completing"> {
    const by = newId();
    for (;;) {
      const found = await this.#lookup.look(uploadId);
      if (found?.entry.state.kind === "removed" && found.entry.state.by === by) return true;
      if (found === undefined || this.#lookup.isGone(found)) return false;
      if (found.entry.state.kind === "completed") return false;
      const open = await this.#completions.opening(found);
      if (open === undefined) return "completing";
      if (await this.#remove(found, by, open)) return true;
    }
  }

  /** As `UploadRegistry.dropBucket`. */
  async dropBucket(bucket: string): Promise<void> {
    for (const entry of await this.#kv.list(uploadsOf(bucket))) {
      await this.#drop(String(partsOf(entry).at(-1)));
    }
  }

  /** As `UploadRegistry.sweep`. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const listed of await this.#kv.list(UPLOADS)) {
      const found = await this.#lookup.look(String(partsOf(listed).at(-1)));
      if (found !== undefined && await this.#sweepOne(found)) removed++;
    }
    return removed;
  }

  /** Removes the parts of an upload that is completed. */
  async removeParts(id: string): Promise<void> {
    await this.#tidy(() => this.#deleteParts(id));
  }

  async #drop(id: string): Promise<void> {
    for (;;) {
      const found = await this.#lookup.look(id);
      if (found === undefined || found.entry.state.kind === "removed") return;
      const { entry } = found;
      const open = await this.#completions.opening(found);
      if (entry.state.kind === "completing" && open === undefined) {
        const state: UploadState = { ...entry.state, dropped: true };
        const stamp = await this.#kv.commit((atomic) => {
          unchanged(found)(atomic)
            .set(full(uploadKey(id)), { ...entry, state } satisfies UploadEntry);
          return deleteOpen(atomic, found);
        });
        if (stamp !== undefined) return;
      } else if (await this.#remove(found, newId(), open ?? unchanged(found))) return;
    }
  }

  /** @returns Whether an upload was removed that was open. */
  async #sweepOne(found: FoundUpload): Promise<boolean> {
    const { state } = found.entry;
    if (state.kind === "removed") {
      if (state.last === undefined || this.#lookup.hasExpired(found)) {
        await this.#tidy(() => this.#purge(found));
      }
      return false;
    }
    if (!this.#lookup.hasExpired(found)) return false;
    const open = state.kind === "completed"
      ? unchanged(found)
      : await this.#completions.opening(found);
    if (open === undefined) return false;
    // A part that has come since is activity.
    const { id, touched: { versionstamp } } = found;
    const rested = (atomic: KvAtomic) =>
      open(atomic).check({ key: full(touchedKey(id)), versionstamp });
    return await this.#remove(found, newId(), rested) && state.kind !== "completed";
  }

  /** Takes it away from readers, then what belongs to it; what fails of that is left to a sweep. */
  async #remove(
    found: FoundUpload,
    by: string,
    provided: (atomic: KvAtomic) => KvAtomic,
  ): Promise<boolean> {
    const { id, entry } = found;
    const removed: UploadEntry = { ...entry, state: { kind: "removed", by } };
    const stamp = await this.#kv.commit((atomic) =>
      deleteOpen(provided(atomic).set(full(uploadKey(id)), removed), found)
    );
    if (stamp === undefined) return false;
    await this.#tidy(() => this.#purge(found));
    return true;
  }

  async #purge({ id, entry }: FoundUpload): Promise<void> {
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

  /** What fails is told, and left to a sweep, which finds what is there still. */
  async #tidy(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
