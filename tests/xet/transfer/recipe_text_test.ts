import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { ChunkList } from "../../../lib/xet/hash/mod.ts";
import type { ListedFile } from "../../../lib/xet/transfer/file_part.ts";
import type { FileRecipe } from "../../../lib/xet/transfer/context.ts";
import { recipeFromText, recipeToText } from "../../../lib/xet/transfer/recipe_text.ts";

function example(): FileRecipe {
  const chunks = new ChunkList();
  for (let i = 0; i < 200; i++) chunks.push(crypto.getRandomValues(new Uint8Array(32)), 1000 + i);
  const length = (start: number, end: number) => chunks.slice(start, end).totalSize;
  return {
    hash: "ab".repeat(32),
    size: chunks.totalSize,
    terms: [
      { xorbHash: "01".repeat(32), length: length(0, 150), start: 7, end: 157 },
      { xorbHash: "02".repeat(32), length: length(150, 160), start: 0, end: 10 },
      { xorbHash: "01".repeat(32), length: length(160, 200), start: 157, end: 197 },
    ],
    chunks,
  };
}

Deno.test("A recipe comes back from its text, which is about 50 bytes a chunk", () => {
  const recipe = example();
  const text = recipeToText(recipe);
  assertEquals(recipeFromText(text), recipe);
  assert(text.length < 200 * 50 + 500);
});

Deno.test("recipeFromText() refuses what is not a recipe", () => {
  const good = JSON.parse(recipeToText(example()));
  const bad: readonly unknown[] = [
    null,
    [],
    { ...good, v: 2 },
    { ...good, hash: "xyz" },
    { ...good, size: good.size + 1 },
    { ...good, size: -1 },
    { ...good, terms: good.terms.slice(1) },
    { ...good, terms: [[0, 5, 5], ...good.terms] },
    { ...good, terms: [[0, 9, 5], ...good.terms] },
    { ...good, terms: [...good.terms, [9, 0, 1]] },
    { ...good, terms: [[9, 7, 157], ...good.terms.slice(1)] },
    { ...good, terms: [[0, 0, 2 ** 52], ...good.terms] },
    { ...good, chunks: good.chunks.slice(4) },
    { ...good, chunks: "%%%%" },
  ];
  for (const json of bad) assertThrows(() => recipeFromText(JSON.stringify(json)), XetFormatError);
  fc.assert(fc.property(fc.string(), (text) => {
    assertThrows(() => recipeFromText(text), XetFormatError);
  }));
});

Deno.test("A recipe that is kept in the CAS comes back from a short text", () => {
  const { hash, size, chunks } = example();
  const listed: ListedFile = {
    hash,
    size,
    list: { hash: "cd".repeat(32), size: 7240 },
    count: chunks.count,
    head: chunks.slice(0, 2),
    tail: chunks.slice(199),
  };
  const text = recipeToText(listed);
  assert(text.length < 500);
  assertEquals(recipeFromText(text), listed);
  const good = JSON.parse(text);
  const bad: readonly unknown[] = [
    { ...good, count: 1 },
    { ...good, tail: good.head },
    { ...good, head: good.tail },
    { ...good, head: "%%" },
    { ...good, list: { hash: "x", size: 1 } },
    { ...good, size: 1 },
  ];
  for (const json of bad) assertThrows(() => recipeFromText(JSON.stringify(json)), XetFormatError);
});
