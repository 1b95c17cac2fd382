import type { Upload } from "../multipart/upload_registry.ts";
import type { KvStore } from "./kv_store.ts";
import type { KvAtomic, KvEntry } from "./shared_kv.ts";
import { full } from "./kv_store.ts";
import {
  openUploadsOf,
  piecesOf,
  readUpload,
  touchedKey,
  UPLOAD_ID,
  type UploadEntry,
  uploadEntryOf,
  uploadKey,
} from "./upload_entries.ts";

/** An upload as it was found. */
export interface FoundUpload {
  readonly id: string;
  readonly entry: UploadEntry;
  readonly versionstamp: string | null;
  /** When it last changed. */
  readonly touched: KvEntry;
}

/** Makes a write depend on nothing having happened to an upload. */
export const unchanged = ({ id, versionstamp }: FoundUpload) => (atomic: KvAtomic): KvAtomic =>
  atomic.check({ key: full(uploadKey(id)), versionstamp });

/** Reads uploads, and tells which are gone for readers. */
export class UploadLookup {
  readonly #kv: KvStore;
  readonly #ttlMs: number;
  readonly #now: () => number;

  /**
   * @param kv Where the uploads are.
   * @param ttlMs How long one lives without activity.
   */
  constructor(kv: KvStore, ttlMs: number, now: () => number) {
    this.#kv = kv;
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  /** Whatever there is of it, even if it is gone for readers. */
  async look(id: string): Promise<FoundUpload | undefined> {
    if (!UPLOAD_ID.test(id)) return undefined;
    const [found, touched] = await this.#kv.getMany([uploadKey(id), touchedKey(id)]);
    const entry = found && uploadEntryOf(found);
    if (!entry || touched === undefined) return undefined;
    return { id, entry, versionstamp: found.versionstamp, touched };
  }

  /** Not what has outlived its time, whether or not `sweep` has run. */
  async find(id: string): Promise<FoundUpload | undefined> {
    const found = await this.look(id);
    return found === undefined || this.isGone(found) ? undefined : found;
  }

  /** What is open or completing. */
  async inProgress(id: string): Promise<FoundUpload | undefined> {
    const found = await this.find(id);
    return found?.entry.state.kind === "completed" ? undefined : found;
  }

  /** How many are open or completing, in all or of those that an access key id has begun. */
  async count(initiator?: string): Promise<number> {
    const open = await this.#kv.list(openUploadsOf(initiator));
    return open.filter(({ value }) => !this.#isOver(value)).length;
  }

  /** Whether it is gone for readers. */
  isGone(found: FoundUpload): boolean {
    const { state } = found.entry;
    if (state.kind === "removed") return true;
    if (state.kind === "completing") return state.dropped === true;
    return this.hasExpired(found);
  }

  /** Whether nothing was done with it for its time to live. */
  hasExpired({ touched }: FoundUpload): boolean {
    return this.#isOver(touched.value);
  }

  /** The upload itself. */
  async uploadOf({ id, entry }: FoundUpload): Promise<Upload> {
    return readUpload(entry, entry.pieces === 0 ? [] : await this.#kv.list(piecesOf(id)));
  }

  /** @param touched When something was last done, as it stands in the KV. */
  #isOver(touched: unknown): boolean {
    return this.#now() - Number(touched ?? 0) >= this.#ttlMs;
  }
}
