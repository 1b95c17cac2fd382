import { assertEquals, assertRejects } from "@std/assert";
import { copyMatching } from "../../lib/sync/mod.ts";
import { BUCKET, bucketTree, putTree, THEN, withSync } from "./sync_under_test.ts";

const TREE = { "runs/1.json": "1", "runs/2.txt": "2", "runs/deep/3.json": "3", "4.json": "4" };

Deno.test("copyMatching() copies what matches by reference, below the directory that the pattern names", async () => {
  await withSync(async ({ client, hub }) => {
    await client.create("local/copy");
    await putTree(client, TREE);
    hub.counters.reset();
    const to = "hf://buckets/local/copy";
    const { operations, result } = await copyMatching(client, `${BUCKET}/runs/*.json`, `${to}/all`);
    assertEquals(operations.map(({ path }) => path), ["1.json", "deep/3.json"]);
    assertEquals([result?.copied, result?.failed], [2, []]);
    assertEquals(hub.counters.of("cas").calls, 0);
    assertEquals(await bucketTree(client, "local/copy"), {
      "all/1.json": "1",
      "all/deep/3.json": "3",
    });
    const dry = await copyMatching(client, `${BUCKET}/*`, to, { dryRun: true });
    assertEquals([dry.operations.length, dry.result], [4, undefined]);
    await copyMatching(client, `${BUCKET}/[0-9].*`, to);
    assertEquals((await bucketTree(client, "local/copy"))["4.json"], "4");
    const [file] = (await client.pathsInfo("local/copy", ["4.json"])).values();
    assertEquals(file?.mtime, new Date(THEN));
  });
});

Deno.test("copyMatching() takes buckets only", async () => {
  await withSync(async ({ client, directory }) => {
    await assertRejects(() => copyMatching(client, directory, BUCKET), TypeError);
    await assertRejects(() => copyMatching(client, `${BUCKET}/*`, directory), TypeError);
  });
});
