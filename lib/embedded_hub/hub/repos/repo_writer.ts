/** Makes repos and commits. There is no call for it: repos are seeded by whoever runs the hub. */

import { stableId } from "../accounts.ts";
import { transaction } from "../../storage/database.ts";
import type { Database } from "../../storage/database.ts";
import { nameProblem } from "../name_rules.ts";
import { commitOid, type GitEntry, lfsPointer, textOid, treeOid } from "./git_objects.ts";
import type { Blob, ObjectTable } from "./object_table.ts";
import { pathProblem } from "./path_rules.ts";
import { repoId, type RepoName } from "./repo_name.ts";
import type { Repo, RepoSettings, RepoTable } from "./repo_table.ts";

/** How a file of a new commit is kept. Its bytes are where they belong already. */
export type NewFile =
  & {
    /** Its path in the repo. */
    readonly path: string;
    /** Its length in bytes. */
    readonly size: number;
    /** The SHA-256 of its bytes, in hex. */
    readonly sha256: string;
  }
  & (
    | {
      /** In Git itself. */
      readonly kind: "git";
      /** The name that Git gives it. */
      readonly oid: string;
    }
    /** In LFS, and never brought to Xet. */
    | { readonly kind: "lfs" }
    | {
      readonly kind: "xet";
      /** The printed Xet hash. */
      readonly xetHash: string;
    }
  );

/** A commit to be made. */
export interface NewCommit {
  /** The repo, which is made if it is not there. */
  readonly repo: RepoName;
  /** Who sees the repo, from now on. */
  readonly settings: RepoSettings;
  /** Moved to the commit; made where it is not there, at `main`'s commit. */
  readonly branch: string;
  /** A tag that is to name the commit. */
  readonly tag: string | undefined;
  /** Who makes it. */
  readonly author: string;
  /** Its message. */
  readonly title: string;
  /** Its time, in milliseconds since 1970. */
  readonly date: number;
  /** All files of the repo at this commit. */
  readonly files: readonly NewFile[];
}

/** What a repo's writer works with. */
export interface RepoWriterParts {
  readonly database: Database;
  readonly repos: RepoTable;
  readonly objects: ObjectTable;
  readonly randomId: () => string;
}

/**
 * Makes a commit, unless the branch has these files already, and moves branch and tag to it.
 *
 * @returns The branch's commit.
 * @throws TypeError for a name or a path that a repo cannot have.
 */
export function commitFiles(parts: RepoWriterParts, commit: NewCommit): string {
  checkNames(commit);
  return transaction(parts.database, () => {
    const repo = parts.repos.put({
      ...commit.repo,
      ...commit.settings,
      hubId: stableId("repo", parts.randomId()),
      createdAt: commit.date,
    });
    const tree = addFiles(parts.objects, repo, commit.files);
    const sha = addCommit(parts.repos, repo, commit, tree);
    parts.repos.setRef(repo.id, { ref: `refs/heads/${commit.branch}`, sha });
    if (commit.tag !== undefined) {
      parts.repos.setRef(repo.id, { ref: `refs/tags/${commit.tag}`, sha });
    }
    return sha;
  });
}

function addCommit(repos: RepoTable, repo: Repo, commit: NewCommit, tree: string): string {
  const parent = repos.ref(repo.id, `refs/heads/${commit.branch}`) ??
    repos.ref(repo.id, "refs/heads/main");
  if (parent !== undefined && repos.commit(repo.id, parent)?.tree === tree) return parent;
  const { author, title, date } = commit;
  const made = { tree, parent, author, title, date };
  const sha = commitOid(made);
  repos.addCommit(repo.id, { ...made, sha });
  return sha;
}

/** A directory that is being filled. */
interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, string>;
}

function addFiles(objects: ObjectTable, repo: Repo, files: readonly NewFile[]): string {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const file of files) {
    const blob = blobOf(file);
    objects.putBlob(repo.id, blob);
    place(root, file.path, blob.oid);
  }
  return addFolder(objects, repo, root);
}

function place(root: Folder, path: string, oid: string): void {
  const names = path.split("/");
  const last = names.pop() ?? "";
  let folder = root;
  for (const name of names) {
    if (folder.files.has(name)) throw new TypeError(`${path} lies under a file`);
    const next = folder.folders.get(name) ?? { folders: new Map(), files: new Map() };
    folder.folders.set(name, next);
    folder = next;
  }
  if (folder.folders.has(last)) throw new TypeError(`${path} is a directory too`);
  folder.files.set(last, oid);
}

function addFolder(objects: ObjectTable, repo: Repo, folder: Folder): string {
  const entries: GitEntry[] = [];
  for (const [name, inner] of folder.folders) {
    entries.push({ name, kind: "directory", oid: addFolder(objects, repo, inner) });
  }
  for (const [name, oid] of folder.files) entries.push({ name, kind: "file", oid });
  const oid = treeOid(entries);
  objects.addTree(repo.id, oid, entries);
  return oid;
}

function blobOf(file: NewFile): Blob {
  const { size, sha256 } = file;
  if (file.kind === "git") {
    return { oid: file.oid, size, sha256, pointerSize: undefined, xetHash: undefined };
  }
  const pointer = lfsPointer(sha256, size);
  return {
    oid: textOid(pointer),
    size,
    sha256,
    pointerSize: pointer.length,
    xetHash: file.kind === "xet" ? file.xetHash : undefined,
  };
}

function checkNames({ repo, branch, tag, files }: NewCommit): void {
  for (const name of repo.namespace === "" ? [repo.name] : [repo.namespace, repo.name]) {
    const problem = nameProblem(name);
    if (problem !== undefined) throw new TypeError(`Invalid repo id ${repoId(repo)}: ${problem}`);
  }
  for (const ref of tag === undefined ? [branch] : [branch, tag]) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9._/-]*$/.test(ref) || /\/\/|\.\.|[/.]$/.test(ref)) {
      throw new TypeError(`Invalid name of a branch or tag: ${ref}`);
    }
  }
  for (const { path } of files) {
    const problem = pathProblem(path);
    if (problem !== undefined) throw new TypeError(`Invalid path ${path}: ${problem}`);
  }
}
