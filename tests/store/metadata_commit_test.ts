import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import type { CommitResult, ObjectAttributes } from "../../lib/store/object_store.ts";
import {
  BUCKET,
  BUCKET_ID,
  commitOne,
  names,
  put,
  putWith,
  rawPaths,
  refusingFetch,
  stage,
  statOne,
  text,
  withOther,
  withStore,
  writeRaw,
} from "./store_under_test.ts";

const SOME: ObjectAttributes = { contentType: "a/b", metadata: { a: "1" }, cacheControl: "x" };
const OTHER: ObjectAttributes = { metadata: { b: "2" }, tags: [{ key: "t", value: "v" }] };
const PARTS = [{ partNumber: 2, size: 3, checksum: "AAAA" }, { partNumber: 7, size: 2 }];

const kindOf = (result: CommitResult): string =>
  result.kind === "failed" && result.error instanceof StoreError ? result.error.kind : result.kind;

Deno.test("a copy has the attributes given and the parts of its source, by reference", () =>
  withStore(async (made) => {
    const { store, hub } = made;
    await store.createBucket("acme--target");
    const object = await putWith(store, "source", "bytes".repeat(20_000), SOME, {
      parts: [{ partNumber: 1, size: 100_000 }],
    });
    for (const bucket of [BUCKET, "acme--target"]) {
      for (const attributes of [object.attributes, OTHER, {}]) {
        hub.counters.reset();
        const [result] = await store.commit(bucket, [
          { kind: "copy", key: "copy", source: { bucket: BUCKET, object }, attributes },
        ]);
        assert(result?.kind === "stored");
        assert(hub.counters.of("cas").bytesIn < 3000, "bytes were moved");
        assertEquals(hub.counters.of("cas").bytesOut < 3000, true);
        const copied = await statOne(store, "copy", bucket);
        assertEquals(copied?.attributes, attributes);
        assertEquals(result.object.attributes, attributes);
        assert(copied);
        assertEquals(await store.parts(bucket, copied), [{ partNumber: 1, size: 100_000 }]);
        await withOther(made, async (other) => {
          assertEquals((await statOne(other, "copy", bucket))?.attributes, attributes);
          assertEquals((await other.parts(bucket, copied)).length, 1);
        });
      }
    }
    const plain = await put(store, "plain");
    await store.commit("acme--target", [
      { kind: "copy", key: "copy", source: { bucket: BUCKET, object: plain }, attributes: {} },
    ]);
    const [copied] = await store.stat("acme--target", ["copy"]);
    assert(copied);
    assertEquals(copied.attributes, {});
    assertEquals(await store.parts("acme--target", copied), []);
  }));

Deno.test("a copy leaves the parts behind when it is told to, on another key and on its own", () =>
  withStore(async ({ store, buckets }) => {
    const object = await putWith(store, "k", "bytes", SOME, { parts: PARTS });
    for (const key of ["copy", "k"]) {
      const result = await commitOne(store, {
        kind: "copy",
        key,
        source: { bucket: BUCKET, object },
        attributes: OTHER,
        withoutParts: true,
      });
      assert(result.kind === "stored");
      assertEquals(await store.parts(BUCKET, result.object), []);
      assertEquals((await statOne(store, key))?.attributes, OTHER);
    }
    assertEquals(await rawPaths(buckets, "~hugbucket/parts/"), []);
  }));

Deno.test("a copy onto itself replaces the attributes, keeps the parts and moves no bytes", () =>
  withStore(async ({ store, hub }) => {
    let object = await putWith(store, "k", "bytes", SOME, { parts: PARTS });
    for (const attributes of [OTHER, {}, SOME]) {
      hub.counters.reset();
      const result = await commitOne(store, {
        kind: "copy",
        key: "k",
        source: { bucket: BUCKET, object },
        attributes,
      });
      assert(result.kind === "stored");
      assertEquals(hub.counters.of("hub").calls, 2);
      const found = await statOne(store, "k");
      assertEquals(found?.attributes, attributes);
      assert(found);
      object = found;
      assertEquals(await store.parts(BUCKET, object), PARTS);
    }
  }));

Deno.test("a copy from an object that another tool has overwritten has no parts", () =>
  withStore(async ({ store, buckets }) => {
    const old = await putWith(store, "source", "bytes", SOME, { parts: PARTS });
    await writeRaw(buckets, "source", "bytes", old.lastModified.getTime() + 1);
    const object = await statOne(store, "source");
    assert(object);
    await commitOne(store, {
      kind: "copy",
      key: "copy",
      source: { bucket: BUCKET, object },
      attributes: object.attributes,
    });
    const copied = await statOne(store, "copy");
    assert(copied);
    assertEquals(copied.attributes, {});
    assertEquals(await store.parts(BUCKET, copied), []);
  }));

Deno.test("annotating changes attributes only, of the content that was meant", () =>
  withStore(async (made) => {
    const { store, hub, buckets } = made;
    await putWith(store, "k", "bytes", SOME, { parts: PARTS });
    const before = await statOne(store, "k");
    assert(before);
    const { content } = before;
    const annotate = async (attributes: ObjectAttributes, hash = content.hash) =>
      await commitOne(store, {
        kind: "annotate",
        key: "k",
        content: { ...content, hash },
        attributes,
      });
    const tagged = { ...SOME, tags: [{ key: "t", value: "v" }] };
    hub.counters.reset();
    assertEquals(await annotate(tagged), {
      kind: "stored",
      object: { ...before, attributes: tagged },
    });
    assertEquals(hub.counters.of("hub").calls, 2);
    assertEquals(await statOne(store, "k"), { ...before, attributes: tagged });
    await withOther(made, async (other) => {
      assertEquals(await statOne(other, "k"), { ...before, attributes: tagged });
    });
    assertEquals(kindOf(await annotate({}, "0".repeat(64))), "conflict");
    assertEquals((await statOne(store, "k"))?.attributes, tagged);
    // Nothing to keep beside the object: the sidecar goes.
    await annotate({ contentType: "a/b" });
    assertEquals(await statOne(store, "k"), { ...before, attributes: { contentType: "a/b" } });
    assertEquals(await rawPaths(buckets, "~hugbucket/meta"), []);
    // Another media type makes it a new write, which keeps its parts.
    await annotate({ ...OTHER, contentType: "c/d" });
    assertEquals((await statOne(store, "k"))?.attributes, { ...OTHER, contentType: "c/d" });
    assertEquals(await store.parts(BUCKET, before), PARTS);
    const missing = await commitOne(store, {
      kind: "annotate",
      key: "none",
      content,
      attributes: OTHER,
    });
    assertEquals(kindOf(missing), "no_such_key");
    assertEquals(await rawPaths(buckets, "~hugbucket/meta"), ["~hugbucket/meta/k"]);
  }));

Deno.test("what another tool wrote can be annotated, and loses that when it is overwritten", () =>
  withStore(async ({ store, buckets }) => {
    await writeRaw(buckets, "k", "bytes", 1_000_000_000_123);
    const object = await statOne(store, "k");
    assert(object);
    await commitOne(store, { ...object, kind: "annotate", attributes: OTHER });
    assertEquals((await statOne(store, "k"))?.attributes, OTHER);
    await writeRaw(buckets, "k", "bytes", 1_000_000_000_124);
    assertEquals((await statOne(store, "k"))?.attributes, {});
  }));

Deno.test("parts are read with one look, and not at all for other objects", () =>
  withStore(async (made) => {
    const { store, hub } = made;
    const whole = await putWith(store, "k", "bytes", {}, { parts: PARTS });
    const plain = await put(store, "plain");
    await withOther(made, async (other) => {
      await other.owner();
      hub.counters.reset();
      assertEquals(await other.parts(BUCKET, whole), PARTS);
      assertEquals(hub.counters.of("hub.paths-info").calls, 1);
      hub.counters.reset();
      assertEquals(await other.parts(BUCKET, plain), []);
      assertEquals(await other.parts(BUCKET, { ...plain, key: "a//b" }), []);
      assertEquals(await other.parts(BUCKET, { ...whole, content: plain.content }), []);
      assertEquals(hub.counters.of("*").calls, 2);
      assertEquals((await statOne(other, "k"))?.attributes, {});
    });
  }));

Deno.test("a thousand deletes are three batches and leave nothing", () =>
  withStore(async ({ store, hub, buckets }) => {
    const { content } = await stage(store, "x");
    const keys = Array.from({ length: 1000 }, (_, i) => `k${i}`);
    await store.commit(
      BUCKET,
      keys.map((key, i) => ({
        kind: "put",
        key,
        content,
        attributes: i % 100 === 0 ? OTHER : {},
        ...(i % 50 === 0 && { parts: [{ partNumber: 1, size: 1 }] }),
      })),
    );
    assertEquals((await rawPaths(buckets, "~hugbucket/")).length, 30);
    hub.counters.reset();
    const results = await store.commit(BUCKET, keys.map((key) => ({ kind: "delete", key })));
    assert(results.every(({ kind }) => kind === "deleted"));
    assertEquals(hub.counters.of("*").calls, 3);
    assertEquals(await rawPaths(buckets), []);
    hub.counters.reset();
    await store.commit(BUCKET, keys.slice(0, 300).map((key) => ({ kind: "delete", key })));
    assertEquals(hub.counters.of("*").calls, 1);
  }));

const isSidecar = (line: string): boolean => line.includes("~hugbucket/");

Deno.test("a sidecar that is refused once is written before anyone is answered", () =>
  withStore(async (made) => {
    let refusals = 1;
    const fetch = refusingFetch((line) => isSidecar(line) && refusals-- > 0);
    await withOther(made, async (store) => {
      const object = await putWith(store, "k", "bytes", SOME);
      assertEquals(object.attributes, SOME);
      assertEquals((await statOne(made.store, "k"))?.attributes, SOME);
    }, { fetch });
  }));

Deno.test("a sidecar whose batch fails after its object was applied is written before anyone is answered", () =>
  withStore(async (made) => {
    // The first batch applies the object; then the Hub is away as long as the bucket client repeats.
    let refusals = 1;
    const fetch = refusingFetch((line) => isSidecar(line) && refusals-- > 0);
    await withOther(made, async (store) => {
      await store.owner();
      const { content } = await stage(store, "bytes");
      made.hub.switches.faults.add({ endpoint: "hub.batch", status: 503, skip: 1, times: 2 });
      const result = await commitOne(store, {
        kind: "put",
        key: "k",
        content,
        attributes: SOME,
      });
      assertEquals(kindOf(result), "stored");
      assertEquals((await statOne(made.store, "k"))?.attributes, SOME);
    }, { fetch });
  }));

Deno.test("a write whose sidecar is refused for good fails; where the old object is known it is put back", () =>
  withStore(async (made) => {
    const { store, locks, buckets } = made;
    const fetch = refusingFetch((line) =>
      isSidecar(line) && line.includes("addFile") && line.includes("meta/")
    );
    await withOther(made, async (other) => {
      const fresh = await assertRejects(() => putWith(other, "new", "bytes", SOME), StoreError);
      assertEquals(fresh.kind, "unavailable");
      const condition = { kind: "absent" } as const;
      await assertRejects(() => putWith(other, "newer", "bytes", SOME, { condition }), StoreError);
      assertEquals(await statOne(store, "newer"), undefined);
    }, { fetch });
    const refusesParts = refusingFetch((line) => line.includes("~hugbucket/parts"));
    const old = await putWith(store, "k", "old bytes", SOME);
    await withOther(made, async (other) => {
      const condition = { kind: "etag", etags: [old.etag] } as const;
      const write = () => putWith(other, "k", "new bytes", OTHER, { condition, parts: PARTS });
      assertEquals((await assertRejects(write, StoreError)).kind, "unavailable");
      const found = await statOne(store, "k");
      assertEquals(found?.attributes, SOME);
      assert(found);
      assertEquals(await text(store, found), "old bytes");
    }, { fetch: refusesParts });
    assertEquals(locks.size, 0);
    assertEquals((await rawPaths(buckets, "~hugbucket")).sort(), ["~hugbucket/meta/k"]);
  }));

Deno.test("a refused object leaves the old one with its metadata, where that is known", () =>
  withStore(async (made) => {
    const { store } = made;
    const old = await putWith(store, "k", "old bytes", SOME, {
      parts: [{ partNumber: 1, size: 9 }],
    });
    const source = await put(store, "source");
    await withOther(made, async (other) => {
      const copied = await commitOne(other, {
        kind: "copy",
        key: "k",
        source: { bucket: BUCKET, object: source },
        attributes: OTHER,
      });
      assertEquals(kindOf(copied), "conflict");
      const found = await statOne(store, "k");
      assertEquals(found?.attributes, SOME);
      assertEquals(found?.etag, old.etag);
      assertEquals((await store.parts(BUCKET, old)).length, 1);
    }, { fetch: refusingFetch((line) => line.includes('"copyFile"')) });
  }));

Deno.test("a delete whose sidecar stays has failed, and its repetition ends it", () =>
  withStore(async (made) => {
    const { store, buckets } = made;
    await putWith(store, "k", "bytes", SOME);
    await withOther(made, async (other) => {
      assertEquals(kindOf(await commitOne(other, { kind: "delete", key: "k" })), "unavailable");
    }, { fetch: refusingFetch((line) => line.includes("~hugbucket/meta/k")) });
    assertEquals(kindOf(await commitOne(store, { kind: "delete", key: "k" })), "deleted");
    assertEquals(await rawPaths(buckets), []);
  }));

Deno.test("a lost answer to a write with a sidecar is found out", () =>
  withStore(async ({ store, hub }) => {
    const { content } = await stage(store, "new");
    for (const when of ["before", "after"] as const) {
      hub.switches.faults.add({ endpoint: "hub.batch", status: "reset", when, times: 1 });
      const entry = { kind: "put", key: when, content, attributes: OTHER } as const;
      assertEquals(kindOf(await commitOne(store, entry)), "stored");
      assertEquals((await statOne(store, when))?.attributes, OTHER);
    }
  }));

Deno.test("metadata whose content cannot be stored fails its entry alone", () =>
  withStore(async ({ store, hub }) => {
    const { content } = await stage(store, "new");
    const remove = hub.switches.faults.add({ endpoint: "cas", status: 403 });
    const results = await store.commit(BUCKET, [
      { kind: "put", key: "with", content, attributes: SOME },
      { kind: "put", key: "without", content, attributes: {} },
    ]);
    remove();
    assertEquals(results.map(kindOf), ["denied", "stored"]);
    assertEquals(await names(store), ["without"]);
  }));

Deno.test("writes of the same bytes at the same time are told apart", () =>
  withStore(async ({ store, buckets }) => {
    await putWith(store, "k", "bytes", SOME);
    const [sidecar] = await Array.fromAsync(buckets.listTree(BUCKET_ID, { prefix: "~hugbucket" }));
    assert(sidecar?.type === "file" && sidecar.mtime);
    await putWith(store, "k", "bytes", {});
    const [outcome] = await buckets.commit(BUCKET_ID, [
      { ...sidecar, type: "addFile", mtime: sidecar.mtime.getTime() },
    ]);
    assertEquals(outcome?.kind, "applied");
    assertEquals((await statOne(store, "k"))?.attributes, {});
  }, { now: () => 1_700_000_000_123 }));

Deno.test("an object without a time is written anew to be annotated", () =>
  withStore(async ({ store, hub, buckets }) => {
    const { content } = await stage(store, "bytes");
    const answer = await fetch(`${hub.url}/api/buckets/${BUCKET_ID}/batch`, {
      method: "POST",
      headers: {
        "Authorization": `Bearer ${hub.token}`,
        "Content-Type": "application/x-ndjson",
      },
      body: JSON.stringify({ type: "addFile", path: "k", xetHash: content.hash }),
    });
    assertEquals((await answer.json()).succeeded, 1);
    assertEquals((await buckets.pathsInfo(BUCKET_ID, ["k"])).get("k")?.mtime, undefined);
    const result = await commitOne(store, {
      kind: "annotate",
      key: "k",
      content,
      attributes: OTHER,
    });
    assertEquals(kindOf(result), "stored");
    assertEquals((await statOne(store, "k"))?.attributes, OTHER);
  }));

Deno.test("sidecars of many deletes whose call fails are deleted by the next, or that is told", () =>
  withStore(async ({ store, hub, buckets }) => {
    const { content } = await stage(store, "x");
    const keys = Array.from({ length: 400 }, (_, i) => `k${i}`);
    const remove = () => store.commit(BUCKET, keys.map((key) => ({ kind: "delete", key })));
    const write = () =>
      store.commit(BUCKET, [
        { kind: "put", key: "k399", content, attributes: OTHER },
      ]);
    const { faults } = hub.switches;
    await write();
    const heal = faults.add({ endpoint: "hub.batch", status: 503, skip: 1 });
    const results = await remove();
    assertEquals(results.map(kindOf)[0], "deleted");
    assertEquals(results.map(kindOf)[399], "unavailable");
    assertEquals(await names(store), []);
    heal();
    assertEquals(new Set((await remove()).map(kindOf)), new Set(["deleted"]));
    assertEquals(await rawPaths(buckets), []);
    await write();
    faults.add({ endpoint: "hub.batch", status: 503, skip: 1, times: 3 });
    assertEquals(new Set((await remove()).map(kindOf)), new Set(["deleted"]));
    assertEquals(await rawPaths(buckets), []);
  }));
