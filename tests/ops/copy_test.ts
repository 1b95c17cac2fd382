import { assertEquals } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import type { Operations } from "../../lib/s3/operations.ts";
import type { CommitEntry, CommitResult } from "../../lib/store/object_store.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { bodyOf, BUCKET, opsUnderTest, s3Error } from "./ops_under_test.ts";

type CopyInput = Operations["CopyObject"]["input"];

const copyInput = (change: Partial<CopyInput> = {}): CopyInput => ({
  bucket: BUCKET,
  key: "copy",
  source: { bucket: BUCKET, key: "key", conditions: {} },
  metadataDirective: "COPY",
  taggingDirective: "COPY",
  attributes: {},
  conditions: {},
  ...change,
});

/** A store in which somebody overwrites the source between look and commit, so many times. */
class RacingStore extends MemoryStore {
  overwrites = 0;
  looks = 0;

  override async stat(bucket: string, keys: readonly string[]) {
    this.looks++;
    return await super.stat(bucket, keys);
  }

  override async commit(
    bucket: string,
    entries: readonly CommitEntry[],
  ): Promise<readonly CommitResult[]> {
    if (entries[0]?.kind !== "copy" || this.overwrites-- <= 0) {
      return await super.commit(bucket, entries);
    }
    return [{ kind: "failed", error: new StoreError("conflict", "It was overwritten") }];
  }
}

Deno.test("a copy has the source's content and tag, and its type unless another is given", async () => {
  const ops = await opsUnderTest();
  const source = await ops.put("key", "content");
  const calls = ops.store.calls.length;
  const { object } = await ops.run("CopyObject", copyInput());
  assertEquals([object.key, object.etag, object.content], ["copy", source.etag, source.content]);
  assertEquals(ops.store.calls.slice(calls), [`stat ${BUCKET}`, `commit ${BUCKET}`]);
  assertEquals(await ops.textOf("copy"), "content");
  const attributes = { contentType: "text/new" };
  const kept = await ops.run("CopyObject", copyInput({ attributes }));
  assertEquals(kept.object.attributes, {});
  const replaced = await ops.run(
    "CopyObject",
    copyInput({ key: "key", metadataDirective: "REPLACE", attributes }),
  );
  assertEquals([replaced.object.attributes, replaced.object.etag], [attributes, source.etag]);
});

Deno.test("a copy to itself that changes nothing is refused", async () => {
  const { codeOf, put, run } = await opsUnderTest();
  await put("key");
  assertEquals(await codeOf("CopyObject", copyInput({ key: "key" })), "InvalidRequest");
  const source = { bucket: `owner--${BUCKET}`, key: "key", conditions: {} };
  assertEquals(await codeOf("CopyObject", copyInput({ key: "key", source })), "InvalidRequest");
  await run("CopyObject", copyInput({ key: "key", taggingDirective: "REPLACE" }));
  await run("CopyObject", copyInput({ key: "key", setsStorage: true }));
  await run("CopyObject", copyInput({ key: "key", checksumAlgorithm: "SHA1" }));
});

Deno.test("a checksum that the source does not have is computed when it is asked for", async () => {
  const { run } = await opsUnderTest();
  const sha256 = "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=";
  await run("PutObject", {
    bucket: BUCKET,
    key: "key",
    body: bodyOf("content", { SHA256: sha256 }),
    attributes: {},
    conditions: {},
  });
  const type = "FULL_OBJECT" as const;
  const stored = { algorithm: "SHA256", value: sha256, type };
  const copied = async (change: Partial<CopyInput>) => {
    const { object, checksum } = await run("CopyObject", copyInput(change));
    return [checksum, object.attributes.checksum];
  };
  assertEquals(await copied({}), [stored, stored]);
  assertEquals(await copied({ checksumAlgorithm: "SHA256" }), [stored, stored]);
  const sha1 = { algorithm: "SHA1", value: "BA8G/XdAkkeNRQd09bowxdp4rMg=", type };
  const asked = await copied({ checksumAlgorithm: "SHA1" });
  assertEquals(asked, [sha1, sha1]);
  // CRC32 is stored by a setting only; that is no reason to forget what is stored.
  const crc32 = { algorithm: "CRC32", value: "/sUwqQ==", type };
  assertEquals(await copied({ checksumAlgorithm: "CRC32" }), [crc32, stored]);
});

Deno.test("metadata and tags are each kept or replaced; a checksum always goes along", async () => {
  const { run } = await opsUnderTest();
  const metadata = { a: "old" };
  const tags = [{ key: "t", value: "old" }];
  await run("PutObject", {
    bucket: BUCKET,
    key: "key",
    body: bodyOf("content", { SHA256: "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=" }),
    attributes: { cacheControl: "no-cache", metadata, tags },
    conditions: {},
  });
  const given = { attributes: { metadata: { b: "new" }, tags: [{ key: "u", value: "new" }] } };
  const copied = async (change: Partial<CopyInput>) => {
    const { object } = await run("CopyObject", copyInput({ ...given, ...change }));
    const { checksum, ...rest } = object.attributes;
    assertEquals(checksum?.algorithm, "SHA256");
    return rest;
  };
  const kept = { cacheControl: "no-cache", metadata };
  assertEquals(await copied({}), { ...kept, tags });
  assertEquals(await copied({ metadataDirective: "REPLACE" }), {
    metadata: given.attributes.metadata,
    tags,
  });
  assertEquals(await copied({ taggingDirective: "REPLACE" }), {
    ...kept,
    tags: given.attributes.tags,
  });
  assertEquals(
    await copied({ metadataDirective: "REPLACE", taggingDirective: "REPLACE", attributes: {} }),
    {},
  );
});

Deno.test("a website redirect is never copied, and a new one is a change of its own", async () => {
  const { run } = await opsUnderTest();
  const attributes = { metadata: { a: "b" }, websiteRedirectLocation: "/old" };
  await run("PutObject", {
    bucket: BUCKET,
    key: "key",
    body: bodyOf("content"),
    attributes,
    conditions: {},
  });
  const copied = async (change: Partial<CopyInput>) =>
    (await run("CopyObject", copyInput(change))).object.attributes;
  const redirected = { websiteRedirectLocation: "/new" };
  assertEquals(await copied({}), { metadata: { a: "b" } });
  assertEquals(await copied({ attributes: redirected }), { metadata: { a: "b" }, ...redirected });
  assertEquals(await copied({ key: "key", attributes: redirected }), {
    metadata: { a: "b" },
    ...redirected,
  });
});

const SHA256 = "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=";
const CRC32 = "/sUwqQ==";

Deno.test("a checksum of another algorithm is made of the bytes, told, and stored as one of a PUT is", async () => {
  const ops = await opsUnderTest();
  const put = (checksums: Record<string, string>) =>
    ops.run("PutObject", {
      bucket: BUCKET,
      key: "key",
      body: bodyOf("content", checksums),
      attributes: {},
      conditions: {},
    });
  const copied = async (checksumAlgorithm?: CopyInput["checksumAlgorithm"]) => {
    const change = checksumAlgorithm && { checksumAlgorithm };
    const { object, checksum } = await ops.run("CopyObject", copyInput(change));
    assertEquals(await ops.textOf("copy"), "content");
    return [checksum?.algorithm, checksum?.value, object.attributes.checksum?.value];
  };
  await put({});
  assertEquals(await copied(), [undefined, undefined, undefined]);
  assertEquals(await copied("SHA256"), ["SHA256", SHA256, SHA256]);
  assertEquals(await copied("CRC32"), ["CRC32", CRC32, undefined]);
  await put({ SHA256 });
  assertEquals(await copied(), ["SHA256", SHA256, SHA256]);
  assertEquals(await copied("CRC32"), ["CRC32", CRC32, SHA256]);
  // What is there already is not made again: this one would come out right.
  await put({ SHA256: "not verified here" });
  assertEquals(await copied("SHA256"), ["SHA256", "not verified here", "not verified here"]);
});

Deno.test("a checksum of parts goes along with the parts, and one of the whole without them", async () => {
  const ops = await opsUnderTest();
  const { content } = await ops.put("other", "content");
  await ops.store.commit(BUCKET, [{
    kind: "put",
    key: "key",
    content,
    attributes: { checksum: { algorithm: "SHA256", value: "AAAA-1", type: "COMPOSITE" } },
    parts: [{ partNumber: 3, size: 7, checksum: SHA256 }],
  }]);
  const copied = async (change: Partial<CopyInput>) => {
    const { object, checksum } = await ops.run("CopyObject", copyInput(change));
    return [checksum?.value, (await ops.store.parts(BUCKET, object)).length];
  };
  assertEquals(await copied({}), ["AAAA-1", 1]);
  assertEquals(await copied({ checksumAlgorithm: "SHA256" }), [SHA256, 0]);
  // CRC32 is stored by a setting only: what the copy then has is the source's, parts and all.
  assertEquals(await copied({ checksumAlgorithm: "CRC32" }), [CRC32, 1]);
});

Deno.test("every condition on the source that fails is a 412", async () => {
  const { codeOf, run, put } = await opsUnderTest();
  const { etag, lastModified } = await put("key");
  const now = lastModified.toUTCString();
  const before = new Date(lastModified.getTime() - 60_000).toUTCString();
  const code = (conditions: CopyInput["source"]["conditions"]) =>
    codeOf("CopyObject", copyInput({ source: { bucket: BUCKET, key: "key", conditions } }));
  assertEquals(await code({ ifMatch: '"x"' }), "PreconditionFailed");
  assertEquals(await code({ ifNoneMatch: `"${etag}"` }), "PreconditionFailed");
  assertEquals(await code({ ifModifiedSince: now }), "PreconditionFailed");
  assertEquals(await code({ ifUnmodifiedSince: before }), "PreconditionFailed");
  const holding = { ifMatch: etag, ifUnmodifiedSince: before };
  await run(
    "CopyObject",
    copyInput({ source: { bucket: BUCKET, key: "key", conditions: holding } }),
  );
});

Deno.test("a condition on the target that fails leaves it alone", async () => {
  const ops = await opsUnderTest();
  await ops.put("key");
  await ops.put("copy", "old");
  const code = (conditions: CopyInput["conditions"]) =>
    ops.codeOf("CopyObject", copyInput({ conditions }));
  assertEquals(await code({ ifNoneMatch: "*" }), "PreconditionFailed");
  assertEquals(await code({ ifMatch: ["x"] }), "PreconditionFailed");
  assertEquals(await ops.textOf("copy"), "old");
});

Deno.test("a source that is overwritten meanwhile is looked at again, a few times", async () => {
  const store = new RacingStore();
  const { run, put, codeOf } = await opsUnderTest(store);
  await put("key");
  store.overwrites = 2;
  await run("CopyObject", copyInput());
  assertEquals(store.looks, 3);
  store.overwrites = 3;
  assertEquals(await codeOf("CopyObject", copyInput()), "OperationAborted");
});

Deno.test("what is missing is named: source bucket, source key, target bucket", async () => {
  const { run, codeOf, put } = await opsUnderTest();
  await put("key");
  const from = (bucket: string, key: string) =>
    s3Error(run("CopyObject", copyInput({ source: { bucket, key, conditions: {} } })));
  const bucket = await from("missing", "key");
  assertEquals([bucket.code, bucket.fields], ["NoSuchBucket", { BucketName: "missing" }]);
  const key = await from(BUCKET, "none");
  assertEquals([key.code, key.fields], ["NoSuchKey", { Key: "none" }]);
  assertEquals(await codeOf("CopyObject", copyInput({ bucket: "missing" })), "NoSuchBucket");
  assertEquals(await codeOf("CopyObject", copyInput({ key: "a//b" })), "InvalidArgument");
});

Deno.test("a plus in a source is a plus, and a blank only where there is no such source", async () => {
  const ops = await opsUnderTest();
  await ops.put("a b", "blank");
  const source = { bucket: BUCKET, key: "a+b", formKey: "a b", conditions: {} };
  await ops.run("CopyObject", copyInput({ source }));
  assertEquals(await ops.textOf("copy"), "blank");
  await ops.put("a+b", "plus");
  await ops.run("CopyObject", copyInput({ source }));
  assertEquals(await ops.textOf("copy"), "plus");
});
