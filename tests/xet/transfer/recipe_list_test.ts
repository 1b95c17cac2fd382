import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { ChunkList } from "../../../lib/xet/hash/mod.ts";
import {
  readRecipeList,
  type StoredChunks,
  writeRecipeList,
} from "../../../lib/xet/transfer/recipe_list.ts";
import { splitmix, streamOf } from "./test_data.ts";

function runs(counts: readonly number[]): StoredChunks[] {
  return counts.map((count, i) => {
    const chunks = new ChunkList(count);
    for (let j = 0; j < count; j++) chunks.push(splitmix(100 * i + j, 32), 8192 + j);
    return { xorbHash: String(i % 10).repeat(64), start: 7 * i, chunks };
  });
}

async function written(list: readonly StoredChunks[]): Promise<Uint8Array> {
  return await new Response(ReadableStream.from(writeRecipeList(list))).bytes();
}

/** Without the room that lists keep for more. */
const plain = (list: readonly StoredChunks[]) =>
  list.map(({ chunks, ...run }) => ({ ...run, chunks: chunks.toBytes() }));

Deno.test("A list of chunks comes back however it is cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 10 }),
      fc.integer({ min: 1, max: 3000 }),
      async (counts, length) => {
        const list = runs(counts);
        const bytes = await written(list);
        const back = await Array.fromAsync(readRecipeList(streamOf(bytes, length)));
        assertEquals(plain(back), plain(list));
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("A list of chunks that is broken off, or anything else, is refused", async () => {
  const bytes = await written(runs([3, 2]));
  const read = (part: Uint8Array) => Array.fromAsync(readRecipeList(streamOf(part)));
  for (const end of [1, 39, 40, 41, bytes.length - 1]) {
    await assertRejects(() => read(bytes.subarray(0, end)), XetFormatError);
  }
  await assertRejects(() => read(new Uint8Array(200)), XetFormatError);
  await assertRejects(() => read(new Uint8Array(200).fill(255)), XetFormatError);
});
