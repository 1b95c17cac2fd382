import { LRUCache } from "lru-cache";
import type { BucketClient } from "../../buckets/bucket_client.ts";
import type { LockHold } from "../../flow/key_locks.ts";
import { SingleFlight } from "../../flow/single_flight.ts";
import type { BucketSettings } from "../object_store.ts";
import { SETTINGS_FORMAT } from "./settings_format.ts";
import { SETTINGS_PATH } from "./sidecar_paths.ts";
import type { Sidecars } from "./sidecars.ts";

/** What a {@linkcode SettingsKeeper} stands on. */
export interface SettingsKeeperOptions {
  readonly buckets: Pick<BucketClient, "pathsInfo" | "commit">;
  readonly sidecars: Sidecars;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** For so long another gateway's change may go unseen. */
const FRESH_MS = 60_000;
const MAX_BUCKETS = 1000;

interface Kept {
  readonly settings: BucketSettings;
  readonly readAt: number;
}

/** The settings of buckets: read at most once a minute, written through. */
export class SettingsKeeper {
  readonly #options: SettingsKeeperOptions;
  readonly #kept = new LRUCache<string, Kept>({ max: MAX_BUCKETS });
  readonly #reads = new SingleFlight<string, BucketSettings>();
  /** Counts what makes a read that is under way worthless. */
  #changes = 0;

  /** @param options Where the settings are. */
  constructor(options: SettingsKeeperOptions) {
    this.#options = options;
  }

  /** The settings of a bucket, `namespace/name`; none if there is no document that can be read. */
  async get(id: string): Promise<BucketSettings> {
    const kept = this.#kept.get(id);
    if (kept !== undefined && this.#options.now() - kept.readAt < FRESH_MS) return kept.settings;
    return await this.#reads.run(`${this.#changes} ${id}`, () => this.#read(id));
  }

  /** The settings of a bucket as they were last seen, however long ago; none if they never were. */
  remembered(id: string): BucketSettings {
    return this.#kept.get(id)?.settings ?? {};
  }

  /**
   * Changes them; settings that say nothing are deleted. The caller holds the lock of {@linkcode SETTINGS_PATH}
   * in the bucket.
   *
   * @param change Given what is there now, not what is kept: that may be older. The same again writes nothing.
   * @param write What the write needs: an `mtime` in milliseconds since 1970, never the same twice, and the lock.
   */
  async update(
    id: string,
    change: (settings: BucketSettings) => BucketSettings,
    { nextMtime, hold }: { readonly nextMtime: () => number; readonly hold: LockHold },
  ): Promise<void> {
    const before = await this.#read(id);
    const settings = change(before);
    if (settings !== before) await this.#write(id, settings, nextMtime(), hold);
  }

  /** The bucket is gone, or its settings may be others. */
  forget(id: string): void {
    this.#changes++;
    this.#kept.delete(id);
  }

  async #write(id: string, settings: BucketSettings, mtime: number, hold: LockHold): Promise<void> {
    const { sidecars, buckets } = this.#options;
    const isEmpty = settings.cors === undefined && settings.tags === undefined;
    const xetHash = isEmpty ? "" : await sidecars.stage(id, SETTINGS_FORMAT, settings);
    const path = SETTINGS_PATH;
    try {
      const [outcome] = await buckets.commit(id, [
        isEmpty
          ? { type: "deleteFile", path }
          : { type: "addFile", path, xetHash, mtime, contentType: "application/json" },
      ], { before: () => hold.check() });
      if (outcome?.kind === "failed") throw outcome.error;
    } finally {
      // Whether or not it was applied, what is kept may be wrong now.
      this.forget(id);
    }
    this.#kept.set(id, { settings, readAt: this.#options.now() });
  }

  async #read(id: string): Promise<BucketSettings> {
    const { buckets, sidecars, now } = this.#options;
    const changes = this.#changes;
    const readAt = now();
    const file = (await buckets.pathsInfo(id, [SETTINGS_PATH])).get(SETTINGS_PATH);
    const settings = file === undefined ? {} : await sidecars.read(id, file, SETTINGS_FORMAT) ?? {};
    if (changes === this.#changes) this.#kept.set(id, { settings, readAt });
    return settings;
  }
}
