import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { guardStore } from "../../lib/access/guarded_store.ts";
import { Rights } from "../../lib/access/rights.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { ObjectStore, StoredObject } from "../../lib/store/object_store.ts";
import { MemoryStore } from "../support/memory_store.ts";

const bodyOf = (text: string) => new Blob([text]).stream();

/** A store with an object inside of what is permitted and one outside. */
async function guarded(rights: Rights) {
  const inner = new MemoryStore();
  for (const bucket of ["in", "out"]) {
    await inner.createBucket(bucket);
    for (const key of ["p/k", "q/k"]) {
      const { content } = await inner.stage(bucket, bodyOf(key));
      await inner.commit(bucket, [{ kind: "put", key, content, attributes: {} }]);
    }
  }
  const store: ObjectStore = guardStore(inner, rights);
  const objectOf = async (bucket: string, key: string): Promise<StoredObject> => {
    const [object] = await inner.stat(bucket, [key]);
    if (object === undefined) throw new Error(`There is no ${key}`);
    return object;
  };
  return { inner, store, objectOf };
}

async function expectDenied(work: () => unknown): Promise<void> {
  const error = await assertRejects(async () => await work(), S3Error);
  assertEquals(error.code, "AccessDenied");
}

Deno.test("guardStore() shows the buckets that may be seen", async () => {
  const { store } = await guarded(new Rights({ buckets: ["in/p/"] }));
  assertEquals((await store.listBuckets()).map(({ name }) => name), ["in"]);
});

Deno.test("guardStore() does nothing in a bucket that is out of reach", async () => {
  const { inner, store, objectOf } = await guarded(new Rights({ buckets: ["in"] }));
  const object = await objectOf("out", "p/k");
  const before = inner.calls.length;
  const settings = () => ({});
  const works: readonly (() => unknown)[] = [
    () => store.createBucket("out"),
    () => store.statBucket("out"),
    () => store.deleteBucket("out"),
    () => store.bucketSettings("out"),
    () => store.updateBucketSettings("out", settings),
    () => store.stat("out", ["p/k"]),
    () => store.stat("out", []),
    () => store.parts("out", object),
    () => store.list("out", { prefix: "" }),
    () => store.read("out", object.content),
    () => store.locate("out", object),
    () => store.stage("out", bodyOf("x")),
    () => store.stagePart("out", bodyOf("x")),
    () => store.slice("out", object.content, undefined, "in"),
    () => store.slice("in", object.content, undefined, "out"),
    () => store.compose("out", []),
    () => store.commit("out", []),
  ];
  for (const work of works) await expectDenied(work);
  assertEquals(inner.calls.length, before);
});

Deno.test("guardStore() lets keys of a batch fail alone, and copies by what they read", async () => {
  const { inner, store, objectOf } = await guarded(new Rights({ buckets: ["in/p/"] }));
  const copy = async (bucket: string, key: string) => ({
    kind: "copy" as const,
    key: "p/copy",
    attributes: {},
    source: { bucket, object: await objectOf(bucket, key) },
  });
  const results = await store.commit("in", [
    { kind: "delete", key: "q/k" },
    await copy("in", "p/k"),
    { kind: "delete", key: "p" },
  ]);
  assertEquals(results.map(({ kind }) => kind), ["failed", "stored", "failed"]);
  for (const result of results) {
    if (result.kind === "failed") assertEquals((result.error as S3Error).code, "AccessDenied");
  }
  for (const [bucket, key] of [["in", "q/k"], ["out", "p/k"]] as const) {
    const [result] = await store.commit("in", [await copy(bucket, key)]);
    assertEquals(result?.kind, "failed");
  }
  assertEquals((await inner.stat("in", ["q/k"]))[0]?.key, "q/k");
});

Deno.test("guardStore() holds prefixes for looks, lists and places", async () => {
  const { store, objectOf } = await guarded(new Rights({ buckets: ["in/p/"] }));
  assertEquals((await store.stat("in", ["p/k"])).length, 1);
  await expectDenied(() => store.stat("in", ["p/k", "q/k"]));
  assertEquals((await Array.fromAsync(store.list("in", { prefix: "p/" }))).length, 1);
  for (const prefix of ["", "p", "q/"]) {
    assertThrows(() => store.list("in", { prefix }), S3Error);
  }
  const object = await objectOf("in", "q/k");
  await expectDenied(() => store.locate("in", object));
  await expectDenied(() => store.parts("in", object));
  await expectDenied(() => store.bucketSettings("in"));
});

Deno.test("guardStore() cancels a body that it does not take", async () => {
  const { store } = await guarded(new Rights({ access: "read-only" }));
  let cancelled = 0;
  const body = () => new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
  await expectDenied(() => store.stage("in", body()));
  await expectDenied(() => store.stagePart("in", body()));
  assertEquals(cancelled, 2);
});
