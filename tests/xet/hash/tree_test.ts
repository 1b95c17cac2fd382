import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { blake3Keyed } from "../../../lib/xet/engine/mod.ts";
import {
  chunkHash,
  ChunkList,
  fileHash,
  FileHasher,
  hmacHash,
  NODE_KEY,
  parseHash,
  printHash,
  TreeHasher,
  verificationHash,
  xorbHash,
} from "../../../lib/xet/hash/mod.ts";
import { chunkList, readJsonVector, vectorChunks } from "../../support/vector_chunks.ts";

interface TreeVector {
  readonly count?: number;
  readonly seed?: number;
  readonly first?: readonly [string, number] | null;
  readonly last?: readonly [string, number] | null;
  readonly nodes?: readonly (readonly [string, number])[];
  readonly note?: string;
  readonly xorb_hash: string;
  readonly file_hash: string;
  readonly range_hash?: string;
}

interface HashVectors {
  readonly primitives: {
    readonly chunk_hash: readonly { hash: string; text: string; bytes_hex?: string }[];
    readonly hmac: { hash: string; key: string; message: string };
    readonly node_hash: { hash: string; text: string };
  };
  readonly trees: readonly TreeVector[];
}

const { primitives, trees } = readJsonVector<HashVectors>("hashes.json");

Deno.test("chunk, node and keyed hashes are those of the vectors", () => {
  for (const { hash, text, bytes_hex } of primitives.chunk_hash) {
    const bytes = chunkHash(new TextEncoder().encode(text));
    assertEquals(printHash(bytes), hash);
    if (bytes_hex) assertEquals(bytes.toHex(), bytes_hex);
  }
  const node = new TextEncoder().encode(primitives.node_hash.text);
  assertEquals(printHash(blake3Keyed(NODE_KEY, node)), primitives.node_hash.hash);
  const { key, message, hash } = primitives.hmac;
  assertEquals(printHash(hmacHash(parseHash(key), parseHash(message))), hash);
});

for (const vector of trees) {
  const name = vector.note ?? `${vector.count} chunks`;
  Deno.test(`the tree of ${name} has the hashes of the vectors`, () => {
    const list = vector.nodes
      ? chunkList(vector.nodes.map(([hash]) => hash), vector.nodes.map(([, size]) => size))
      : vectorChunks(vector.seed ?? 0, vector.count ?? 0);
    if (vector.first) assertEquals([printHash(list.hash(0)), list.size(0)], [...vector.first]);
    if (vector.last) {
      const last = list.count - 1;
      assertEquals([printHash(list.hash(last)), list.size(last)], [...vector.last]);
    }
    assertEquals(printHash(xorbHash(list)), vector.xorb_hash);
    assertEquals(printHash(fileHash(list)), vector.file_hash);
    if (vector.range_hash) {
      assertEquals(printHash(verificationHash(list.hashes())), vector.range_hash);
    }
  });
}

Deno.test("a streamed tree equals the tree built level by level, after every chunk", () => {
  const list = vectorChunks(77, 120);
  const tree = new TreeHasher();
  const file = new FileHasher();
  for (let i = 0; i < list.count; i++) {
    tree.add(list.hash(i), list.size(i));
    file.add(list.hash(i), list.size(i));
    const part = list.slice(0, i + 1);
    assertEquals(tree.root(), naiveRoot(part));
    assertEquals(file.digest(), fileHash(part));
  }
});

Deno.test("property: lists with any pattern of natural cuts have the same root either way", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 90 }), (cuts) => {
    const list = new ChunkList();
    for (const [i, cut] of cuts.entries()) {
      const hash = chunkHash(Uint8Array.of(i));
      hash[24] = ((hash[24] ?? 0) & 0xfc) | (cut ? 0 : 1);
      list.push(hash, i + 1);
    }
    assertEquals(xorbHash(list), naiveRoot(list));
  }));
});

Deno.test("an empty file has the zero hash, and a hash of the wrong length is refused", () => {
  assertEquals(new FileHasher().digest(), new Uint8Array(32));
  assertThrows(() => new TreeHasher().add(new Uint8Array(31), 1), RangeError);
});

/** The definition of Xet hashing, written down plainly: the judge of the streaming form. */
function naiveRoot(list: ChunkList): Uint8Array {
  let nodes: { hash: Uint8Array; size: number }[] = [];
  for (let i = 0; i < list.count; i++) nodes.push({ hash: list.hash(i), size: list.size(i) });
  while (nodes.length > 1) {
    const next: typeof nodes = [];
    while (nodes.length > 0) {
      let length = Math.min(9, nodes.length);
      for (let i = 2; i < length; i++) {
        if (((nodes[i]?.hash[24] ?? 1) & 3) === 0) length = i + 1;
      }
      const group = nodes.splice(0, length);
      const text = group.map(({ hash, size }) => `${printHash(hash)} : ${size}\n`).join("");
      const hash = blake3Keyed(NODE_KEY, new TextEncoder().encode(text));
      next.push({ hash, size: group.reduce((sum, { size }) => sum + size, 0) });
    }
    nodes = next;
  }
  return nodes[0]?.hash.slice() ?? new Uint8Array(32);
}
