import { createSHA1, createSHA256 } from "hash-wasm";
import type * as nodeCrypto from "node:crypto";
import { builtin } from "../flow/builtin.ts";

/** Finds the name of content while it comes. */
export interface NamedContent {
  /** The next bytes. */
  update(bytes: Uint8Array): unknown;
  /** The name, hex digits. */
  digest(encoding: "hex"): string;
}

/**
 * What finds a name of the same kind as this one: a SHA-256 (64 hex digits), or the name that Git gives
 * a file (40), which is the SHA-1 of the file after a line with its size (Git, "Git Objects").
 *
 * @param oid The name.
 * @param size The content's length in bytes.
 */
export async function namedAs(oid: string, size: number): Promise<NamedContent> {
  if (oid.length === 64) return await hasher("sha256", createSHA256);
  const blob = await hasher("sha1", createSHA1);
  blob.update(new TextEncoder().encode(`blob ${size}\0`));
  return blob;
}

/** The platform's own is faster; a browser's hashes only what it holds whole. */
async function hasher(
  algorithm: string,
  create: () => Promise<NamedContent>,
): Promise<NamedContent> {
  const { createHash } = builtin<typeof nodeCrypto>("node:crypto") ?? {};
  return createHash?.(algorithm) ?? await create();
}
