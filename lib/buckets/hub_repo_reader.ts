import { type Sleep, sleep as timerSleep } from "../flow/sleep.ts";
import type { HubClient } from "../hub/hub_client.ts";
import type { RepoName } from "../hub/repo_id.ts";
import type { XetToken } from "../hub/wire.ts";
import { readRepoFile } from "./repo_file_stream.ts";
import type { RepoReader } from "./repo_reader.ts";

/** {@linkcode RepoReader} on the Hub's API. */
export function createRepoReader(hub: HubClient, sleep: Sleep = timerSleep): RepoReader {
  return {
    revision: (repo, revision, options) => hub.repoRevision(repo, revision, options),
    refs: (repo, options) => hub.repoRefs(repo, options),
    commits: (repo, revision, options) => hub.repoCommits(repo, revision, options),
    commit: (repo, revision, options) => hub.repoCommit(repo, revision, options),
    head: async (repo, revision, options) =>
      await hub.resolveRepoCommit(repo, revision, options) ??
        (await hub.repoCommit(repo, revision, options)).sha,
    file: (repo, revision, path, options) => hub.resolveRepoFile(repo, revision, path, options),
    treePage: (repo, revision, options) => hub.repoTreePage(repo, revision, options),
    read: (place, options = {}) => readRepoFile({ hub, sleep }, place, options),
  };
}

const CAS_ID = /^(model|dataset|space)s\/([^@]+)@(.+)$/s;

/** The id by which `BucketClient.download` and `compose` read content of a repo in Xet. No bucket has such a one. */
export function repoCasId({ type, id }: RepoName, revision: string): string {
  return `${type}s/${id}@${revision}`;
}

/** Whether an id is one that {@linkcode repoCasId} made. */
export function isRepoCasId(id: string): boolean {
  return CAS_ID.test(id);
}

/** A token for the CAS, of an id that {@linkcode repoCasId} made; undefined for the id of a bucket. */
export function repoXetToken(
  hub: Pick<HubClient, "repoXetToken">,
  id: string,
): Promise<XetToken> | undefined {
  const [, type, name = "", revision = ""] = CAS_ID.exec(id) ?? [];
  if (type !== "model" && type !== "dataset" && type !== "space") return undefined;
  return hub.repoXetToken({ type, id: name }, revision);
}
