import { assert, assertEquals } from "@std/assert";
import { FairTurn } from "../../../lib/flow/fair_turn.ts";
import { Block } from "../../../lib/xet/transfer/block.ts";
import { DiskCache } from "../../../lib/xet/transfer/disk_cache.ts";
import { chunkHash } from "../../../lib/xet/hash/mod.ts";
import { splitmix } from "./test_data.ts";

const CHUNK = 1000;
const XORB = "ab".repeat(32);

/** Chunks `first` to before `end` of a xorb; every xorb of a seed has the same. */
function block(first: number, end: number, xorb = XORB): Block {
  const data = new Uint8Array((end - first) * CHUNK);
  const hashes = new Uint8Array((end - first) * 32);
  for (let i = first; i < end; i++) {
    const chunk = splitmix(i, CHUNK);
    data.set(chunk, (i - first) * CHUNK);
    hashes.set(chunkHash(chunk), (i - first) * 32);
  }
  const lengths = new Uint32Array(end - first).fill(CHUNK);
  return new Block({ xorb, first, lengths, hashes, data });
}

async function withCache(
  test: (open: (maxBytes?: number) => DiskCache, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const errors: Error[] = [];
  const caches: DiskCache[] = [];
  try {
    await test((maxBytes = 1e6) => {
      const onError = (error: Error) => void errors.push(error);
      const cache = new DiskCache({ directory, maxBytes, turn: new FairTurn(), onError });
      caches.push(cache);
      return cache;
    }, directory);
    for (const cache of caches) await cache.close();
    assertEquals(errors, []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function files(directory: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const folder of Deno.readDir(directory)) {
    if (!folder.isDirectory) paths.push(`${directory}/${folder.name}`);
    else {
      for await (const { name } of Deno.readDir(`${directory}/${folder.name}`)) {
        paths.push(`${directory}/${folder.name}/${name}`);
      }
    }
  }
  return paths.sort();
}

Deno.test("DiskCache gives back what was put, also after a restart", async () => {
  await withCache(async (open) => {
    const cache = open();
    await cache.close();
    cache.put(block(3, 7));
    assertEquals([2, 3, 6, 7].map((chunk) => cache.has(XORB, chunk)), [false, true, true, false]);
    await cache.close();
    const next = open();
    await next.close();
    for (const one of [cache, next]) {
      const read = await one.read(XORB, 5);
      assertEquals([read?.first, read?.end], [3, 7]);
      assertEquals(read?.data.slice(), block(3, 7).data);
      assertEquals(read?.hashes, block(3, 7).hashes);
      assertEquals(await one.read(XORB, 8), undefined);
      assertEquals(await one.read("cd".repeat(32), 5), undefined);
    }
  });
});

Deno.test("DiskCache removes what was longest not read, and never holds more than it may", async () => {
  await withCache(async (open, directory) => {
    const cache = open(3 * (4 * CHUNK + 4 * 36));
    await cache.close();
    for (let i = 0; i < 3; i++) cache.put(block(4 * i, 4 * i + 4));
    await cache.read(XORB, 0);
    cache.put(block(12, 16));
    assertEquals([0, 4, 8, 12].map((chunk) => cache.has(XORB, chunk)), [true, false, true, true]);
    cache.put(block(100, 200)); // more than there is room for
    assert(!cache.has(XORB, 100));
    await cache.close();
    assertEquals((await files(directory)).length, 3);
    assertEquals(cache.bytes, 3 * (4 * CHUNK + 4 * 36));
    const smaller = open(5000);
    await smaller.close();
    assertEquals((await files(directory)).length, 1);
  });
});

Deno.test("DiskCache shows uncertain blocks to nobody before they are settled", async () => {
  await withCache(async (open, directory) => {
    const cache = open();
    await cache.close();
    const [right, wrong] = [{}, {}];
    cache.put(block(0, 2), right);
    cache.put(block(2, 4), wrong);
    cache.put(block(4, 6), {});
    assert(!cache.has(XORB, 0) && !cache.has(XORB, 2));
    await cache.close();
    const crashed = open();
    await crashed.close();
    assert(!crashed.has(XORB, 0) && !crashed.has(XORB, 4), "nothing of it counts after a crash");
    cache.settle(XORB, right, true);
    cache.settle(XORB, wrong, false);
    assertEquals([0, 2, 4].map((chunk) => cache.has(XORB, chunk)), [true, false, false]);
    assertEquals((await cache.read(XORB, 1))?.first, 0);
    await cache.close();
    assertEquals((await files(directory)).map((path) => path.slice(-12)), [
      `${XORB}-0-2`.slice(-12),
      `${XORB}-4-6.uncertain`.slice(-12),
    ]);
  });
});

Deno.test("DiskCache has not what is damaged, shortened or gone", async () => {
  await withCache(async (open, directory) => {
    const cache = open();
    await cache.close();
    for (let i = 0; i < 3; i++) cache.put(block(i, i + 1));
    await cache.close();
    const [flipped = "", short = "", gone = ""] = await files(directory);
    const bytes = await Deno.readFile(flipped);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    await Deno.writeFile(flipped, bytes);
    await Deno.truncate(short, 500);
    await Deno.remove(gone);
    for (let i = 0; i < 3; i++) {
      assertEquals(await cache.read(XORB, i), undefined);
      assert(!cache.has(XORB, i));
    }
    await cache.close();
    assertEquals(await files(directory), []);
    assertEquals(cache.bytes, 0);
  });
});

Deno.test("DiskCache tells of a disk that fails, and goes on without", async () => {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/file`, "not a directory");
  const errors: Error[] = [];
  const cache = new DiskCache({
    directory: `${directory}/file/cache`,
    maxBytes: 1e6,
    turn: new FairTurn(),
    onError: (error) => void errors.push(error),
  });
  await cache.close();
  cache.put(block(0, 1));
  await cache.close();
  assertEquals(await cache.read(XORB, 0), undefined);
  assert(errors.length >= 1);
  await Deno.remove(directory, { recursive: true });
});
