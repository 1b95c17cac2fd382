/** The directories and files of all repos, by the names that Git gives them, in the hub's database. */

import type { Database } from "../../storage/database.ts";
import { integer, optionalInteger, optionalText, type Row, text } from "../row.ts";
import type { GitEntry } from "./git_objects.ts";

/** What a file of a repo is. */
export interface Blob {
  /** The name that Git gives it; for a large file that of its pointer. */
  readonly oid: string;
  /** The length of the content in bytes, not of the pointer. */
  readonly size: number;
  /** The SHA-256 of the content, in hex. */
  readonly sha256: string;
  /** The length of the LFS pointer; `undefined` for a file that Git holds itself. */
  readonly pointerSize: number | undefined;
  /** The Xet hash of the content, for a file whose bytes are in Xet. */
  readonly xetHash: string | undefined;
}

/** The tables of directories and files. `repo` is always the repo's row key. */
export interface ObjectTable {
  /** The entries of a directory, in byte order of their names. */
  entries(repo: number, tree: string): readonly GitEntry[];
  /** An entry of a directory. */
  entry(repo: number, tree: string, name: string): GitEntry | undefined;
  /** Keeps a directory. */
  addTree(repo: number, tree: string, entries: readonly GitEntry[]): void;
  /** The file of this name. */
  blob(repo: number, oid: string): Blob | undefined;
  /** Keeps a file. One that was in LFS alone can come to Xet so, for all commits that have it. */
  putBlob(repo: number, blob: Blob): void;
  /** Whether a repo holds content of this Xet hash in any commit, and how large it is. */
  findContent(repo: number, xetHash: string): { readonly size: number } | undefined;
}

/** Opens the tables; the schema must be there. */
export function openObjectTable(database: Database): ObjectTable {
  const entries = database.prepare(
    "SELECT * FROM hub_repo_trees WHERE repo = ? AND tree = ? ORDER BY name",
  );
  const entry = database.prepare(
    "SELECT * FROM hub_repo_trees WHERE repo = ? AND tree = ? AND name = ?",
  );
  const addEntry = database.prepare(
    "INSERT OR IGNORE INTO hub_repo_trees (repo, tree, name, kind, oid) VALUES (?, ?, ?, ?, ?)",
  );
  const blob = database.prepare("SELECT * FROM hub_repo_blobs WHERE repo = ? AND oid = ?");
  const putBlob = database.prepare(
    `INSERT OR REPLACE INTO hub_repo_blobs (repo, oid, size, sha256, pointer_size, xet_hash)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const content = database.prepare(
    "SELECT size FROM hub_repo_blobs WHERE repo = ? AND xet_hash = ? LIMIT 1",
  );
  return {
    entries: (repo, tree) => entries.all(repo, tree).map(entryOf),
    entry(repo, tree, name) {
      const row = entry.get(repo, tree, name);
      return row === undefined ? undefined : entryOf(row);
    },
    addTree(repo, tree, list) {
      for (const { name, kind, oid } of list) addEntry.run(repo, tree, name, kind, oid);
    },
    blob(repo, oid) {
      const row = blob.get(repo, oid);
      return row === undefined ? undefined : blobOf(row);
    },
    putBlob(repo, { oid, size, sha256, pointerSize, xetHash }) {
      putBlob.run(repo, oid, size, sha256, pointerSize ?? null, xetHash ?? null);
    },
    findContent(repo, xetHash) {
      const row = content.get(repo, xetHash);
      return row === undefined ? undefined : { size: integer(row, "size") };
    },
  };
}

function entryOf(row: Row): GitEntry {
  return {
    name: text(row, "name"),
    kind: text(row, "kind") === "file" ? "file" : "directory",
    oid: text(row, "oid"),
  };
}

function blobOf(row: Row): Blob {
  return {
    oid: text(row, "oid"),
    size: integer(row, "size"),
    sha256: text(row, "sha256"),
    pointerSize: optionalInteger(row, "pointer_size"),
    xetHash: optionalText(row, "xet_hash"),
  };
}
