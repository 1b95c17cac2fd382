import { assert, assertEquals } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import type {
  CommitEntry,
  CommitResult,
  StoredObject,
  WriteCondition,
} from "../../lib/store/object_store.ts";
import {
  BUCKET,
  commitOne,
  names,
  put,
  stage,
  type StoreUnderTest,
  text,
  withStore,
} from "./store_under_test.ts";

/** The kind of a result, and of its error. */
const kindOf = (result: CommitResult | undefined): string | undefined =>
  result?.kind === "failed" && result.error instanceof StoreError
    ? result.error.kind
    : result?.kind;

async function current({ store }: StoreUnderTest, key: string): Promise<StoredObject | undefined> {
  return (await store.stat(BUCKET, [key]))[0];
}

Deno.test("conditions of a write hold or keep it from being done", () =>
  withStore(async (made) => {
    const { store } = made;
    const { content } = await stage(store, "new");
    const old = await put(store, "there", "old");
    const write = async (key: string, condition: WriteCondition) =>
      kindOf(await commitOne(store, { kind: "put", key, content, attributes: {}, condition }));
    const wrong: WriteCondition = { kind: "etag", etags: ["0".repeat(32) + "-1", "x"] };
    assertEquals(await write("there", { kind: "absent" }), "precondition_failed");
    assertEquals(await write("there", wrong), "precondition_failed");
    assertEquals(await write("missing", { kind: "exists" }), "no_such_key");
    assertEquals(await write("missing", wrong), "no_such_key");
    assertEquals((await current(made, "there"))?.etag, old.etag);
    assertEquals(await current(made, "missing"), undefined);
    assertEquals(await write("missing", { kind: "absent" }), "stored");
    assertEquals(await write("there", { kind: "etag", etags: ["x", old.etag] }), "stored");
    assertEquals(await write("there", { kind: "exists" }), "stored");
  }));

Deno.test("conditions of a delete hold or keep it from being done", () =>
  withStore(async (made) => {
    const { store } = made;
    const { etag } = await put(store, "k");
    const remove = async (key: string, condition: WriteCondition) =>
      kindOf(await commitOne(store, { kind: "delete", key, condition }));
    assertEquals(await remove("k", { kind: "etag", etags: ["x"] }), "precondition_failed");
    assert(await current(made, "k"));
    assertEquals(await remove("k", { kind: "etag", etags: [etag] }), "deleted");
    assertEquals(await current(made, "k"), undefined);
    assertEquals(await remove("k", { kind: "etag", etags: [etag] }), "deleted");
    assertEquals(await remove("k", { kind: "exists" }), "deleted");
  }));

Deno.test("of sixteen writers of a new key exactly one is told that it wrote it", () =>
  withStore(async (made) => {
    const { store } = made;
    for (let round = 0; round < 3; round++) {
      const key = `key-${round}`;
      const recipes = await Promise.all(
        Array.from({ length: 16 }, (_, i) => stage(store, `${key} of writer ${i}`)),
      );
      const results = await Promise.all(recipes.map(({ content }) =>
        commitOne(store, {
          kind: "put",
          key,
          content,
          attributes: {},
          condition: { kind: "absent" },
        })
      ));
      const stored = results.flatMap((result) => result.kind === "stored" ? [result.object] : []);
      assertEquals(stored.length, 1);
      assertEquals(results.filter((result) => kindOf(result) === "precondition_failed").length, 15);
      assertEquals((await current(made, key))?.etag, stored[0]?.etag);
    }
    assertEquals(made.locks.size, 0);
  }));

Deno.test("writers that compare and set lose no update", () =>
  withStore(async (made) => {
    const { store } = made;
    await put(store, "counter", "0");
    const increment = async (): Promise<void> => {
      for (;;) {
        const object = await current(made, "counter");
        assert(object !== undefined);
        const { content } = await stage(store, String(Number(await text(store, object)) + 1));
        const result = await commitOne(store, {
          kind: "put",
          key: "counter",
          content,
          attributes: {},
          condition: { kind: "etag", etags: [object.etag] },
        });
        if (result.kind === "stored") return;
        assertEquals(kindOf(result), "precondition_failed");
      }
    };
    await Promise.all(Array.from({ length: 6 }, increment));
    const object = await current(made, "counter");
    assert(object !== undefined);
    assertEquals(await text(store, object), "6");
  }));

Deno.test("a copy is by reference, within a bucket and between buckets", () =>
  withStore(async (made) => {
    const { store, hub } = made;
    await store.createBucket("acme--target");
    const object = await put(store, "source", "bytes");
    hub.counters.reset();
    const copy = (key: string): CommitEntry => ({
      kind: "copy",
      key,
      source: { bucket: BUCKET, object },
      attributes: { contentType: "x/y" },
    });
    assertEquals(kindOf(await commitOne(store, copy("copy"))), "stored");
    const [other] = await store.commit("acme--target", [copy("copy")]);
    assertEquals(kindOf(other), "stored");
    assertEquals(hub.counters.of("cas").calls, 0);
    for (const bucket of [BUCKET, "acme--target"]) {
      const [found] = await store.stat(bucket, ["copy"]);
      assertEquals(found?.etag, object.etag);
      assertEquals(found?.attributes, { contentType: "x/y" });
      assert(found);
      assertEquals(await new Response(store.read(bucket, found.content)).text(), "bytes");
    }
  }));

Deno.test("a copy of a key onto itself changes what is stored with it", () =>
  withStore(async (made) => {
    const { store } = made;
    const object = await put(store, "k");
    const result = await commitOne(store, {
      kind: "copy",
      key: "k",
      source: { bucket: BUCKET, object },
      attributes: { contentType: "new/type" },
    });
    assertEquals(kindOf(result), "stored");
    assertEquals((await current(made, "k"))?.attributes, { contentType: "new/type" });
  }));

Deno.test("a copy whose source is gone, changed or out of reach fails alone", () =>
  withStore(async (made) => {
    const { store } = made;
    const [object, changed] = [await put(store, "source"), await put(store, "changed")];
    await put(store, "changed", "something else");
    const copy = (key: string, bucket: string, source: StoredObject): CommitEntry => ({
      kind: "copy",
      key,
      source: { bucket, object: source },
      attributes: {},
    });
    const results = await store.commit(BUCKET, [
      copy("1", BUCKET, { ...object, key: "missing" }),
      copy("2", BUCKET, changed),
      copy("3", "nope", object),
      copy("4", "a--b--c", object),
      copy("5", BUCKET, { ...object, key: "a//b" }),
      copy("6", BUCKET, object),
    ]);
    assertEquals(results.map(kindOf), [
      "no_such_key",
      "conflict",
      "no_such_bucket",
      "no_such_bucket",
      "no_such_key",
      "stored",
    ]);
    assertEquals(await names(store), ["6", "changed", "source"]);
  }));

Deno.test("deletes of what is not there are done, with either kind of Hub", () =>
  withStore(async ({ store, hub }) => {
    await put(store, "k");
    for (const failDeleteOfMissing of [true, false]) {
      hub.switches.settings.failDeleteOfMissing = failDeleteOfMissing;
      const results = await store.commit(BUCKET, [
        { kind: "delete", key: "k" },
        { kind: "delete", key: "missing" },
        { kind: "delete", key: "dir/" },
        { kind: "delete", key: "a//b" },
      ]);
      assertEquals(results.map(kindOf), Array(4).fill("deleted"));
    }
  }));

Deno.test("entries of one key are applied in order", () =>
  withStore(async (made) => {
    const { store } = made;
    const [one, two] = [await stage(store, "one"), await stage(store, "two")];
    const write = (key: string, { content }: typeof one): CommitEntry => ({
      kind: "put",
      key,
      content,
      attributes: {},
    });
    const results = await store.commit(BUCKET, [
      write("a", one),
      { kind: "delete", key: "a" },
      write("b", one),
      { ...write("a", two), condition: { kind: "absent" } },
      write("b", two),
      { ...write("a", one), condition: { kind: "absent" } },
    ]);
    assertEquals(results.map(kindOf), [
      "stored",
      "deleted",
      "stored",
      "stored",
      "stored",
      "precondition_failed",
    ]);
    for (const key of ["a", "b"]) {
      const object = await current(made, key);
      assert(object !== undefined);
      assertEquals(await text(store, object), "two");
    }
  }));

Deno.test("more entries than a batch holds are all applied", () =>
  withStore(async ({ store }) => {
    const { content } = await stage(store, "x");
    const keys = Array.from({ length: 2300 }, (_, i) => `k${i}`);
    const results = await store.commit(
      BUCKET,
      keys.map((key) => ({ kind: "put", key, content, attributes: {} })),
    );
    assertEquals(results.length, keys.length);
    assert(results.every(({ kind }) => kind === "stored"));
    assertEquals((await names(store)).length, keys.length);
  }));

Deno.test("what the Hub refuses is told to its entry only", () =>
  withStore(async (made) => {
    const { store, hub } = made;
    hub.switches.settings.refuseFileBesideDirectory = true;
    await put(store, "dir/x");
    const { content } = await stage(store, "x");
    const results = await store.commit(BUCKET, [
      { kind: "put", key: "dir", content, attributes: {} },
      { kind: "put", key: "fine", content, attributes: {} },
      { kind: "put", key: "lost", content: { hash: "ab".repeat(32), size: 1 }, attributes: {} },
    ]);
    assertEquals(results.map(kindOf), ["conflict", "stored", "conflict"]);
    assertEquals(await names(store), ["dir/x", "fine"]);
  }));

Deno.test("a commit whose call fails throws and leaves what was there", () =>
  withStore(async (made) => {
    const { store, hub } = made;
    const old = await put(store, "k", "old");
    const { content } = await stage(store, "new");
    const remove = hub.switches.faults.add({ endpoint: "hub.batch", status: 503 });
    let thrown: unknown;
    try {
      await commitOne(store, { kind: "put", key: "k", content, attributes: {} });
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof StoreError && thrown.kind === "unavailable");
    remove();
    assertEquals((await current(made, "k"))?.etag, old.etag);
    assertEquals(made.locks.size, 0);
  }));

Deno.test("a write whose answer is lost is found out and told as done", () =>
  withStore(async (made) => {
    const { store, hub } = made;
    const { content } = await stage(store, "new");
    hub.switches.faults.add({ endpoint: "hub.batch", status: "reset", when: "after", times: 1 });
    const result = await commitOne(store, {
      kind: "put",
      key: "k",
      content,
      attributes: {},
      condition: { kind: "absent" },
    });
    assertEquals(kindOf(result), "stored");
    assert(await current(made, "k"));
  }));

Deno.test("of a write and the deletion of its bucket one comes first, and the other is told", () =>
  withStore(async ({ store }) => {
    const { content } = await stage(store, "x");
    const write = () => store.commit(BUCKET, [{ kind: "put", key: "k", content, attributes: {} }]);
    const outcomes = new Set<string>();
    for (const writeFirst of [true, false, true, false]) {
      const calls: Promise<unknown>[] = writeFirst
        ? [write(), settleTurns().then(() => store.deleteBucket(BUCKET))]
        : [store.deleteBucket(BUCKET), settleTurns().then(write)];
      const failures = (await Promise.allSettled(calls)).flatMap((call) =>
        call.status === "rejected" ? [call.reason] : []
      );
      const [failure] = failures;
      assert(failures.length === 1 && failure instanceof StoreError);
      outcomes.add(failure.kind);
      if (failure.kind === "no_such_bucket") await store.createBucket(BUCKET);
      else await store.commit(BUCKET, [{ kind: "delete", key: "k" }]);
    }
    assertEquals(outcomes, new Set(["bucket_not_empty", "no_such_bucket"]));
  }));

/** Lets a call come as far as its first request, so that the next call comes after it. */
async function settleTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
