import { assertEquals, assertRejects } from "@std/assert";
import type { BucketClient } from "../../lib/buckets/bucket_client.ts";
import { BucketNotFoundError, EntryNotFoundError } from "../../lib/hub/hub_errors.ts";
import { pathsOf, withLibrary } from "./library_fixture.ts";

const text = (value: string) => new TextEncoder().encode(value);

async function fill(client: BucketClient, ...paths: readonly string[]): Promise<void> {
  const add = paths.map((path) => ({ source: text(path), path, contentType: "text/x" }));
  assertEquals((await client.batchFiles("data", { add })).failed, []);
}

Deno.test("a file is copied to a path, into a folder or to the top of a bucket; no bytes move", async () => {
  await withLibrary(async ({ client, hub }) => {
    await client.create("other");
    await fill(client, "dir/a b.txt");
    hub.counters.reset();
    const copy = async (to: string) => {
      const { copied, failed } = await client.copyFiles(
        "hf://buckets/local/data/dir/a b.txt",
        `hf://buckets/local/other${to}`,
      );
      assertEquals(failed, []);
      return copied.map(({ path, size }) => [path, size]);
    };
    assertEquals(await copy("/new/name"), [["new/name", 11]]);
    assertEquals(await copy("/folder/"), [["folder/a b.txt", 11]]);
    assertEquals(await copy("/folder"), [["folder/a b.txt", 11]]);
    assertEquals(await copy(""), [["a b.txt", 11]]);
    assertEquals(await copy("/new/name"), [["new/name", 11]]);
    assertEquals(hub.counters.of("cas").calls, 0);
    const file = await client.downloadFile("other", "new/name");
    assertEquals([await file.text(), file.contentType], ["dir/a b.txt", "text/x"]);
  });
});

Deno.test("a folder goes into one that exists, or becomes a new one; with a slash only its contents", async () => {
  await withLibrary(async ({ client }) => {
    await client.create("other");
    await fill(client, "src/1", "src/sub/2", "src.txt", "src_backup/3");
    const copy = async (from: string, to: string) => {
      const { copied } = await client.copyFiles(
        `hf://buckets/local/data/${from}`,
        `hf://buckets/local/other/${to}`,
      );
      return copied.map(({ path }) => path).sort();
    };
    assertEquals(await copy("src", "new"), ["new/1", "new/sub/2"]);
    assertEquals(await copy("src", "new"), ["new/src/1", "new/src/sub/2"]);
    assertEquals(await copy("src/", "new"), ["new/1", "new/sub/2"]);
    assertEquals(await copy("src", ""), ["src/1", "src/sub/2"]);
    assertEquals(await copy("src/", ""), ["1", "sub/2"]);
    assertEquals(await copy("", "all/"), [
      "all/src.txt",
      "all/src/1",
      "all/src/sub/2",
      "all/src_backup/3",
    ]);
  });
});

Deno.test("a folder can be copied into itself", async () => {
  await withLibrary(async ({ client }) => {
    await fill(client, "a/1", "a/2");
    await client.copyFiles("hf://buckets/local/data/a/", "hf://buckets/local/data/a/copy");
    assertEquals(await pathsOf(client), ["a/1", "a/2", "a/copy/1", "a/copy/2"]);
  });
});

Deno.test("a folder of 2,500 files is three batches", async () => {
  await withLibrary(async ({ client, hub }) => {
    const { hash } = await client.upload("data", new Blob(["x"]).stream());
    const paths = Array.from({ length: 2_500 }, (_, i) => `many/${i}`);
    for (let i = 0; i < 3; i++) {
      await client.commit(
        "data",
        paths.slice(i * 1000, i * 1000 + 1000).map((path) =>
          ({ type: "addFile", path, xetHash: hash, mtime: 0 }) as const
        ),
      );
    }
    await client.create("other");
    hub.counters.reset();
    let done = 0;
    const { copied } = await client.copyFiles(
      "hf://buckets/local/data/many",
      "hf://buckets/local/other",
      { onProgress: ({ filesDone }) => done = filesDone },
    );
    assertEquals([copied.length, done], [2_500, 2_500]);
    assertEquals(hub.counters.of("hub.batch").calls, 3);
  });
});

Deno.test("a copy of nothing, to no bucket or from none is an error", async () => {
  await withLibrary(async ({ client }) => {
    const to = "hf://buckets/local/data/x";
    const copy = (from: string, target = to) => client.copyFiles(from, target);
    await assertRejects(() => copy("hf://buckets/local/data/none"), EntryNotFoundError);
    await assertRejects(() => copy("hf://buckets/local/none/a"), BucketNotFoundError);
    await fill(client, "a");
    const missing = "hf://buckets/local/none/x";
    await assertRejects(() => copy("hf://buckets/local/data/a", missing), BucketNotFoundError);
    await assertRejects(() => copy("hf://buckets/local/data/a", "hf://datasets/a/b"), TypeError);
    await assertRejects(() => copy("local/data/a"), TypeError, "hf://");
  });
});

Deno.test("a file whose target is refused is told of", async () => {
  await withLibrary(async ({ client, hub }) => {
    await fill(client, "a", "b");
    await client.create("other");
    hub.switches.faults.add({ endpoint: "hub.batch", status: 500 });
    const { copied, failed } = await client.copyFiles(
      "hf://buckets/local/data/",
      "hf://buckets/local/other/",
    );
    assertEquals(copied, []);
    assertEquals(failed.map(({ path }) => path), ["a", "b"]);
  });
});
