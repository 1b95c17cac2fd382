import { LRUCache } from "lru-cache";
import type { RepoReader } from "../../buckets/repo_reader.ts";
import type { RepoCommit } from "../../hub/repo_wire.ts";
import { SingleFlight } from "../../flow/single_flight.ts";
import { isCommit, type RepoBucket } from "./repo_bucket_names.ts";

const MAX_PINS = 20_000;
/** So long a listing or a download in parts may rest, in milliseconds. */
const PIN_MS = 60 * 60 * 1000;
/** A client that begins after a name is mostly one that goes on with a listing at once. */
const PLACE_MS = 5 * 60 * 1000;
/** Commits in which an entity tag is looked for that the present one does not have. */
const MAX_RECENT = 10;
const MAX_HISTORIES = 1000;

/** Which commits revisions name, and which of them clients are reading. */
export class RepoCommits {
  readonly #reader: Pick<RepoReader, "head" | "commits">;
  readonly #now: () => number;
  readonly #heads = new SingleFlight<string, string>();
  readonly #pins: LRUCache<string, string>;
  readonly #places: LRUCache<string, string>;
  readonly #histories = new LRUCache<string, readonly RepoCommit[]>({ max: MAX_HISTORIES });

  /**
   * @param reader Asks the Hub.
   * @param now Milliseconds since 1970.
   */
  constructor(reader: Pick<RepoReader, "head" | "commits">, now: () => number) {
    this.#reader = reader;
    this.#now = now;
    const perf = { now };
    this.#pins = new LRUCache({ max: MAX_PINS, ttl: PIN_MS, updateAgeOnGet: true, perf });
    this.#places = new LRUCache({ max: MAX_PINS, ttl: PLACE_MS, perf });
  }

  /** The commit that the bucket's revision names now. */
  async head({ bucket, repo, revision }: RepoBucket): Promise<string> {
    if (isCommit(revision)) return revision;
    return await this.#heads.run(bucket, () => this.#reader.head(repo, revision));
  }

  /** The commits before this one that the revision has named in the last hour, the newest first, ten at most. */
  async recent({ bucket, repo }: RepoBucket, head: string): Promise<readonly string[]> {
    const key = `${bucket} ${head}`;
    const history = this.#histories.get(key) ??
      await this.#reader.commits(repo, head, { limit: MAX_RECENT + 1 });
    this.#histories.set(key, history);
    const start = this.#now() - PIN_MS;
    // A commit is named until the next one is made.
    return history.slice(1, 1 + MAX_RECENT)
      .filter((_, index) => (history[index]?.date.getTime() ?? 0) > start)
      .map(({ sha }) => sha);
  }

  /** Remembers in which commit a key had an entity tag. */
  pin({ bucket }: RepoBucket, key: string, etag: string, commit: string): void {
    this.#pins.set(`${bucket}/${key} ${etag}`, commit);
  }

  /** The commit in which a key was seen with an entity tag. */
  pinned({ bucket }: RepoBucket, key: string, etag: string): string | undefined {
    return this.#pins.get(`${bucket}/${key} ${etag}`);
  }

  /** Remembers of which commit a listing was that ended at a name. */
  leave({ bucket }: RepoBucket, name: string, commit: string): void {
    this.#places.set(`${bucket}/${name}`, commit);
  }

  /** The commit of a listing that ended at a name a short time ago. */
  left({ bucket }: RepoBucket, name: string): string | undefined {
    return this.#places.get(`${bucket}/${name}`);
  }
}
