/** The names that Git gives to what a repo holds: SHA-1 of a header and the object's bytes (Git documentation, "Git Objects"). */

import { createHash } from "node:crypto";

const encoder = new TextEncoder();

/** An entry of a directory. */
export interface GitEntry {
  /** One path segment. */
  readonly name: string;
  /** What `oid` names. */
  readonly kind: "file" | "directory";
  /** 40 hex digits. */
  readonly oid: string;
}

/** A commit without its name. */
export interface GitCommit {
  /** The oid of its root directory. */
  readonly tree: string;
  /** The commit that it follows, if there is one. */
  readonly parent: string | undefined;
  /** Who made it. */
  readonly author: string;
  /** Its message. */
  readonly title: string;
  /** Milliseconds since 1970; Git keeps whole seconds. */
  readonly date: number;
}

/** The pointer that Git holds in place of a large file (Git LFS specification, "The Pointer"). */
export function lfsPointer(sha256: string, size: number): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
}

/** Hashes a file of known size while it is read; `oid` ends it. */
export class BlobHasher {
  readonly #hash = createHash("sha1");

  /** @param size The file's length in bytes. */
  constructor(size: number) {
    this.#hash.update(`blob ${size}\0`);
  }

  /** Takes the next bytes. */
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The file's name, once all bytes were taken. */
  oid(): string {
    return this.#hash.digest("hex");
  }
}

/** The name of a short text as a file. */
export function textOid(text: string): string {
  const bytes = encoder.encode(text);
  const hasher = new BlobHasher(bytes.length);
  hasher.update(bytes);
  return hasher.oid();
}

/** The name of a directory. */
export function treeOid(entries: readonly GitEntry[]): string {
  const hash = createHash("sha1");
  const parts = inGitOrder(entries).flatMap(({ name, kind, oid }) => [
    encoder.encode(`${kind === "file" ? "100644" : "40000"} ${name}\0`),
    Uint8Array.fromHex(oid),
  ]);
  hash.update(`tree ${parts.reduce((sum, part) => sum + part.length, 0)}\0`);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The name of a commit. */
export function commitOid({ tree, parent, author, title, date }: GitCommit): string {
  const person = `${author} <${author}@localhost> ${Math.floor(date / 1000)} +0000`;
  const lines = [
    `tree ${tree}`,
    ...(parent === undefined ? [] : [`parent ${parent}`]),
    `author ${person}`,
    `committer ${person}`,
    "",
    title,
    "",
  ];
  const body = encoder.encode(lines.join("\n"));
  const hash = createHash("sha1");
  hash.update(`commit ${body.length}\0`);
  hash.update(body);
  return hash.digest("hex");
}

/** Git compares names by bytes, and directories as if they ended with a slash. */
function inGitOrder(entries: readonly GitEntry[]): readonly GitEntry[] {
  const keyed = entries.map((entry) => ({
    entry,
    key: encoder.encode(entry.kind === "file" ? entry.name : `${entry.name}/`),
  }));
  keyed.sort((a, b) => compareBytes(a.key, b.key));
  return keyed.map(({ entry }) => entry);
}

/** Compares byte by byte; the shorter comes first where one begins the other. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
