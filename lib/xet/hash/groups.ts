import { blake3Keyed } from "../engine/mod.ts";
import { hashModulo, printHash } from "./hash.ts";
import { NODE_KEY } from "./keys.ts";

/** A node of a hash tree: a chunk at the lowest level, a group of nodes above it. */
export interface TreeNode {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Bytes of all chunks below it. */
  readonly size: number;
}

/** Most nodes of a group. */
export const MAX_GROUP = 9;
/** A group ends after a natural cut, but not before it has more than this many nodes. */
export const MIN_GROUP = 2;

const encoder = new TextEncoder();

/** Whether a group may end after a node with this hash (hash modulo 4 is 0). */
export function isNaturalCut(hash: Uint8Array): boolean {
  return hashModulo(hash, 4) === 0;
}

/** The node above `group`: its hash is over one line of text a node (Xet hashing, inner nodes). */
export function mergeGroup(group: readonly TreeNode[]): TreeNode {
  let text = "";
  let size = 0;
  for (const node of group) {
    text += `${printHash(node.hash)} : ${node.size}\n`;
    size += node.size;
  }
  return { hash: blake3Keyed(NODE_KEY, encoder.encode(text)), size };
}

/** Cuts the nodes of a level into groups and gives the level above: one node a group. */
export function promote(nodes: readonly TreeNode[]): TreeNode[] {
  const promoted: TreeNode[] = [];
  let start = 0;
  for (const [i, node] of nodes.entries()) {
    if (endsGroup(i - start, node)) {
      promoted.push(mergeGroup(nodes.slice(start, i + 1)));
      start = i + 1;
    }
  }
  if (start < nodes.length) promoted.push(mergeGroup(nodes.slice(start)));
  return promoted;
}

/** Whether the group in which `node` has this index, from 0, ends after it. */
export function endsGroup(index: number, node: TreeNode): boolean {
  return index === MAX_GROUP - 1 || (index >= MIN_GROUP && isNaturalCut(node.hash));
}
