import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { accessKeyOf } from "../lib/access_key.ts";

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await work(`${parent}/data`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("accessKeyOf() makes a pair once and keeps it, readable by its owner only", () =>
  inDirectory(async (directory) => {
    const first = await accessKeyOf(directory);
    assertMatch(first.accessKeyId, /^HB[A-Z2-7]{18}$/);
    assertMatch(first.secretAccessKey, /^[\w-]{40}$/);
    assertEquals(await accessKeyOf(directory), first);
    const { mode } = await Deno.stat(`${directory}/access_key.json`);
    assertEquals((mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("accessKeyOf() makes another pair in another directory", () =>
  inDirectory(async (directory) => {
    const pairs = [await accessKeyOf(`${directory}1`), await accessKeyOf(`${directory}2`)];
    assertEquals(new Set(pairs.map((pair) => pair.secretAccessKey)).size, 2);
  }));

Deno.test("accessKeyOf() does not replace a file that it cannot read", () =>
  inDirectory(async (directory) => {
    await Deno.mkdir(directory);
    for (const text of ["", "{}", '{"accessKeyId":""}', "no json"]) {
      await Deno.writeTextFile(`${directory}/access_key.json`, text);
      await assertRejects(() => accessKeyOf(directory), Error, "delete it to have a new one made");
    }
  }));
