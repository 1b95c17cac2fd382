import { LRUCache } from "lru-cache";
import type { RepoReader } from "../../buckets/repo_reader.ts";
import { StoreError } from "../../errors/store_error.ts";
import { SingleFlight } from "../../flow/single_flight.ts";
import { HubError } from "../../hub/hub_error.ts";
import type { ResolvedRepoFile } from "../../hub/repo_content.ts";
import { etagOf } from "../etag.ts";
import { isCommit, type RepoBucket } from "./repo_bucket_names.ts";
import type { RepoCommits } from "./repo_commits.ts";

const MAX_FILES = 10_000;

/** What files of repos are, at commits. */
export class RepoFiles {
  readonly #reader: Pick<RepoReader, "file">;
  readonly #commits: RepoCommits;
  readonly #resolving = new SingleFlight<string, ResolvedRepoFile | undefined>();
  /** What a file is at a commit never changes. Where its bytes are does, and is not kept. */
  readonly #files = new LRUCache<string, ResolvedRepoFile>({ max: MAX_FILES });

  /**
   * @param reader Asks the Hub.
   * @param commits Which commits revisions name.
   */
  constructor(reader: Pick<RepoReader, "file">, commits: RepoCommits) {
    this.#reader = reader;
    this.#commits = commits;
  }

  /**
   * A file at the bucket's revision; undefined if there is none.
   *
   * @param etags Where given, the file that had one of these entity tags a short time ago goes before the present one.
   */
  async find(
    place: RepoBucket,
    path: string,
    etags: readonly string[],
  ): Promise<ResolvedRepoFile | undefined> {
    const pinned = etags.map((etag) => this.#commits.pinned(place, path, etag))
      .find((commit) => commit !== undefined);
    const present = await this.#resolve(place, pinned ?? place.revision, path);
    if (etags.length === 0 || hasOneOf(etags, present)) return present;
    return await this.#earlier(place, path, etags, present?.commit) ?? present;
  }

  /**
   * A file at a commit; undefined if it has none of that path.
   *
   * @throws StoreError `no_such_version` if there is no such commit.
   */
  async ofVersion(
    place: RepoBucket,
    path: string,
    commit: string,
  ): Promise<ResolvedRepoFile | undefined> {
    try {
      return await this.#resolve(place, commit, path);
    } catch (error) {
      if (!(error instanceof HubError && error.code === "RevisionNotFound")) throw error;
      throw new StoreError("no_such_version", `There is no commit ${commit}`, { cause: error });
    }
  }

  /** The file in a commit that the branch has named lately: another process may have shown it. */
  async #earlier(
    place: RepoBucket,
    path: string,
    etags: readonly string[],
    present: string | undefined,
  ): Promise<ResolvedRepoFile | undefined> {
    if (isCommit(place.revision)) return undefined;
    const head = present ?? await this.#commits.head(place);
    for (const commit of await this.#commits.recent(place, head)) {
      const file = await this.#resolve(place, commit, path);
      if (hasOneOf(etags, file)) return file;
    }
    return undefined;
  }

  async #resolve(
    { repo }: RepoBucket,
    revision: string,
    path: string,
  ): Promise<ResolvedRepoFile | undefined> {
    const keyOf = (revision: string) => JSON.stringify([repo.type, repo.id, revision, path]);
    const known = isCommit(revision) ? this.#files.get(keyOf(revision)) : undefined;
    if (known !== undefined) return known;
    const file = await this.#resolving.run(
      keyOf(revision),
      () => this.#reader.file(repo, revision, path),
    );
    if (file !== undefined) {
      const { location: _, ...kept } = file;
      this.#files.set(keyOf(file.commit), kept);
    }
    return file;
  }
}

function hasOneOf(etags: readonly string[], file: ResolvedRepoFile | undefined): boolean {
  return file !== undefined && etags.includes(etagOf(file.xetHash ?? file.oid));
}
