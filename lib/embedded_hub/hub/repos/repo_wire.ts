/** How repos, commits and their entries look in answers. */

import type { HubContext } from "../context.ts";
import { isoTime } from "../wire.ts";
import type { Blob } from "./object_table.ts";
import { repoId } from "./repo_name.ts";
import type { RepoEntry } from "./repo_reader.ts";
import type { Commit, Repo } from "./repo_table.ts";

type Item = Readonly<Record<string, unknown>>;

/** A repo as the list of its namespace shows it. */
export function repoItem(context: HubContext, repo: Repo): Item {
  const sha = context.repos.ref(repo.id, "refs/heads/main");
  const commit = sha === undefined ? undefined : context.repos.commit(repo.id, sha);
  return {
    _id: repo.hubId,
    id: repoId(repo),
    ...(repo.type === "model" ? { modelId: repoId(repo) } : {}),
    ...(repo.namespace === "" ? {} : { author: repo.namespace }),
    ...(commit === undefined ? {} : { sha: commit.sha, lastModified: isoTime(commit.date) }),
    private: repo.private,
    gated: repo.gated ?? false,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
    createdAt: isoTime(repo.createdAt),
  };
}

/** A repo at a revision, with its files; their sizes and names in Git with `blobs`. */
export function repoAtRevision(
  context: HubContext,
  repo: Repo,
  commit: Commit,
  blobs: boolean,
): Item {
  const files = context.reader.list(repo, commit, "", true).filter(({ kind }) => kind === "file");
  return {
    ...repoItem(context, repo),
    sha: commit.sha,
    lastModified: isoTime(commit.date),
    siblings: files.map((entry) => ({
      rfilename: entry.path,
      ...(blobs && entry.kind === "file" ? siblingBlob(entry.blob) : {}),
    })),
  };
}

function siblingBlob({ oid, size, sha256, pointerSize }: Blob): Item {
  return {
    size,
    blobId: oid,
    ...(pointerSize === undefined ? {} : { lfs: { sha256, size, pointerSize } }),
  };
}

/** An entry of a tree; with the last commit that changed it where one is given. */
export function repoEntryItem(entry: RepoEntry, last: Commit | undefined): Item {
  const lastCommit = last === undefined
    ? {}
    : { lastCommit: { id: last.sha, title: last.title, date: isoTime(last.date) } };
  if (entry.kind === "directory") {
    return { type: "directory", oid: entry.oid, size: 0, path: entry.path, ...lastCommit };
  }
  const { oid, size, sha256, pointerSize, xetHash } = entry.blob;
  return {
    type: "file",
    oid,
    size,
    path: entry.path,
    ...(pointerSize === undefined ? {} : { lfs: { oid: sha256, size, pointerSize } }),
    ...(xetHash === undefined ? {} : { xetHash }),
    ...lastCommit,
  };
}

/** A commit as the history shows it. */
export function commitItem(commit: Commit): Item {
  return {
    id: commit.sha,
    title: commit.title,
    message: "",
    authors: [{ user: commit.author }],
    date: isoTime(commit.date),
  };
}
