import { assertEquals } from "@std/assert";
import { ChunkList } from "../../../lib/xet/hash/mod.ts";
import { type FileSlice, joinParts, wholeFile } from "../../../lib/xet/transfer/file_part.ts";

const slice = (hash: string, first: number, last: number): FileSlice => ({
  hash,
  size: 100,
  range: { first, last },
});

Deno.test("Slices that follow one another in a file are joined, and empty parts left out", () => {
  const recipe = { hash: "r", size: 5, terms: [], chunks: new ChunkList() };
  const empty = { ...recipe, size: 0 };
  const lazy = { length: 3, read: () => recipe };
  const joined = joinParts([
    slice("a", 0, 9),
    slice("a", 10, 19),
    empty,
    slice("a", 20, 99),
    slice("b", 0, 9),
    slice("b", 11, 19),
    slice("c", 20, 29),
    recipe,
    lazy,
    slice("c", 30, 39),
    { length: 0, read: () => empty },
  ]);
  assertEquals(joined, [
    slice("a", 0, 99),
    slice("b", 0, 9),
    slice("b", 11, 19),
    slice("c", 20, 29),
    recipe,
    lazy,
    slice("c", 30, 39),
  ]);
  assertEquals(joinParts([]), []);
});

Deno.test("A slice of all of a file is the file, as is every part that is no slice", () => {
  assertEquals(wholeFile(slice("a", 0, 99)), { hash: "a", size: 100 });
  assertEquals(wholeFile(slice("a", 1, 99)), undefined);
  assertEquals(wholeFile(slice("a", 0, 98)), undefined);
  const recipe = { hash: "r", size: 5, terms: [], chunks: new ChunkList() };
  assertEquals(wholeFile(recipe), { hash: "r", size: 5 });
});
