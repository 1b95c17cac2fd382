import { assert, assertEquals, assertRejects } from "@std/assert";
import { EntryNotFoundError } from "../../lib/hub/hub_errors.ts";
import { contentHash } from "../../lib/buckets/content_hasher.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { withLibrary } from "./library_fixture.ts";

const BYTES = randomBytes(20_000_000, 1);
const text = (value: string) => new TextEncoder().encode(value);

function spliced(start: number, end: number, inserted: Uint8Array): Uint8Array {
  const all = new Uint8Array(BYTES.length - (end - start) + inserted.length);
  all.set(BYTES.subarray(0, start));
  all.set(inserted, start);
  all.set(BYTES.subarray(end), start + inserted.length);
  return all;
}

Deno.test("an append makes the file that an upload of the whole would, and sends only what is new", async () => {
  await withLibrary(async ({ client, hub }) => {
    await client.uploadFile("data", BYTES, "log", { contentType: "text/log" });
    hub.counters.reset();
    const line = text("one more line\n");
    const { hash, size } = await client.appendFile("data", "log", line);
    assertEquals(size, BYTES.length + line.length);
    assertEquals(hash, (await contentHash(spliced(BYTES.length, BYTES.length, line))).hash);
    assert(hub.counters.of("cas.xorb.post").bytesIn < 300_000);
    const { contentType } = await client.fileMetadata("data", "log");
    assertEquals(contentType, "text/log");
    const end = await client.downloadFile("data", "log", { range: { start: BYTES.length - 1 } });
    assertEquals(await end.bytes(), new Uint8Array([BYTES.at(-1) ?? 0, ...line]));
  });
});

Deno.test("many appends make one file, from nothing on", async () => {
  await withLibrary(async ({ client }) => {
    for (let i = 0; i < 20; i++) await client.appendFile("data", "log", text(`${i}\n`));
    const lines = (await (await client.downloadFile("data", "log")).text()).trim().split("\n");
    assertEquals(lines, Array.from({ length: 20 }, (_, i) => `${i}`));
  });
});

Deno.test("a splice replaces, inserts, removes and truncates, and sends only what is new", async () => {
  await withLibrary(async ({ client, hub }) => {
    const cases = [
      [9_000_000, 9_000_100, randomBytes(200, 2)],
      [5_000_000, 5_000_000, randomBytes(1_000, 3)],
      [1_000_000, 19_000_000, new Uint8Array()],
      [0, 3, text("HEAD")],
      [12_345, BYTES.length, new Uint8Array()],
      [0, BYTES.length, text("all new")],
    ] as const;
    for (const [start, end, inserted] of cases) {
      await client.uploadFile("data", BYTES, "x");
      hub.counters.reset();
      const file = await client.spliceFile("data", "x", { start, end }, inserted);
      const wanted = spliced(start, end, inserted);
      assertEquals([file.hash, file.size], [(await contentHash(wanted)).hash, wanted.length]);
      assertEquals(await (await client.downloadFile("data", "x")).bytes(), wanted);
      const { bytesIn } = hub.counters.of("cas.xorb.post");
      assert(bytesIn < 500_000, `${bytesIn} bytes were sent for ${start}-${end}`);
    }
  });
});

Deno.test("everything can be taken out of a file", async () => {
  await withLibrary(async ({ client }) => {
    await client.uploadFile("data", text("abc"), "x");
    const { hash, size } = await client.spliceFile("data", "x", { start: 0 }, new Uint8Array());
    assertEquals([hash, size], ["0".repeat(64), 0]);
    await client.appendFile("data", "x", text("d"));
    assertEquals(await (await client.downloadFile("data", "x")).text(), "d");
  });
});

Deno.test("a splice needs a file and a range that begins inside it", async () => {
  await withLibrary(async ({ client }) => {
    const splice = (start: number) => client.spliceFile("data", "x", { start }, text("x"));
    await assertRejects(() => splice(0), EntryNotFoundError);
    await client.uploadFile("data", text("abc"), "x");
    await assertRejects(() => splice(4), RangeError, "not a range");
    await splice(3);
    assertEquals(await (await client.downloadFile("data", "x")).text(), "abcx");
  });
});

Deno.test("an edit whose bucket is gone leaves its source closed", async () => {
  await withLibrary(async ({ client }) => {
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) });
    await assertRejects(() => client.appendFile("none", "x", source));
    assertEquals(cancelled, true);
  });
});
