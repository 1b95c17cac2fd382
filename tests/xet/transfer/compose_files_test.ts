import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { ZERO_HASH } from "../../../lib/xet/hash/mod.ts";
import { composeFiles } from "../../../lib/xet/transfer/compose_files.ts";
import type { TransferContext } from "../../../lib/xet/transfer/context.ts";
import { downloadFile } from "../../../lib/xet/transfer/download_file.ts";
import { recipeFromText, recipeToText } from "../../../lib/xet/transfer/recipe_text.ts";
import { uploadFile } from "../../../lib/xet/transfer/upload_file.ts";
import { TestCas } from "./test_cas.ts";
import { collect, makeInput, periodic, splitmix, streamOf } from "./test_data.ts";

const SIZE = 3_000_000;

const INPUTS: readonly (readonly [string, Uint8Array<ArrayBuffer>])[] = [
  ["random", splitmix(41, SIZE)],
  ["text", makeInput({ kind: "text", seed: 42, size: SIZE })],
  ["zeros", new Uint8Array(SIZE)],
  ["period 26", periodic(26, SIZE)],
  ["period 4096", periodic(4096, SIZE)],
];

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function uploadParts(context: TransferContext, bytes: Uint8Array, cuts: readonly number[]) {
  const borders = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  const recipes = [];
  for (const [i, end] of borders.slice(1).entries()) {
    const part = await uploadFile(context, streamOf(bytes.subarray(borders[i] ?? 0, end)));
    recipes.push(recipeFromText(recipeToText(part)));
  }
  return recipes;
}

for (const [name, bytes] of INPUTS) {
  Deno.test(`composeFiles() of ${name} gives the hash of an upload in one piece`, async () => {
    await using server = new TestCas();
    const context = { cas: server.client(), budget: new MemoryBudget(32 << 20) };
    const whole = await uploadFile(context, streamOf(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: SIZE }), { maxLength: 6 }),
        async (cuts) => {
          const recipe = await composeFiles(context, await uploadParts(context, bytes, cuts));
          assertEquals(recipe.hash, whole.hash);
          assertEquals(recipe.size, bytes.length);
          assertEquals(recipe.size, whole.size);
        },
      ),
      { numRuns: 12 },
    );
    assert(equal(await collect(downloadFile(context, whole)), bytes));
    assertEquals(context.budget.used, 0);
  });
}

Deno.test("composeFiles() of parts smaller than a chunk, and of empty ones", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(8 << 20) };
  const bytes = splitmix(43, 400_000);
  const whole = await uploadFile(context, streamOf(bytes));
  for (const step of [1_777, 8_191, 8_192, 40_000]) {
    const cuts = Array.from({ length: Math.floor(400_000 / step) }, (_, i) => i * step);
    const recipe = await composeFiles(context, await uploadParts(context, bytes, cuts));
    assertEquals(recipe.hash, whole.hash, `parts of ${step}`);
  }
  assertEquals(context.budget.used, 0);
});

Deno.test("composeFiles() of nothing, of empty parts and of one part", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(8 << 20) };
  assertEquals((await composeFiles(context, [])).hash, ZERO_HASH);
  assert(server.files.has(ZERO_HASH));
  const empty = await uploadFile(context, streamOf(new Uint8Array(0)));
  assertEquals((await composeFiles(context, [empty, empty])).hash, ZERO_HASH);
  const one = await uploadFile(context, streamOf(splitmix(44, 100_000)));
  const before = server.requests.length;
  const { hash, size } = one;
  assertEquals(await composeFiles(context, [empty, one, empty]), { hash, size });
  assertEquals(server.requests.length, before);
});

Deno.test("composeFiles() moves only the bytes at the borders", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(32 << 20) };
  const bytes = splitmix(45, 12 << 20);
  const cuts = [3 << 20, 5_000_001, 9 << 20];
  const parts = await uploadParts(context, bytes, cuts);
  const before = [...server.xorbs.keys()];
  const recipe = await composeFiles(context, parts);
  let added = 0;
  for (const [hash, xorb] of server.xorbs) if (!before.includes(hash)) added += xorb.bytes.length;
  assert(added < 3 * 512 * 1024, `${added} bytes`);
  assert(equal(await collect(downloadFile(context, recipe)), bytes));
});

Deno.test("composeFiles() copies nothing where a part ends with a chunk of the largest size", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(32 << 20) };
  const parts = await uploadParts(context, new Uint8Array(1 << 20), [1 << 18, 1 << 19]);
  const before = server.count(/ \/v1\/xorbs\//);
  const recipe = await composeFiles(context, parts);
  const whole = await uploadFile(context, streamOf(new Uint8Array(1 << 20)));
  assertEquals(recipe.hash, whole.hash);
  assertEquals(server.count(/ \/v1\/xorbs\//), before + 1); // that of the whole
});

Deno.test("composeFiles() of 300 parts in a tiny budget, several at once", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(400_000) };
  const bytes = splitmix(46, 300 * 7_000);
  const cuts = Array.from({ length: 299 }, (_, i) => (i + 1) * 7_000);
  const parts = await uploadParts(context, bytes, cuts);
  const whole = await uploadFile(context, streamOf(bytes));
  const zeros = await uploadParts(context, new Uint8Array(SIZE), [1_000_001]);
  const zeroHash = (await uploadFile(context, streamOf(new Uint8Array(SIZE)))).hash;
  const composed = await Promise.all(
    [parts, zeros, parts, zeros].map((recipes) => composeFiles(context, recipes)),
  );
  assertEquals(
    composed.map(({ hash }) => hash),
    [whole.hash, zeroHash, whole.hash, zeroHash],
  );
  assertEquals(context.budget.used, 0);
});

Deno.test("composeFiles() notices that a part is not what it was", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(32 << 20) };
  const [left, right] = await uploadParts(context, splitmix(47, SIZE), [1_500_001]);
  const other = await uploadFile(context, streamOf(splitmix(48, 1_500_001)));
  assert(left !== undefined && right !== undefined);
  const forged = { ...left, hash: other.hash };
  await assertRejects(() => composeFiles(context, [forged, right]), XetFormatError);
  assertEquals(context.budget.used, 0);
});

Deno.test("composeFiles() ends when it is aborted", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(32 << 20) };
  const parts = await uploadParts(context, new Uint8Array(SIZE), [1_500_001]);
  const abort = new AbortController();
  server.fault = (_, answer) => {
    abort.abort(new RangeError("enough"));
    return answer();
  };
  await assertRejects(
    () => composeFiles(context, parts, { signal: abort.signal }),
    RangeError,
    "enough",
  );
  assertEquals(context.budget.used, 0);
});
