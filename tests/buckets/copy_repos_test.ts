import { assert, assertEquals, assertRejects } from "@std/assert";
import type { BucketClient } from "../../lib/buckets/bucket_client.ts";
import {
  EntryNotFoundError,
  GatedRepoError,
  RepositoryNotFoundError,
  RevisionNotFoundError,
} from "../../lib/hub/hub_errors.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { pathsOf, withLibrary } from "./library_fixture.ts";

const LARGE = randomBytes(300_000, 1);
const OTHER = randomBytes(200_000, 2);
const FILES = {
  "README.md": "# Words\n",
  ".gitattributes": "*.bin filter=lfs\n",
  "data/large.bin": LARGE,
  "data/sub/other.bin": OTHER,
  "data/small.txt": "small",
};

async function copy(client: BucketClient, from: string, to = "") {
  const { copied, failed } = await client.copyFiles(from, `hf://buckets/local/data${to}`);
  assertEquals(failed, []);
  return copied.map(({ path }) => path).sort();
}

Deno.test("files of a dataset are copied: those in Xet by their hash, small ones by their bytes", async () => {
  await withLibrary(async ({ client, hub }) => {
    await hub.seedRepo({ type: "dataset", id: "local/words", files: FILES });
    hub.counters.reset();
    assertEquals(await copy(client, "hf://datasets/local/words/data/large.bin"), ["large.bin"]);
    assertEquals(hub.counters.of("cas").calls, 0);
    assertEquals(await (await client.downloadFile("data", "large.bin")).bytes(), LARGE);
    await client.batchFiles("data", { delete: ["large.bin"] });
    assertEquals(await copy(client, "hf://datasets/local/words/", "/all/"), [
      "all/README.md",
      "all/data/large.bin",
      "all/data/small.txt",
      "all/data/sub/other.bin",
    ]);
    const read = async (path: string) => await (await client.downloadFile("data", path)).text();
    assertEquals(await read("all/README.md"), "# Words\n");
    assertEquals(await read("all/data/small.txt"), "small");
    assertEquals(
      await (await client.downloadFile("data", "all/data/sub/other.bin")).bytes(),
      OTHER,
    );
  });
});

Deno.test("a folder, a revision and a pull request of a model or Space are named in the URI", async () => {
  await withLibrary(async ({ client, hub }) => {
    await hub.seedRepo({ type: "model", id: "local/m", files: { "w/a.txt": "old" }, tag: "v1" });
    await hub.seedRepo({ type: "model", id: "local/m", files: { "w/a.txt": "new" } });
    await hub.seedRepo({ type: "space", id: "local/s", files: { "app.py": "print()" } });
    assertEquals(await copy(client, "hf://local/m@v1/w", "/old"), ["old/a.txt"]);
    assertEquals(await copy(client, "hf://models/local/m/w", "/new"), ["new/a.txt"]);
    assertEquals(await copy(client, "hf://spaces/local/s/app.py", "/app.py"), ["app.py"]);
    const read = async (path: string) => await (await client.downloadFile("data", path)).text();
    assertEquals([await read("old/a.txt"), await read("new/a.txt")], ["old", "new"]);
  });
});

Deno.test("large files that never came to Xet are downloaded and uploaded, and counted", async () => {
  await withLibrary(async ({ client, hub }) => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i}.bin`, randomBytes(100_000, i + 1)]),
    );
    await hub.seedRepo({ type: "dataset", id: "local/old", files, largeFiles: "lfs" });
    let last;
    const { copied } = await client.copyFiles(
      "hf://datasets/local/old",
      "hf://buckets/local/data",
      { onProgress: (progress) => last = progress },
    );
    assertEquals(copied.length, 20);
    assertEquals(last, {
      phase: "done",
      filesDone: 20,
      bytesHashed: 2_000_000,
      bytesDeduplicated: 0,
      bytesSent: hub.counters.of("cas.xorb.post").bytesIn,
      bytesReceived: 0,
    });
    for (const path of await pathsOf(client)) {
      assertEquals(await (await client.downloadFile("data", path)).bytes(), files[path]);
    }
  });
});

Deno.test("what is not there, or not for everybody, is an error with a name", async () => {
  await withLibrary(async ({ client, hub }) => {
    await hub.seedRepo({ type: "dataset", id: "local/words", files: FILES });
    await hub.seedRepo({ type: "model", id: "others/gated", files: FILES, gated: "manual" });
    await assertRejects(() => copy(client, "hf://datasets/local/none"), RepositoryNotFoundError);
    await assertRejects(
      () => copy(client, "hf://datasets/local/words@none/README.md"),
      RevisionNotFoundError,
    );
    const missing = await assertRejects(
      () => copy(client, "hf://datasets/local/words/none"),
      EntryNotFoundError,
    );
    assertEquals(missing.code, "EntryNotFound");
    const gated = await client.copyFiles("hf://others/gated/README.md", "hf://buckets/local/data")
      .catch((error) => ({ failed: [{ error }] }));
    assert(gated.failed[0]?.error instanceof GatedRepoError, `${gated.failed[0]?.error}`);
    assertEquals(await pathsOf(client), []);
  }, { hub: { orgs: ["others"] } });
});
