import { assert, assertEquals } from "@std/assert";
import { copyMatching, sync } from "../../lib/sync/mod.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { pathsOf, withLibrary } from "./library_fixture.ts";

const LARGE = randomBytes(300_000, 31);
const EU = "hf://buckets/local/eu";

Deno.test("what the Hub does not copy from another region is moved by its bytes", async () => {
  await withLibrary(async ({ client, hub }) => {
    await client.create("local/eu", { region: "eu" });
    await hub.seedRepo({ type: "dataset", id: "local/words", files: { "w.bin": LARGE, "s": "s" } });
    await client.uploadFile("data", LARGE, "a/large.bin", { contentType: "image/png" });
    await client.uploadFile("data", new Uint8Array(0), "a/empty");
    let filesDone = 0;
    const { copied, failed } = await client.copyFiles("hf://buckets/local/data/a/", EU, {
      onProgress: (progress) => filesDone = progress.filesDone,
    });
    assertEquals([copied.length, failed, filesDone], [2, [], 2]);
    const file = await client.downloadFile("local/eu", "large.bin");
    assertEquals([await file.bytes(), file.contentType], [LARGE, "image/png"]);
    const words = await client.copyFiles("hf://datasets/local/words/", `${EU}/words/`);
    assertEquals([words.copied.length, words.failed], [2, []]);
    assertEquals(await (await client.downloadFile("local/eu", "words/w.bin")).bytes(), LARGE);
  });
});

Deno.test("syncs and copies by pattern move bytes between regions, and keep times and types", async () => {
  await withLibrary(async ({ client }) => {
    await client.create("local/eu", { region: "eu" });
    const mtime = Date.UTC(2026, 1, 3);
    await client.uploadFile("data", LARGE, "l.bin", { mtime, contentType: "image/png" });
    const done = await sync(client, "hf://buckets/local/data", EU);
    assertEquals([done.copied, done.failed], [1, []]);
    const info = await client.fileMetadata("local/eu", "l.bin");
    assertEquals([info.mtime?.getTime(), info.contentType], [mtime, "image/png"]);
    assertEquals((await sync(client, "hf://buckets/local/data", EU)).copied, 0);
    const { result } = await copyMatching(client, "hf://buckets/local/data/*.bin", `${EU}/by`);
    assertEquals([result?.copied, result?.failed], [1, []]);
    assertEquals(await pathsOf(client, "local/eu"), ["by/l.bin", "l.bin"]);
  });
});

Deno.test("a refusal of the whole call for the sake of its copies is answered in the same way", async () => {
  await withLibrary(async ({ client, hub }) => {
    await client.create("local/other");
    await client.uploadFile("data", LARGE, "l.bin");
    const refuse = () =>
      hub.switches.faults.add({ endpoint: "hub.batch", status: 400, message: "region", times: 1 });
    refuse();
    const to = "hf://buckets/local/other";
    const { copied, failed } = await client.copyFiles("hf://buckets/local/data/l.bin", `${to}/1`);
    assertEquals([copied.map(({ path }) => path), failed], [["1"], []]);
    refuse();
    assertEquals((await sync(client, "hf://buckets/local/data", `${to}/2`)).copied, 1);
    assertEquals(await pathsOf(client, "local/other"), ["1", "2/l.bin"]);
  });
});

Deno.test("a path that the Hub refuses for any write costs no transfer", async () => {
  await withLibrary(async ({ client, hub }) => {
    await client.create("local/other");
    await client.uploadFile("data", LARGE, "l.bin");
    await client.uploadFile("local/other", new Uint8Array(1), "file");
    hub.switches.settings.refuseFileBesideDirectory = true;
    hub.counters.reset();
    const { failed } = await client.copyFiles(
      "hf://buckets/local/data/l.bin",
      "hf://buckets/local/other/file/below",
    );
    assert(failed[0]?.error.message.includes("A parent of the path is a file"));
    assertEquals(hub.counters.of("cas").calls, 0);
  });
});

Deno.test("a copy that can be neither referenced nor moved is reported, and the others are done", async () => {
  await withLibrary(async ({ client, hub }) => {
    await client.create("local/eu", { region: "eu" });
    await client.uploadFile("data", LARGE, "l.bin");
    await client.uploadFile("data", new Uint8Array(0), "none");
    hub.switches.faults.add({ endpoint: "cas.reconstruction", status: 404 });
    const { copied, failed } = await client.copyFiles("hf://buckets/local/data", EU);
    assertEquals([copied, failed].map((some) => some.map(({ path }) => path)), [["none"], [
      "l.bin",
    ]]);
    const synced = await sync(client, "hf://buckets/local/data", `${EU}/again`);
    assertEquals([synced.copied, synced.failed.map(({ path }) => path)], [1, ["l.bin"]]);
  });
});
