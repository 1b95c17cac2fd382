import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import type { CommitEntry, ObjectAttributes } from "../../lib/store/object_store.ts";
import type { IgnoredSidecar } from "../../lib/store/sidecar/sidecars.ts";
import {
  BUCKET,
  BUCKET_ID,
  commitOne,
  names,
  put,
  putWith,
  rawPaths,
  stage,
  statOne,
  withOther,
  withStore,
  writeRaw,
} from "./store_under_test.ts";

const ALL: ObjectAttributes = {
  contentType: "text/plain",
  cacheControl: "no-cache",
  contentDisposition: 'attachment; filename="ü.txt"',
  contentEncoding: "gzip",
  contentLanguage: "de",
  expires: "Wed, 21 Oct 2026 07:28:00 GMT",
  websiteRedirectLocation: "/elsewhere",
  metadata: { b: "2", "10": "ten", a: "ä\u{1F600}", __proto__x: "y", empty: "" },
  tags: [{ key: "k", value: "v" }, { key: "äö", value: "" }],
  checksum: { algorithm: "CRC32", value: "NSRBwg==", type: "FULL_OBJECT" },
};

Deno.test("all attributes are the same in the answer to a write, in stat, after a restart, elsewhere", () =>
  withStore(async (made) => {
    const { store } = made;
    const written = await putWith(store, "dir/k", "bytes", ALL);
    assertEquals(written.attributes, ALL);
    assertEquals((await statOne(store, "dir/k"))?.attributes, ALL);
    await withOther(made, async (other) => {
      const found = await statOne(other, "dir/k");
      assertEquals(found?.attributes, ALL);
      assertEquals(Object.keys(found?.attributes.metadata ?? {}), Object.keys(ALL.metadata ?? {}));
    });
    assertEquals(await rawPaths(made.buckets), ["dir/k", "~hugbucket/meta/dir/k"]);
    assertEquals(await names(store), ["dir/k"]);
  }));

Deno.test("a listing has the media type and reads no sidecar", () =>
  withStore(async ({ store, hub }) => {
    await putWith(store, "k", "bytes", ALL);
    hub.counters.reset();
    const [entry] = await Array.fromAsync(store.list(BUCKET, { prefix: "" }));
    assert(entry?.kind === "object");
    assertEquals(entry.object.attributes, { contentType: "text/plain" });
    assertEquals(hub.counters.of("*").calls, 1);
  }));

Deno.test("an object that needs no sidecar has none and costs one call to write and one to look at", () =>
  withStore(async ({ store, hub, buckets }) => {
    const { content } = await stage(store, "x");
    for (const failDeleteOfMissing of [true, false]) {
      hub.switches.settings.failDeleteOfMissing = failDeleteOfMissing;
      hub.counters.reset();
      const attributes = { contentType: "a/b", metadata: {}, tags: [] };
      const result = await commitOne(store, { kind: "put", key: "k", content, attributes });
      assert(result.kind === "stored");
      assertEquals(result.object.attributes, { contentType: "a/b" });
      assertEquals(hub.counters.of("*").calls, 1);
      assertEquals((await statOne(store, "k"))?.attributes, { contentType: "a/b" });
      assertEquals(hub.counters.of("*").calls, 2);
    }
    assertEquals(await rawPaths(buckets), ["k"]);
  }));

Deno.test("metadata costs no call of the Hub, and is read once", () =>
  withStore(async (made) => {
    const { store, hub } = made;
    const { content } = await stage(store, "x");
    hub.counters.reset();
    await commitOne(store, { kind: "put", key: "k", content, attributes: ALL });
    assertEquals(hub.counters.of("hub").calls, 1);
    hub.counters.reset();
    await statOne(store, "k");
    // What this store wrote itself it need not read.
    assertEquals(hub.counters.of("*").calls, 1);
    await withOther(made, async (other) => {
      await other.owner();
      hub.counters.reset();
      await statOne(other, "k");
      assertEquals(hub.counters.of("hub.paths-info").calls, 1);
      assert(hub.counters.of("cas").calls > 0);
      hub.counters.reset();
      await Promise.all([statOne(other, "k"), statOne(other, "k")]);
      assertEquals(hub.counters.of("cas").calls, 0);
      assert(hub.counters.of("hub").calls <= 2);
    });
  }));

Deno.test("an overwrite has its own attributes and nothing of the old ones, sidecars included", () =>
  withStore(async ({ store, buckets }) => {
    const parts = [{ partNumber: 1, size: 5 }];
    for (const condition of [undefined, { kind: "exists" }] as const) {
      await putWith(store, "k", "bytes", ALL, { parts });
      assertEquals((await rawPaths(buckets)).length, 3);
      await putWith(store, "k", "bytes", { cacheControl: "private" }, {
        ...(condition && { condition }),
      });
      const object = await statOne(store, "k");
      assertEquals(object?.attributes, { cacheControl: "private" });
      assert(object);
      assertEquals(await store.parts(BUCKET, object), []);
      await putWith(store, "k", "bytes", {}, { ...(condition && { condition }) });
      assertEquals((await statOne(store, "k"))?.attributes, {});
      assertEquals(await rawPaths(buckets), ["k"]);
    }
  }));

Deno.test("a delete leaves no sidecar, and what is written next has nothing of it", () =>
  withStore(async ({ store, buckets }) => {
    for (const condition of [undefined, { kind: "exists" }] as const) {
      const old = await putWith(store, "k", "bytes", ALL, {
        parts: [{ partNumber: 1, size: 5 }],
      });
      const result = await commitOne(store, {
        kind: "delete",
        key: "k",
        ...(condition && { condition }),
      });
      assertEquals(result, { kind: "deleted" });
      assertEquals(await rawPaths(buckets), []);
      await put(store, "k", "bytes");
      assertEquals((await statOne(store, "k"))?.attributes, {});
      assertEquals(await store.parts(BUCKET, old), []);
    }
  }));

Deno.test("metadata never shows on what another tool has written, even the same bytes", async () => {
  const ignored: IgnoredSidecar[] = [];
  await withStore(async ({ store, buckets }) => {
    for (const bytes of ["bytes", "other bytes"]) {
      const old = await putWith(store, "k", "bytes", ALL, {
        parts: [{ partNumber: 1, size: 5 }],
      });
      await writeRaw(buckets, "k", bytes, old.lastModified.getTime() + 1);
      assertEquals((await statOne(store, "k"))?.attributes, {});
      assertEquals(await store.parts(BUCKET, old), []);
      assertEquals(ignored.splice(0).map(({ path, reason }) => `${path} ${reason}`), [
        "~hugbucket/meta/k stale",
        ...(bytes === "bytes" ? ["~hugbucket/parts/k stale"] : []),
      ]);
      // Its own write brings the object back under the gateway's care.
      await putWith(store, "k", "bytes", { expires: "0" });
      assertEquals((await statOne(store, "k"))?.attributes, { expires: "0" });
    }
    await buckets.commit(BUCKET_ID, [{ type: "deleteFile", path: "k" }]);
    assertEquals(await statOne(store, "k"), undefined);
    await writeRaw(buckets, "k", "bytes");
    assertEquals((await statOne(store, "k"))?.attributes, {});
  }, { onIgnored: (each) => ignored.push(each) });
});

Deno.test("sidecars that are not ours are ignored and told of, whatever they hold", async () => {
  const ignored: string[] = [];
  await withStore(async (made) => {
    const { store, buckets } = made;
    const object = await putWith(store, "k", "bytes", ALL);
    const mtime = object.lastModified.getTime();
    const [path] = await rawPaths(buckets, "~hugbucket/meta/");
    assert(path !== undefined);
    const good = { version: 1, hash: object.content.hash, mtime };
    const cases: [string, string][] = [
      ["", "unreadable"],
      ["{", "unreadable"],
      ["null", "unreadable"],
      [JSON.stringify({ ...good, version: 2 }), "unreadable"],
      [JSON.stringify({ ...good, expires: "a\r\nSet-Cookie: b" }), "unreadable"],
      [JSON.stringify({ ...good, metadata: { a: "b" } }), "unreadable"],
      [JSON.stringify({ ...good, expires: "1", mtime: mtime + 1 }), "stale"],
      [JSON.stringify({ ...good, expires: "1", hash: "0".repeat(64) }), "stale"],
      [JSON.stringify({ ...good, expires: "x".repeat(200_000) }), "too-large"],
    ];
    for (const [text, reason] of cases) {
      await writeRaw(buckets, path, text, mtime);
      assertEquals((await statOne(store, "k"))?.attributes, { contentType: "text/plain" });
      assertEquals(ignored.splice(0), [reason], text.slice(0, 80));
    }
    await writeRaw(buckets, path, JSON.stringify({ ...good, expires: "1" }), mtime);
    assertEquals((await statOne(store, "k"))?.attributes, {
      contentType: "text/plain",
      expires: "1",
    });
    await writeRaw(buckets, path, JSON.stringify({ ...good, expires: "1" }), mtime + 5);
    assertEquals((await statOne(store, "k"))?.attributes, { contentType: "text/plain" });
    assertEquals(ignored.splice(0), ["stale"]);
  }, { onIgnored: ({ reason }) => ignored.push(reason) });
});

Deno.test("a sidecar that cannot be read for now fails the look, and does not pass for none", () =>
  withStore(async (made) => {
    await putWith(made.store, "k", "bytes", ALL);
    await withOther(made, async (other) => {
      const remove = made.hub.switches.faults.add({ endpoint: "cas", status: 503 });
      const error = await assertRejects(() => statOne(other, "k"), StoreError);
      assertEquals(error.kind, "unavailable");
      remove();
      assertEquals((await statOne(other, "k"))?.attributes, ALL);
    });
  }));

Deno.test("a folder marker has metadata too", () =>
  withStore(async ({ store, buckets }) => {
    await putWith(store, "dir/", "", { metadata: { a: "b" } });
    assertEquals((await statOne(store, "dir/"))?.attributes, {
      contentType: "application/x-directory",
      metadata: { a: "b" },
    });
    assertEquals(await names(store), ["dir/"]);
    await commitOne(store, { kind: "delete", key: "dir/" });
    assertEquals(await rawPaths(buckets), []);
  }));

Deno.test("the longest keys are stored, but not with metadata", () =>
  withStore(async ({ store, buckets }) => {
    const key = "k".repeat(1024);
    await put(store, key);
    assertEquals((await statOne(store, key))?.key, key);
    const error = await assertRejects(() => putWith(store, key, "x", ALL), StoreError);
    assertEquals(error.kind, "bad_key");
    assertEquals(await names(store), [key]);
    const checksum = { algorithm: "CRC32C", value: "AAAAAA==", type: "FULL_OBJECT" } as const;
    await putWith(store, key, "x", { checksum });
    assertEquals((await statOne(store, key))?.attributes, {});
    await commitOne(store, { kind: "delete", key });
    const longest = "k".repeat(1024 - "~hugbucket/parts/".length);
    const parts = [{ partNumber: 1, size: 1 }];
    const object = await putWith(store, longest, "x", ALL, { parts });
    assertEquals((await statOne(store, longest))?.attributes, ALL);
    assertEquals(await store.parts(BUCKET, object), parts);
    await commitOne(store, { kind: "delete", key: longest });
    assertEquals(await rawPaths(buckets), []);
  }));

Deno.test("metadata beyond any limit is refused and leaves what was there", () =>
  withStore(async ({ store }) => {
    await putWith(store, "k", "bytes", ALL);
    const huge = { metadata: { a: "x".repeat(200_000) } };
    const error = await assertRejects(() => putWith(store, "k", "new", huge), StoreError);
    assertEquals(error.kind, "too_large");
    assertEquals((await statOne(store, "k"))?.attributes, ALL);
  }));

Deno.test("sidecars cannot be reached as keys by any way", () =>
  withStore(async ({ store }) => {
    const object = await putWith(store, "k", "bytes", ALL, {
      parts: [{ partNumber: 1, size: 5 }],
    });
    for (const key of ["~hugbucket/meta/k", "~hugbucket/parts/k", "~hugbucket/bucket.json"]) {
      const entries: CommitEntry[] = [
        { kind: "put", key, content: object.content, attributes: {} },
        { kind: "annotate", key, content: object.content, attributes: {} },
        { kind: "copy", key, source: { bucket: BUCKET, object }, attributes: {} },
        {
          kind: "copy",
          key: "target",
          source: { bucket: BUCKET, object: { ...object, key } },
          attributes: {},
        },
        { kind: "delete", key },
      ];
      const results = await store.commit(BUCKET, entries);
      assertEquals(results.map(({ kind }) => kind), [
        ...Array(4).fill("failed"),
        "deleted",
      ]);
      assertEquals(await statOne(store, key), undefined);
      assertEquals(await store.parts(BUCKET, { ...object, key }), []);
    }
    assertEquals(await names(store), ["k"]);
    assertEquals((await statOne(store, "k"))?.attributes, ALL);
  }));

Deno.test("a listing does not read the gateway's own files, and finds what sorts behind them", () =>
  withStore(async ({ store, hub }) => {
    const { content } = await stage(store, "x");
    const keys = Array.from({ length: 60 }, (_, i) => `k${String(i).padStart(2, "0")}`);
    const behind = ["~i", "~z/1", "~z/2", "é/1"];
    await store.commit(
      BUCKET,
      [...keys, ...behind].map((key) => ({ kind: "put", key, content, attributes: ALL })),
    );
    hub.counters.reset();
    assertEquals(await names(store), [...keys, ...behind]);
    // 60 names and the first of the sidecars by 10, the root level's 64 by 10, and two directories.
    assertEquals(hub.counters.of("hub.tree").calls, 7 + 7 + 2);
    hub.counters.reset();
    assertEquals(await names(store, { prefix: "k5" }), keys.slice(50));
    assertEquals(await names(store, { prefix: "~z" }), ["~z/1", "~z/2"]);
    assertEquals(await names(store, { prefix: "~hug" }), []);
    assert(hub.counters.of("hub.tree").calls < 16, String(hub.counters.of("hub.tree").calls));
    assertEquals(await names(store, { delimiter: "/" }), [...keys, "~i", "[~z/]", "[é/]"]);
  }, { pageSize: 10 }));

Deno.test("a bucket's own few files cost a listing no call", () =>
  withStore(async ({ store, hub }) => {
    await putWith(store, "a", "x", ALL);
    await putWith(store, "~z", "x", ALL);
    hub.counters.reset();
    assertEquals(await names(store), ["a", "~z"]);
    assertEquals(hub.counters.of("*").calls, 1);
  }));
