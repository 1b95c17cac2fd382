import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { ChunkList } from "../../../lib/xet/hash/mod.ts";
import { vectorChunks } from "../../support/vector_chunks.ts";

function contents(list: ChunkList): [string, number][] {
  return Array.from({ length: list.count }, (_, i) => [list.hash(i).toHex(), list.size(i)]);
}

Deno.test("property: a list holds what was pushed, sliced, appended and read back", () => {
  const count = fc.nat(70);
  fc.assert(fc.property(count, count, count, count, (a, b, x, y) => {
    const [left, right] = [vectorChunks(1, a), vectorChunks(2, b)];
    const all = new ChunkList(0);
    all.append(left);
    all.append(right);
    const expected = [...contents(left), ...contents(right)];
    assertEquals(contents(all), expected);
    assertEquals(all.totalSize, expected.reduce((sum, [, size]) => sum + size, 0));
    const [start = 0, end = 0] = [Math.min(x, a + b), Math.min(y, a + b)].sort((m, n) => m - n);
    const part = all.slice(start, end);
    assertEquals(contents(part), expected.slice(start, end));
    assertEquals(part.totalSize, contents(part).reduce((sum, [, size]) => sum + size, 0));
    const hashes = expected.slice(start, end).map(([hash]) => hash).join("");
    assertEquals(all.hashes(start, end).toHex(), hashes);
    const copy = ChunkList.fromBytes(all.toBytes());
    assertEquals([contents(copy), copy.totalSize], [expected, all.totalSize]);
  }));
});

Deno.test("a slice is independent of the list it was taken from", () => {
  const list = vectorChunks(1, 3);
  const slice = list.slice(1, 2);
  slice.push(new Uint8Array(32), 5);
  list.push(new Uint8Array(32).fill(1), 6);
  assertEquals([slice.count, list.count], [2, 4]);
  assertEquals(list.hash(2), vectorChunks(1, 3).hash(2));
});

Deno.test("a list can be appended to itself", () => {
  const list = vectorChunks(1, 5);
  list.append(list);
  assertEquals(contents(list.slice(5)), contents(vectorChunks(1, 5)));
});

Deno.test("what is not in the list, or no chunk, is refused", () => {
  const list = vectorChunks(1, 3);
  assertThrows(() => list.hash(3), RangeError);
  assertThrows(() => list.size(-1), RangeError);
  assertThrows(() => list.slice(2, 1), RangeError);
  assertThrows(() => list.hashes(0, 4), RangeError);
  assertThrows(() => list.push(new Uint8Array(31), 1), RangeError);
  assertThrows(() => list.push(new Uint8Array(32), 2 ** 32), RangeError);
  assertThrows(() => list.push(new Uint8Array(32), -1), RangeError);
  assertThrows(() => ChunkList.fromBytes(new Uint8Array(35)), XetFormatError);
});
