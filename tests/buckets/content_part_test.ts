import { assert, assertEquals, assertThrows } from "@std/assert";
import { partFromText, partToText } from "../../lib/buckets/content_part.ts";
import { XetFormatError } from "../../lib/xet/error.ts";
import { ChunkList } from "../../lib/xet/hash/mod.ts";

const HASH = "ab".repeat(32);

Deno.test("A slice comes back from its text as it was", () => {
  const slice = { hash: HASH, size: 99, range: { first: 5, last: 20 }, id: "ns/name" };
  assertEquals(partFromText(partToText(slice), 16), slice);
});

Deno.test("A recipe is read from its text when it is needed", () => {
  const chunks = new ChunkList();
  chunks.push(new Uint8Array(32).fill(1), 7);
  const terms = [{ xorbHash: HASH, length: 7, start: 2, end: 3 }];
  const recipe = { hash: HASH, size: 7, terms, chunks };
  const part = partFromText(partToText(recipe), 7);
  assert("read" in part);
  assertEquals([part.length, part.read()], [7, recipe]);
  const broken = partFromText("{", 7);
  assert("read" in broken);
  assertThrows(() => broken.read(), XetFormatError);
});

Deno.test("What is not the text of a slice is refused", () => {
  for (const text of ['{"slice":', '{"slice":{}}', `{"slice":{"hash":"x","size":1}}`]) {
    assertThrows(() => partFromText(text, 1), XetFormatError);
  }
});
