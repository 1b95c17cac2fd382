/** The model, dataset and Space repos of a hub, their refs and their commits, in its database. */

import type { Database } from "../../storage/database.ts";
import { integer, optionalText, type Row, text } from "../row.ts";
import type { GitCommit } from "./git_objects.ts";
import type { RepoName, RepoType } from "./repo_name.ts";

/** Whether access has to be asked for: given at once, or by the owner. */
export type Gate = "auto" | "manual";

/** A repo. */
export interface Repo extends RepoName {
  /** The row's key. */
  readonly id: number;
  /** The id that the API shows. */
  readonly hubId: string;
  /** Whether only the namespace's members see it. */
  readonly private: boolean;
  /** Whether its files are for those only who were granted access. */
  readonly gated: Gate | undefined;
  /** The users who were granted access. */
  readonly granted: readonly string[];
  /** When it was created, in milliseconds since 1970. */
  readonly createdAt: number;
}

/** What a repo is made or changed with. */
export type RepoSettings = Pick<Repo, "private" | "gated" | "granted">;

/** A commit with its name. */
export interface Commit extends GitCommit {
  /** 40 hex digits. */
  readonly sha: string;
}

/** A ref and the commit that it names. */
export interface RepoRef {
  /** In full: `refs/heads/main`, `refs/tags/v1`, `refs/pr/1`. */
  readonly ref: string;
  /** The commit's name. */
  readonly sha: string;
}

/** Which repos a listing is about. */
export interface RepoQuery {
  readonly type: RepoType;
  /** Whose repos. */
  readonly namespace: string;
  /** Only names that contain this text. */
  readonly search: string;
  /** Whether private ones are listed too. */
  readonly withPrivate: boolean;
  /** Only names after this one, in byte order. */
  readonly after: string;
  /** At most so many. */
  readonly limit: number;
}

/** The tables of repos, refs and commits. `repo` is always the repo's row key. */
export interface RepoTable {
  /** The repo of this name, if there is one. */
  find(name: RepoName): Repo | undefined;
  /** Makes a repo, or gives the one of this name other settings. */
  put(repo: RepoName & RepoSettings & Pick<Repo, "hubId" | "createdAt">): Repo;
  /** The repos that a query describes, by name in byte order. */
  list(query: RepoQuery): readonly Repo[];
  /** Where a ref points, if there is one. */
  ref(repo: number, ref: string): string | undefined;
  /** All refs, in byte order. */
  refs(repo: number): readonly RepoRef[];
  /** Makes a ref, or moves it. */
  setRef(repo: number, ref: RepoRef): void;
  /** The commit of this name, if there is one. */
  commit(repo: number, sha: string): Commit | undefined;
  /** Keeps a commit. */
  addCommit(repo: number, commit: Commit): void;
}

/** Opens the tables; the schema must be there. */
export function openRepoTable(database: Database): RepoTable {
  const find = database.prepare(
    "SELECT * FROM hub_repos WHERE type = ? AND namespace = ? AND name = ?",
  );
  const put = database.prepare(
    `INSERT INTO hub_repos (hub_id, type, namespace, name, private, gated, granted, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (type, namespace, name)
     DO UPDATE SET private = excluded.private, gated = excluded.gated, granted = excluded.granted
     RETURNING *`,
  );
  const list = database.prepare(
    `SELECT * FROM hub_repos WHERE type = ? AND namespace = ? AND name > ?
     AND instr(lower(name), lower(?)) > 0 AND private <= ? ORDER BY name LIMIT ?`,
  );
  const ref = database.prepare("SELECT sha FROM hub_repo_refs WHERE repo = ? AND ref = ?");
  const refs = database.prepare("SELECT * FROM hub_repo_refs WHERE repo = ? ORDER BY ref");
  const setRef = database.prepare(
    "INSERT OR REPLACE INTO hub_repo_refs (repo, ref, sha) VALUES (?, ?, ?)",
  );
  const commit = database.prepare("SELECT * FROM hub_repo_commits WHERE repo = ? AND sha = ?");
  const addCommit = database.prepare(
    `INSERT OR IGNORE INTO hub_repo_commits (repo, sha, parent, tree, author, title, date)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  return {
    find(name) {
      const row = find.get(name.type, name.namespace, name.name);
      return row === undefined ? undefined : repoOf(row);
    },
    put(repo) {
      const row = put.get(
        repo.hubId,
        repo.type,
        repo.namespace,
        repo.name,
        repo.private ? 1 : 0,
        repo.gated ?? null,
        JSON.stringify(repo.granted),
        repo.createdAt,
      );
      if (row === undefined) throw new Error("The database returned no row for a repo");
      return repoOf(row);
    },
    list({ type, namespace, after, search, withPrivate, limit }) {
      return list.all(type, namespace, after, search, withPrivate ? 1 : 0, limit).map(repoOf);
    },
    ref(repo, name) {
      const row = ref.get(repo, name);
      return row === undefined ? undefined : text(row, "sha");
    },
    refs: (repo) => refs.all(repo).map((row) => ({ ref: text(row, "ref"), sha: text(row, "sha") })),
    setRef: (repo, { ref, sha }) => void setRef.run(repo, ref, sha),
    commit(repo, sha) {
      const row = commit.get(repo, sha);
      return row === undefined ? undefined : commitOf(row);
    },
    addCommit(repo, { sha, parent, tree, author, title, date }) {
      addCommit.run(repo, sha, parent ?? null, tree, author, title, date);
    },
  };
}

function repoOf(row: Row): Repo {
  const gated = optionalText(row, "gated");
  if (gated !== undefined && gated !== "auto" && gated !== "manual") {
    throw new TypeError(`Not a gate: ${gated}`);
  }
  return {
    id: integer(row, "id"),
    hubId: text(row, "hub_id"),
    type: typeOf(text(row, "type")),
    namespace: text(row, "namespace"),
    name: text(row, "name"),
    private: integer(row, "private") === 1,
    gated,
    granted: namesOf(text(row, "granted")),
    createdAt: integer(row, "created_at"),
  };
}

function typeOf(type: string): RepoType {
  if (type === "model" || type === "dataset" || type === "space") return type;
  throw new TypeError(`Not a type of repos: ${type}`);
}

function namesOf(json: string): readonly string[] {
  const names: unknown = JSON.parse(json);
  if (!Array.isArray(names)) throw new TypeError("Not a list of names");
  return names.map(String);
}

function commitOf(row: Row): Commit {
  return {
    sha: text(row, "sha"),
    parent: optionalText(row, "parent"),
    tree: text(row, "tree"),
    author: text(row, "author"),
    title: text(row, "title"),
    date: integer(row, "date"),
  };
}
