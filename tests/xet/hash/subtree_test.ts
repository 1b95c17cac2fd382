import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import {
  type ChunkList,
  fileHash,
  printHash,
  saltRoot,
  Subtree,
  type SubtreeJson,
  xorbHash,
} from "../../../lib/xet/hash/mod.ts";
import { readJsonVector, vectorChunks } from "../../support/vector_chunks.ts";

interface SubtreeVectors {
  readonly single: readonly {
    count: number;
    seed: number;
    at_start: boolean;
    at_end: boolean;
    final_hash: string | null;
    subtree: SubtreeJson;
  }[];
  readonly merge: {
    count: number;
    seed: number;
    cuts: readonly [number, number];
    final_hash: string;
    file_hash_of_all: string;
    xorb_hash_of_all: string;
    partial_first_two: SubtreeJson;
  };
}

const vectors = readJsonVector<SubtreeVectors>("subtrees.json");

for (const vector of vectors.single) {
  const { count, at_start: atStart, at_end: atEnd } = vector;
  Deno.test(`a summary of ${count} chunks is that of the vectors (${atStart}, ${atEnd})`, () => {
    const subtree = Subtree.fromChunks(vectorChunks(vector.seed, count), { atStart, atEnd });
    assertEquals(JSON.parse(JSON.stringify(subtree)), vector.subtree);
    const root = subtree.root();
    assertEquals(root ? printHash(root) : null, vector.final_hash);
    assertEquals(JSON.stringify(Subtree.fromJSON(vector.subtree)), JSON.stringify(subtree));
  });
}

Deno.test("three merged summaries give the partial summary and the hash of the vectors", () => {
  const { seed, count, cuts, ...expected } = vectors.merge;
  const all = vectorChunks(seed, count);
  const [first, second, third] = split(all, [...cuts]);
  assert(first && second && third);
  const partial = first.merge(second);
  assertEquals(JSON.parse(JSON.stringify(partial)), expected.partial_first_two);
  for (const merged of [partial.merge(third), first.merge(second.merge(third))]) {
    const root = merged.root();
    assert(root);
    assertEquals(printHash(root), expected.final_hash);
    assertEquals(printHash(root), expected.xorb_hash_of_all);
    assertEquals(printHash(saltRoot(root)), expected.file_hash_of_all);
  }
  const parsed = Subtree.fromJSON(expected.partial_first_two).merge(third).root();
  assertEquals(parsed && printHash(parsed), expected.final_hash);
});

Deno.test("property: parts merged in any order give the root of the whole file", () => {
  const part = fc.oneof(fc.nat(12), fc.nat(400));
  const parts = fc.array(part, { minLength: 1, maxLength: 8 });
  const orders = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(), parts, orders, (seed, counts, order) => {
      const all = vectorChunks(seed, counts.reduce((sum, count) => sum + count, 0));
      const ends = counts.map((_, i) => counts.slice(0, i + 1).reduce((a, b) => a + b, 0));
      const summaries = split(all, ends.slice(0, -1));
      for (const pick of order) {
        if (summaries.length === 1) break;
        const at = pick % (summaries.length - 1);
        const [left, right] = summaries.splice(at, 2);
        assert(left && right);
        summaries.splice(at, 0, wired(left).merge(wired(right)));
      }
      const root = summaries[0]?.root();
      assert(root);
      assertEquals(root, xorbHash(all));
      assertEquals(all.count === 0 ? root : saltRoot(root), fileHash(all));
    }),
    { numRuns: 150 },
  );
});

Deno.test("a summary of many chunks stays small", () => {
  const levels = Subtree.fromChunks(vectorChunks(3, 8000), { atStart: false, atEnd: false });
  assert(levels.toJSON().nodes.length < 600);
});

Deno.test("ranges that are not neighbours are not merged", () => {
  const whole = Subtree.fromChunks(vectorChunks(1, 5), { atStart: true, atEnd: true });
  const middle = Subtree.fromChunks(vectorChunks(1, 5), { atStart: false, atEnd: false });
  assertThrows(() => whole.merge(middle), RangeError);
  assertThrows(() => middle.merge(whole), RangeError);
  assertEquals(middle.root(), undefined);
});

Deno.test("JSON that is no summary is refused", () => {
  const good = Subtree.fromChunks(vectorChunks(1, 50), { atStart: false, atEnd: true }).toJSON();
  const bad: unknown[] = [
    null,
    [],
    "x",
    {},
    { ...good, nodes: good.nodes.slice(1) },
    { ...good, nodes: [...good.nodes, { hash: "00", size: 1 }] },
    { ...good, nodes: good.nodes.map((node) => ({ ...node, size: -1 })) },
    { ...good, nodes: good.nodes.map((node) => ({ ...node, size: "1" })) },
    { ...good, levels: [[50]] },
    { ...good, levels: [[1e9, -1e9 + 50]] },
    { ...good, levels: [[0.5, 49.5]] },
    { ...good, levels: null },
    { ...good, at_start: 1 },
    { ...good, at_end: undefined },
  ];
  for (const json of bad) assertThrows(() => Subtree.fromJSON(json), XetFormatError);
  const twoRoots = { ...good, at_start: true, levels: [[good.nodes.length, 0]] };
  assertThrows(() => Subtree.fromJSON(twoRoots).root(), XetFormatError);
});

/** One more trip over the wire. */
function wired(subtree: Subtree): Subtree {
  return Subtree.fromJSON(JSON.parse(JSON.stringify(subtree)));
}

function split(all: ChunkList, cuts: number[]): Subtree[] {
  const borders = [0, ...cuts, all.count];
  return borders.slice(1).map((end, i) =>
    Subtree.fromChunks(all.slice(borders[i] ?? 0, end), {
      atStart: i === 0,
      atEnd: i === borders.length - 2,
    })
  );
}
