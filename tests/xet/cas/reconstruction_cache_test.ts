import { assertEquals, assertRejects } from "@std/assert";
import type { Reconstruction } from "../../../lib/xet/cas/reconstruction.ts";
import { ReconstructionCache } from "../../../lib/xet/cas/reconstruction_cache.ts";

const HASH = "ab".repeat(32);

function reconstruction(url: string, count = 1): Reconstruction {
  const sources = Array.from({ length: count }, () => ({
    url,
    chunks: { start: 0, end: 1 },
    bytes: { start: 0, end: 9 },
  }));
  return { offset: 0, terms: [], sources: new Map([[HASH, sources]]) };
}

/** A cache, and a way to ask it that tells whether the CAS was asked. */
function cacheUnderTest(
  url = "https://cdn.test/x",
  options: { maxSize?: number; count?: number } = {},
) {
  const clock = { now: 1_000_000_000_000 };
  const cache = new ReconstructionCache({ now: () => clock.now, ...options });
  const ask = async (
    name: { owner?: string; hash?: string; range?: { first: number; last: number } } = {},
    refused?: Reconstruction,
  ) => {
    let asked = 0;
    const work = () => {
      asked++;
      return Promise.resolve(reconstruction(url, options.count));
    };
    const value = await cache.get({ owner: "a", hash: HASH, ...name }, work, { refused });
    return { value, asked };
  };
  return { cache, clock, ask };
}

Deno.test("a reconstruction is asked for once, each owner's, file's and range's for itself", async () => {
  const { ask } = cacheUnderTest();
  assertEquals((await ask()).asked, 1);
  assertEquals((await ask()).asked, 0);
  for (
    const name of [{ owner: "b" }, { hash: "cd".repeat(32) }, { range: { first: 0, last: 5 } }]
  ) {
    assertEquals((await ask(name)).asked, 1);
    assertEquals((await ask(name)).asked, 0);
  }
});

Deno.test("a reconstruction is given while its URLs are good, as far as they tell", async () => {
  const { ask, clock } = cacheUnderTest("https://cdn.test/x?a=b&Expires=1000000100&Signature=s");
  await ask();
  clock.now += 80_000;
  assertEquals((await ask()).asked, 0);
  clock.now += 11_000;
  assertEquals((await ask()).asked, 1);
});

Deno.test("a reconstruction that was refused is not given again, its successor is", async () => {
  const { ask } = cacheUnderTest();
  const { value: refused } = await ask();
  const renewed = await ask({}, refused);
  assertEquals(renewed.asked, 1);
  assertEquals(await ask({}, refused), { value: renewed.value, asked: 0 });
});

Deno.test("those who ask at the same time share a call, and its failure is not kept", async () => {
  const { cache } = cacheUnderTest();
  let calls = 0;
  const fail = () => {
    calls++;
    return Promise.reject(new Error("down"));
  };
  const name = { owner: "a", hash: HASH };
  const both = [cache.get(name, fail), cache.get(name, fail)];
  for (const one of both) await assertRejects(() => one, Error, "down");
  assertEquals(calls, 1);
  const value = reconstruction("u");
  assertEquals(await cache.get(name, () => Promise.resolve(value)), value);
});

Deno.test("reconstructions take no more memory than they may", async () => {
  const { ask } = cacheUnderTest("u", { maxSize: 10_000, count: 4 });
  for (const hash of ["1", "2", "3", "4"]) await ask({ hash });
  const asked = [];
  for (const hash of ["4", "3", "2", "1"]) asked.push((await ask({ hash })).asked);
  assertEquals(asked.slice(0, 2), [0, 0]);
  assertEquals(asked[3], 1);
  const large = cacheUnderTest("u", { maxSize: 1000, count: 4 });
  assertEquals([(await large.ask()).asked, (await large.ask()).asked], [1, 1]);
});
