import { assertEquals } from "@std/assert";
import { beginUpload, BUCKET, opsUnderTest } from "./ops_under_test.ts";

Deno.test("buckets are listed by name, filtered, and in pages when asked", async () => {
  const { run, store } = await opsUnderTest();
  for (const name of ["b-2", "a", "b-1"]) await store.createBucket(name);
  const all = await run("ListBuckets", { prefix: "" });
  assertEquals(all.buckets.map(({ name }) => name), ["a", "b-1", "b-2", BUCKET]);
  assertEquals([all.owner.id, all.continuationToken], ["owner-id", undefined]);
  const seen: string[][] = [];
  let continuationToken: string | undefined;
  do {
    const page = await run("ListBuckets", {
      prefix: "b",
      maxBuckets: 2,
      ...(continuationToken !== undefined && { continuationToken }),
    });
    seen.push(page.buckets.map(({ name }) => name));
    continuationToken = page.continuationToken;
  } while (continuationToken !== undefined);
  assertEquals(seen, [["b-1", "b-2"], [BUCKET]]);
  const exact = await run("ListBuckets", { prefix: "", maxBuckets: 4 });
  assertEquals([exact.buckets.length, exact.continuationToken], [4, undefined]);
  assertEquals([all.region, exact.region], [undefined, "us-east-1"]);
  const here = await run("ListBuckets", { prefix: "b-", bucketRegion: "us-east-1" });
  assertEquals([here.buckets.length, here.region], [2, "us-east-1"]);
  const there = await run("ListBuckets", { prefix: "", bucketRegion: "eu-west-1" });
  assertEquals(there.buckets, []);
});

Deno.test("a bucket token that nobody gave is refused", async () => {
  const { codeOf } = await opsUnderTest();
  const continuationToken = "\u{1F600}";
  assertEquals(await codeOf("ListBuckets", { prefix: "", continuationToken }), "InvalidArgument");
});

Deno.test("creating a bucket twice keeps what is in it", async () => {
  const ops = await opsUnderTest();
  await ops.put("key");
  assertEquals(await ops.run("CreateBucket", { bucket: BUCKET }), { bucket: BUCKET });
  assertEquals(await ops.textOf("key"), "key");
});

Deno.test("a bucket begins with the tags that it is created with, and keeps them when it is created again", async () => {
  const { run, codeOf } = await opsUnderTest();
  const tags = [{ key: "k", value: "v" }];
  await run("CreateBucket", { bucket: "tagged", tags });
  assertEquals(await run("GetBucketTagging", { bucket: "tagged" }), { tags });
  await run("CreateBucket", { bucket: "tagged", tags: [{ key: "k", value: "other" }] });
  assertEquals(await run("GetBucketTagging", { bucket: "tagged" }), { tags });
  await run("CreateBucket", { bucket: "plain" });
  assertEquals(await codeOf("GetBucketTagging", { bucket: "plain" }), "NoSuchTagSet");
});

Deno.test("HeadBucket and GetBucketLocation tell the region of a bucket that is there", async () => {
  const { run, codeOf } = await opsUnderTest();
  for (const operation of ["HeadBucket", "GetBucketLocation"] as const) {
    assertEquals(await run(operation, { bucket: BUCKET }), { region: "us-east-1" });
    assertEquals(await codeOf(operation, { bucket: "missing" }), "NoSuchBucket");
  }
});

Deno.test("only a bucket without objects is deleted; its unfinished uploads go with it", async () => {
  const ops = await opsUnderTest();
  await ops.put("key");
  const upload = await beginUpload(ops, "other");
  assertEquals(await ops.codeOf("DeleteBucket", { bucket: BUCKET }), "BucketNotEmpty");
  assertEquals((await ops.registry.get(upload.uploadId))?.key, "other");
  await ops.run("DeleteObject", { bucket: BUCKET, key: "key", conditions: {} });
  await ops.run("DeleteBucket", { bucket: BUCKET });
  assertEquals(await ops.registry.get(upload.uploadId), undefined);
  assertEquals(await ops.codeOf("DeleteBucket", { bucket: BUCKET }), "NoSuchBucket");
});
