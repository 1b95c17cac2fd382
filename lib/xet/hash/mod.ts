/**
 * Xet hashes: how they are printed, the tree over a list of chunks, summaries of parts of it.
 *
 * @module
 */

export { ChunkList } from "./chunk_list.ts";
export { ComposedHasher } from "./composed_hasher.ts";
export { type DirtyWindow, dirtyWindows, type Span } from "./dirty_windows.ts";
export { equalHashes, hashModulo, parseHash, printHash, ZERO_HASH } from "./hash.ts";
export { DATA_KEY, NODE_KEY, VERIFY_KEY, ZERO_KEY } from "./keys.ts";
export { Subtree, type SubtreeBorders } from "./subtree.ts";
export type { SubtreeJson } from "./subtree_json.ts";
export {
  chunkHash,
  fileHash,
  FileHasher,
  hmacHash,
  saltRoot,
  TreeHasher,
  verificationHash,
  xorbHash,
} from "./tree.ts";
