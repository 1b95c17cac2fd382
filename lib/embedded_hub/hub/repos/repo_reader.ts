/** What a repo holds at a revision. */

import { entryNotFound, revisionNotFound } from "../hub_error.ts";
import type { GitEntry } from "./git_objects.ts";
import type { Blob, ObjectTable } from "./object_table.ts";
import type { Commit, Repo, RepoTable } from "./repo_table.ts";

/** A file or a directory at its place. */
export type RepoEntry =
  | { readonly kind: "file"; readonly path: string; readonly blob: Blob }
  | { readonly kind: "directory"; readonly path: string; readonly oid: string };

/** Long listings are cut into pages; one that was begun is kept, as a tree never changes. */
const KEPT_LISTINGS = 4;

/** Reads commits, directories and files. */
export class RepoReader {
  readonly #repos: RepoTable;
  readonly #objects: ObjectTable;
  readonly #listings = new Map<string, readonly RepoEntry[]>();

  /**
   * @param repos Where commits are.
   * @param objects Where directories and files are.
   */
  constructor(repos: RepoTable, objects: ObjectTable) {
    this.#repos = repos;
    this.#objects = objects;
  }

  /**
   * The commit that a revision names: a branch, a tag, a ref in full such as `refs/pr/1`, a commit, or `HEAD` for `main`, as
   * `@huggingface/hub` asks. Throws the Hub's 404 `RevisionNotFound`.
   */
  commit(repo: Repo, revision: string): Commit {
    const branch = revision === "HEAD" ? "main" : revision;
    const sha = this.#repos.ref(repo.id, `refs/heads/${branch}`) ??
      this.#repos.ref(repo.id, `refs/tags/${revision}`) ??
      this.#repos.ref(repo.id, revision) ?? revision;
    const commit = this.#repos.commit(repo.id, sha);
    if (commit === undefined) throw revisionNotFound(revision);
    return commit;
  }

  /** What is at a path, if anything is; the empty path is the root. */
  find(repo: Repo, commit: Commit, path: string): RepoEntry | undefined {
    let found: GitEntry = { name: "", kind: "directory", oid: commit.tree };
    for (const name of path === "" ? [] : path.split("/")) {
      if (found.kind === "file") return undefined;
      const next = this.#objects.entry(repo.id, found.oid, name);
      if (next === undefined) return undefined;
      found = next;
    }
    return this.#entry(repo, path, found);
  }

  /**
   * The entries of a directory, or of all below it. Directories come before the files beside them, and what is in them right after
   * them. Throws the Hub's 404 `EntryNotFound` where there is no such directory.
   */
  list(repo: Repo, commit: Commit, path: string, recursive: boolean): readonly RepoEntry[] {
    const key = JSON.stringify([repo.id, commit.tree, path, recursive]);
    const kept = this.#listings.get(key);
    if (kept !== undefined) return kept;
    const directory = this.find(repo, commit, path);
    if (directory?.kind !== "directory") throw entryNotFound();
    const entries = [...this.#walk(repo, path, directory.oid, recursive)];
    const [oldest] = this.#listings.keys();
    if (this.#listings.size >= KEPT_LISTINGS && oldest !== undefined) this.#listings.delete(oldest);
    this.#listings.set(key, entries);
    return entries;
  }

  /** The last commit that changed what is at a path. */
  lastCommit(repo: Repo, from: Commit, path: string): Commit {
    let commit = from;
    const now = oidOf(this.find(repo, from, path));
    while (commit.parent !== undefined) {
      const parent = this.#repos.commit(repo.id, commit.parent);
      if (parent === undefined || oidOf(this.find(repo, parent, path)) !== now) return commit;
      commit = parent;
    }
    return commit;
  }

  /** A commit and those before it, the newest first. */
  *history(repo: Repo, from: Commit): Generator<Commit, void, void> {
    let commit: Commit | undefined = from;
    while (commit !== undefined) {
      yield commit;
      commit = commit.parent === undefined ? undefined : this.#repos.commit(repo.id, commit.parent);
    }
  }

  *#walk(
    repo: Repo,
    path: string,
    tree: string,
    recursive: boolean,
  ): Generator<RepoEntry, void, void> {
    const entries = this.#objects.entries(repo.id, tree);
    const within = path === "" ? "" : `${path}/`;
    for (const entry of entries) {
      if (entry.kind === "file") continue;
      yield this.#entry(repo, within + entry.name, entry);
      if (recursive) yield* this.#walk(repo, within + entry.name, entry.oid, true);
    }
    for (const entry of entries) {
      if (entry.kind === "file") yield this.#entry(repo, within + entry.name, entry);
    }
  }

  #entry(repo: Repo, path: string, { kind, oid }: GitEntry): RepoEntry {
    if (kind === "directory") return { kind, path, oid };
    const blob = this.#objects.blob(repo.id, oid);
    if (blob === undefined) throw new Error(`The blob ${oid} is not kept`);
    return { kind, path, blob };
  }
}

function oidOf(entry: RepoEntry | undefined): string | undefined {
  return entry?.kind === "file" ? entry.blob.oid : entry?.oid;
}
