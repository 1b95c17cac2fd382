import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import type { Recipe } from "../../lib/store/object_store.ts";
import { MemoryStore } from "../support/memory_store.ts";
import {
  beginUpload,
  BUCKET,
  completionOf,
  opsUnderTest,
  PART_SIZE,
  s3Error,
} from "./ops_under_test.ts";

const bytes = (fill: number, size = PART_SIZE) => new Uint8Array(size).fill(fill);

/** A store whose `compose` waits until it is let go, and then fails as often as it is told. */
class HeldStore extends MemoryStore {
  readonly begun = Promise.withResolvers<void>();
  readonly go = Promise.withResolvers<void>();
  failures = 0;

  override async compose(bucket: string, recipes: readonly Recipe[]): Promise<Recipe> {
    this.begun.resolve();
    await this.go.promise;
    if (this.failures-- > 0) throw new StoreError("unavailable", "The CAS is away");
    return await super.compose(bucket, recipes);
  }
}

Deno.test("a completion makes the object of the parts that are listed, in their order", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops, "key", "text/parts");
  const third = await upload.send(7, "end");
  await upload.send(5, "never listed");
  const first = await upload.send(2, bytes(1));
  const output = await ops.run("CompleteMultipartUpload", completionOf(upload, [first, third]));
  const [object] = await ops.store.stat(BUCKET, ["key"]);
  assertEquals(object?.content.size, PART_SIZE + 3);
  assertEquals(object?.attributes, { contentType: "text/parts" });
  assertEquals([output.etag, output.headers["x-hf-xet-hash"]], [
    object?.etag,
    object?.content.hash,
  ]);
  assert((await ops.textOf("key"))?.endsWith("\x01end"));
});

Deno.test("a completion that comes again gets the answer of the first, and nothing is written twice", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const input = completionOf(upload, [await upload.send(1, "content")]);
  const first = await ops.run("CompleteMultipartUpload", input);
  await ops.put("key", "written since");
  const calls = ops.store.calls.length;
  assertEquals(await ops.run("CompleteMultipartUpload", input), first);
  assertEquals(ops.store.calls.length, calls);
  assertEquals(await ops.textOf("key"), "written since");
});

Deno.test("a completion that comes while another runs waits for it and gets its answer", async () => {
  const store = new HeldStore();
  const ops = await opsUnderTest(store);
  const upload = await beginUpload(ops);
  const input = completionOf(upload, [await upload.send(1, "content")]);
  const first = ops.run("CompleteMultipartUpload", input);
  await store.begun.promise;
  const second = ops.run("CompleteMultipartUpload", input);
  store.go.resolve();
  assertEquals(await second, await first);
  assertEquals(store.calls.filter((call) => call.startsWith("commit")).length, 1);
});

Deno.test("a completion that lists other parts is no repetition of one that is done or running", async () => {
  const store = new HeldStore();
  const ops = await opsUnderTest(store);
  const upload = await beginUpload(ops);
  const [one, two] = [await upload.send(1, "one"), await upload.send(2, "two")];
  const first = ops.run("CompleteMultipartUpload", completionOf(upload, [one]));
  await store.begun.promise;
  const second = ops.codeOf("CompleteMultipartUpload", completionOf(upload, [two]));
  store.go.resolve();
  await first;
  assertEquals(await second, "NoSuchUpload");
  const later = ops.codeOf("CompleteMultipartUpload", completionOf(upload, [two]));
  assertEquals(await later, "NoSuchUpload");
  assertEquals(await ops.textOf("key"), "one");
});

Deno.test("who waits for a completion that was at fault itself completes the upload", async () => {
  const store = new HeldStore();
  const ops = await opsUnderTest(store);
  await ops.put("key", "old");
  const upload = await beginUpload(ops);
  const input = completionOf(upload, [await upload.send(1, "content")]);
  const first = ops.codeOf("CompleteMultipartUpload", {
    ...input,
    conditions: { ifNoneMatch: "*" },
  });
  await store.begun.promise;
  const others = [1, 2, 3].map(() => ops.run("CompleteMultipartUpload", input));
  store.go.resolve();
  assertEquals(await first, "PreconditionFailed");
  const etags = new Set((await Promise.all(others)).map(({ etag }) => etag));
  assertEquals(etags.size, 1);
  assertEquals(await ops.textOf("key"), "content");
});

Deno.test("who waits for a completion that fails gets its error, and the upload is open again", async () => {
  const store = new HeldStore();
  store.failures = 1;
  const ops = await opsUnderTest(store);
  const upload = await beginUpload(ops);
  const part = await upload.send(1, "content");
  const input = completionOf(upload, [part]);
  const first = s3Error(ops.run("CompleteMultipartUpload", input));
  await store.begun.promise;
  const second = s3Error(ops.run("CompleteMultipartUpload", input));
  store.go.resolve();
  assertEquals([(await first).code, (await second).code], [
    "ServiceUnavailable",
    "ServiceUnavailable",
  ]);
  assertEquals(await ops.textOf("key"), undefined);
  const { parts } = await ops.run("ListParts", { ...upload, maxParts: 10, partNumberMarker: 0 });
  assertEquals(parts, [part]);
  await ops.run("CompleteMultipartUpload", input);
  assertEquals(await ops.textOf("key"), "content");
});

Deno.test("while a completion runs parts and aborts are refused; after it the upload is gone", async () => {
  const store = new HeldStore();
  const ops = await opsUnderTest(store);
  const upload = await beginUpload(ops);
  const running = ops.run(
    "CompleteMultipartUpload",
    completionOf(upload, [await upload.send(1, "content")]),
  );
  await store.begun.promise;
  assertEquals(await ops.codeOf("AbortMultipartUpload", upload), "OperationAborted");
  assertEquals((await s3Error(upload.send(2, "late"))).code, "OperationAborted");
  store.go.resolve();
  await running;
  assertEquals(await ops.codeOf("AbortMultipartUpload", upload), "NoSuchUpload");
  assertEquals((await s3Error(upload.send(2, "late"))).code, "NoSuchUpload");
  assertEquals(await ops.textOf("key"), "content");
});

Deno.test("a completion after an abort, of another key or bucket, or of no upload finds none", async () => {
  const ops = await opsUnderTest();
  await ops.store.createBucket("other");
  const upload = await beginUpload(ops);
  const input = completionOf(upload, [await upload.send(1, "content")]);
  const code = (change: Partial<typeof input>) =>
    ops.codeOf("CompleteMultipartUpload", { ...input, ...change });
  assertEquals(await code({ key: "other" }), "NoSuchUpload");
  assertEquals(await code({ bucket: "other" }), "NoSuchUpload");
  assertEquals(await code({ bucket: "missing" }), "NoSuchBucket");
  assertEquals(await code({ uploadId: "x" }), "NoSuchUpload");
  await ops.run("AbortMultipartUpload", upload);
  assertEquals(await code({}), "NoSuchUpload");
  assertEquals(await ops.textOf("key"), undefined);
});

Deno.test("a finished upload answers no other key", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const input = completionOf(upload, [await upload.send(1, "content")]);
  await ops.run("CompleteMultipartUpload", input);
  assertEquals(
    await ops.codeOf("CompleteMultipartUpload", { ...input, key: "other" }),
    "NoSuchUpload",
  );
});

Deno.test("a list of parts that does not hold is refused and the upload stays as it was", async () => {
  const ops = await opsUnderTest();
  await ops.put("key", "old");
  const upload = await beginUpload(ops);
  const small = await upload.send(1, "small");
  const big = await upload.send(2, bytes(2));
  const last = await upload.send(3, "last");
  const input = completionOf(upload, [big, last]);
  const wrong: [string, Partial<typeof input>][] = [
    ["InvalidPartOrder", completionOf(upload, [last, big])],
    ["InvalidPartOrder", completionOf(upload, [big, big])],
    ["InvalidPartOrder", completionOf(upload, [{ partNumber: 0, etag: "x" }, big])],
    ["InvalidPart", completionOf(upload, [big, { ...last, etag: big.etag }])],
    ["InvalidPart", completionOf(upload, [big, { ...last, partNumber: 4 }])],
    ["EntityTooSmall", completionOf(upload, [small, big])],
    ["InvalidRequest", { objectSize: PART_SIZE }],
    ["PreconditionFailed", { conditions: { ifNoneMatch: "*" } }],
    ["PreconditionFailed", { conditions: { ifMatch: ["other"] } }],
    ["InvalidRequest", { conditions: { ifMatch: "*", ifNoneMatch: "*" } }],
  ];
  for (const [code, change] of wrong) {
    assertEquals(await ops.codeOf("CompleteMultipartUpload", { ...input, ...change }), code);
    assertEquals(await ops.textOf("key"), "old");
  }
  const { parts } = await ops.run("ListParts", { ...upload, maxParts: 10, partNumberMarker: 0 });
  assertEquals(parts, [small, big, last]);
  await ops.run("CompleteMultipartUpload", { ...input, objectSize: PART_SIZE + 4 });
  assertNotEquals(await ops.textOf("key"), "old");
});

Deno.test("a part's checksum in the list must be the one that was verified when it came", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const part = await upload.send(1, "content");
  await ops.registry.putPart(upload.uploadId, { ...part, checksums: { CRC32: "AAAAAA==" } });
  const input = (CRC32: string) => ({
    ...completionOf(upload, []),
    parts: [{ partNumber: 1, etag: part.etag, checksums: { CRC32 } }],
  });
  assertEquals(await ops.codeOf("CompleteMultipartUpload", input("BBBBBB==")), "InvalidPart");
  const unverified = completionOf(upload, []);
  const parts = [{ partNumber: 1, etag: part.etag, checksums: { CRC32C: "AAAAAA==" } }];
  const code = await ops.codeOf("CompleteMultipartUpload", { ...unverified, parts });
  assertEquals(code, "InvalidPart");
  const unknown = {
    ...input(""),
    parts: [{ partNumber: 1, etag: part.etag, checksums: { SHA1: "AAAA" } }],
  };
  assertEquals(await ops.codeOf("CompleteMultipartUpload", unknown), "InvalidPart");
  await ops.run("CompleteMultipartUpload", input("AAAAAA=="));
});

Deno.test("a checksum of the whole that is not the parts' is BadDigest, and the upload stays", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const part = await upload.send(1, "123456789");
  const checksums = { CRC32: "y/Q5Jg==" };
  await ops.registry.putPart(upload.uploadId, { ...part, checksums });
  const input = completionOf(upload, [part]);
  const asked = (value: string) => ({ ...input, checksum: { algorithm: "CRC32" as const, value } });
  assertEquals(await ops.codeOf("CompleteMultipartUpload", asked("AAAAAA==")), "BadDigest");
  assertEquals(await ops.textOf("key"), undefined);
  await ops.run("CompleteMultipartUpload", asked("y/Q5Jg=="));
  assertEquals(await ops.textOf("key"), "123456789");
});
