import { blake3Keyed } from "../engine/mod.ts";
import type { ChunkList } from "./chunk_list.ts";
import { endsGroup, mergeGroup, type TreeNode } from "./groups.ts";
import { DATA_KEY, VERIFY_KEY, ZERO_KEY } from "./keys.ts";

/** One level of a tree under way: the nodes of its open group. */
interface Level {
  open: TreeNode[];
  /** Whether a group of this level was closed. */
  closed: boolean;
}

/**
 * The root of the hash tree over a list of chunks (Xet hashing), which is a xorb's hash. It keeps at
 * most nine nodes a level, however long the list.
 */
export class TreeHasher {
  readonly #levels: Level[] = [];

  /** Adds a chunk: its hash of 32 bytes (copied) and its length in bytes. */
  add(hash: Uint8Array, size: number): void {
    if (hash.length !== 32) throw new RangeError(`A hash has 32 bytes, not ${hash.length}`);
    let node: TreeNode = { hash: hash.slice(), size };
    for (let height = 0;; height++) {
      const level = this.#levels[height] ??= { open: [], closed: false };
      level.open.push(node);
      if (!endsGroup(level.open.length - 1, node)) return;
      node = mergeGroup(level.open);
      level.open = [];
      level.closed = true;
    }
  }

  /** The root, 32 bytes; zeros for an empty list. More chunks can be added afterwards. */
  root(): Uint8Array<ArrayBuffer> {
    let carry: TreeNode | undefined;
    for (const { open, closed } of this.#levels) {
      const nodes: readonly TreeNode[] = carry ? [...open, carry] : open;
      // A level that only ever had one node is the top; one left over beside groups is a group.
      if (!closed && nodes.length === 1) carry = nodes[0];
      else if (nodes.length > 0) carry = mergeGroup(nodes);
      else carry = undefined;
    }
    return carry ? carry.hash.slice() : new Uint8Array(32);
  }
}

/** The file hash of a list of chunks: the tree's root, salted, except for an empty list. */
export class FileHasher {
  readonly #tree = new TreeHasher();
  #empty = true;

  /** Adds a chunk: its hash of 32 bytes (copied) and its length in bytes. */
  add(hash: Uint8Array, size: number): void {
    this.#empty = false;
    this.#tree.add(hash, size);
  }

  /** The file hash, 32 bytes. More chunks can be added afterwards. */
  digest(): Uint8Array<ArrayBuffer> {
    const root = this.#tree.root();
    return this.#empty ? root : saltRoot(root);
  }
}

/** The file hash that belongs to the root of a tree over at least one chunk. */
export function saltRoot(root: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3Keyed(ZERO_KEY, root);
}

/** The hash of a xorb with these chunks. */
export function xorbHash(chunks: ChunkList): Uint8Array<ArrayBuffer> {
  const tree = new TreeHasher();
  for (let i = 0; i < chunks.count; i++) tree.add(chunks.hash(i), chunks.size(i));
  return tree.root();
}

/** The hash of a file with these chunks, in whatever xorbs they are. */
export function fileHash(chunks: ChunkList): Uint8Array<ArrayBuffer> {
  const root = xorbHash(chunks);
  return chunks.count === 0 ? root : saltRoot(root);
}

/** The hash of the bytes of one chunk. */
export function chunkHash(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3Keyed(DATA_KEY, data);
}

/** The verification hash of a term, over the hashes of its chunks, 32 bytes each. */
export function verificationHash(packedHashes: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3Keyed(VERIFY_KEY, packedHashes);
}

/** A chunk hash as a dedup answer shows it: keyed with the 32 bytes of the shard's key. */
export function hmacHash(key: Uint8Array, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  return blake3Keyed(key, hash);
}
