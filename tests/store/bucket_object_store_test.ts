import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { StoreError, type StoreErrorKind } from "../../lib/errors/store_error.ts";
import type { StoredObject } from "../../lib/store/object_store.ts";
import { ChunkEncoder } from "../../lib/xet/engine/mod.ts";
import { randomBytes } from "../support/random_bytes.ts";
import {
  BUCKET,
  BUCKET_ID,
  commitOne,
  names,
  put,
  stage,
  stagePart,
  text,
  withStore,
} from "./store_under_test.ts";

async function rejectsWith(kind: StoreErrorKind, work: () => Promise<unknown>): Promise<void> {
  const error = await assertRejects(work, StoreError);
  assertEquals(error.kind, kind);
}

Deno.test("buckets are made, listed by name, looked at and deleted", () =>
  withStore(async ({ store }) => {
    assertEquals(await store.createBucket("b.2"), "created");
    assertEquals(await store.createBucket("acme--shared"), "created");
    assertEquals(await store.createBucket("b.2"), "existed");
    assertEquals((await store.listBuckets()).map(({ name }) => name), [
      "acme--shared",
      "b.2",
      BUCKET,
    ]);
    const { name, createdAt } = await store.statBucket("acme--shared");
    assertEquals(name, "acme--shared");
    assert(Math.abs(createdAt.getTime() - Date.now()) < 60_000);
    await store.deleteBucket("b.2");
    await rejectsWith("no_such_bucket", () => store.statBucket("b.2"));
    await rejectsWith("no_such_bucket", () => store.deleteBucket("b.2"));
    await rejectsWith("bad_bucket_name", () => store.createBucket("Bad"));
    await rejectsWith("denied", () => store.createBucket("bob--mine"));
    assertEquals((await store.owner()).name, "alice");
  }, { otherNamespaces: ["acme"] }));

Deno.test("a namespace that is not there is refused, not a bucket that is missing", () =>
  withStore(async ({ store }) => {
    const error = await assertRejects(() => store.listBuckets(), StoreError, "namespace nobody");
    assertEquals(error.kind, "denied");
  }, { otherNamespaces: ["nobody"] }));

Deno.test("a new bucket is private", () =>
  withStore(async ({ buckets }) => {
    assertEquals((await buckets.info(BUCKET_ID)).private, true);
  }));

Deno.test("names that can be no bucket are no bucket, without a call", () =>
  withStore(async ({ store, hub }) => {
    await store.owner();
    hub.counters.reset();
    await rejectsWith("no_such_bucket", () => store.statBucket("a/b"));
    await rejectsWith("no_such_bucket", () => store.stat("..", ["k"]));
    await rejectsWith("no_such_bucket", () => store.commit("a--b--c", []));
    const long = "k".repeat(1009);
    store.checkKey(long, { contentType: "a/b" });
    for (const attributes of [{ metadata: { a: "1" } }, { cacheControl: "x" }]) {
      store.checkKey(long.slice(1), attributes);
      assertThrows(() => store.checkKey(long, attributes), StoreError, "too long");
    }
    assertEquals(hub.counters.of("*").calls, 0);
  }));

Deno.test("a bucket of the default namespace has its plain name, whichever it is called by", () =>
  withStore(async ({ store }) => {
    const names = ["photos", "alice--photos", "acme--photos", "a--b--c", "My_Bucket"];
    assertEquals(await Promise.all(names.map((name) => store.canonicalName(name))), [
      "photos",
      "photos",
      "acme--photos",
      "a--b--c",
      "My_Bucket",
    ]);
  }));

Deno.test("calls about a bucket that is not there say so", () =>
  withStore(async ({ store }) => {
    await rejectsWith("no_such_bucket", () => store.stat("nope", ["k"]));
    await rejectsWith(
      "no_such_bucket",
      () => Array.fromAsync(store.list("nope", { prefix: "" })),
    );
    await rejectsWith(
      "no_such_bucket",
      () => Array.fromAsync(store.list("nope", { prefix: "a//" })),
    );
    await rejectsWith("no_such_bucket", () => store.commit("nope", [{ kind: "delete", key: "k" }]));
    await rejectsWith("no_such_bucket", () => store.stage("nope", new Blob(["x"]).stream()));
  }));

Deno.test("an object is the same in the answer to its PUT, in stat and in a listing", () =>
  withStore(async ({ store }) => {
    const { content } = await stage(store, "hello");
    const result = await commitOne(store, {
      kind: "put",
      key: "a/b.txt",
      content,
      attributes: { contentType: "text/plain" },
    });
    assert(result.kind === "stored");
    const [stat, none] = await store.stat(BUCKET, ["a/b.txt", "a"]);
    assert(stat !== undefined);
    assertEquals(none, undefined);
    const [listed] = await Array.fromAsync(store.list(BUCKET, { prefix: "" }));
    assert(listed?.kind === "object");
    assertEquals(listed.object, stat);
    const timeless = ({ lastModified: _, ...rest }: StoredObject) => rest;
    assertEquals(timeless(result.object), timeless(stat));
    assertEquals(stat.etag, `${content.hash.slice(0, 32)}-1`);
    assertEquals(stat.attributes, { contentType: "text/plain" });
    assert(stat.lastModified >= result.object.lastModified);
    assertEquals(await text(store, stat), "hello");
  }));

Deno.test("a range of an object is read, and an empty object", () =>
  withStore(async ({ store }) => {
    const object = await put(store, "k", "0123456789");
    const range = store.read(BUCKET, object.content, { range: { first: 2, last: 4 } });
    assertEquals(await new Response(range).text(), "234");
    const empty = await put(store, "empty", "");
    assertEquals(empty.content.size, 0);
    assertEquals(await text(store, empty), "");
  }));

Deno.test("content that is not there errors the stream", () =>
  withStore(async ({ store }) => {
    const missing = { hash: "ab".repeat(32), size: 5 };
    await rejectsWith("no_such_key", () => new Response(store.read(BUCKET, missing)).text());
  }));

Deno.test("a body that fails leaves nothing and throws its own error", () =>
  withStore(async ({ store }) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      pull: () => Promise.reject(new RangeError("bad digest")),
    }, { highWaterMark: 0 });
    await assertRejects(() => store.stage(BUCKET, body), RangeError, "bad digest");
  }));

Deno.test("parts compose to what their bytes are in one piece", () =>
  withStore(async ({ store }) => {
    const bytes = new Uint8Array(700_000);
    for (let i = 0, x = 1; i < bytes.length; i++) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      bytes[i] = x >>> 24;
    }
    const cuts = [0, 300_001, 300_001, 699_999, 700_000];
    const parts = [];
    for (let i = 1; i < cuts.length; i++) {
      parts.push(await stagePart(store, bytes.slice(cuts[i - 1], cuts[i])));
    }
    const whole = await store.compose(BUCKET, JSON.parse(JSON.stringify(parts)));
    assertEquals(whole.content, (await stage(store, bytes)).content);
    const read = new Response(store.read(BUCKET, whole.content));
    assertEquals(new Uint8Array(await read.arrayBuffer()), bytes);
    const [only] = parts;
    assert(only !== undefined);
    assertEquals(await store.compose(BUCKET, [only]), { content: only.content });
  }));

Deno.test("what is kept of a part stays within 8 KiB, and composes all the same", () =>
  withStore(async ({ store }) => {
    // In the last, every 9,000 bytes are a chunk: 1,400 of them.
    const unit = shortChunk();
    const repeated = new Uint8Array(12 * MIB);
    for (let at = 0; at < repeated.length; at += unit.length) {
      repeated.set(unit.subarray(0, repeated.length - at), at);
    }
    const letters = new Uint8Array(8 * MIB).map((_, i) => 97 + i % 26);
    const bodies = [
      randomBytes(8 * MIB, 1),
      randomBytes(12 * MIB, 2),
      repeated,
      unit,
      repeated,
      letters,
      new Uint8Array(8 * MIB),
    ];
    const parts = [];
    for (const body of bodies) parts.push(await stagePart(store, body));
    for (const { detail } of parts) assert(detail.length <= 8192, `${detail.length} characters`);
    const whole = await store.compose(BUCKET, JSON.parse(JSON.stringify(parts)));
    const { content } = await stage(store, new Uint8Array(await new Blob(bodies).arrayBuffer()));
    assertEquals(whole.content, content);
  }));

const MIB = 1 << 20;

/** Bytes that are one short chunk, wherever they begin a chunk. */
function shortChunk(): Uint8Array<ArrayBuffer> {
  for (let seed = 1;; seed++) {
    using encoder = new ChunkEncoder();
    const bytes = randomBytes(400_000, seed);
    let at = 0;
    for (const { length } of encoder.push(bytes)) {
      if (length < 9_000) return bytes.slice(at, at + length);
      at += length;
    }
  }
}

Deno.test("a range of an object of any bucket is a part that costs no call", () =>
  withStore(async ({ store, hub }) => {
    await store.createBucket("other");
    const bytes = randomBytes(6 * MIB, 3);
    const object = await put(store, "object", bytes);
    hub.counters.reset();
    const parts = [
      await store.slice(BUCKET, object.content, { first: 1_000_000, last: 5 * MIB }),
      await store.slice(BUCKET, object.content, { first: 0, last: 999 }),
      await store.slice(BUCKET, { hash: "0".repeat(64), size: 0 }),
      await store.slice(BUCKET, object.content),
    ];
    assertEquals(hub.counters.all(), {});
    const sizes = parts.map((part) => part.content.size);
    assertEquals(sizes, [5 * MIB + 1 - 1_000_000, 1000, 0, bytes.length]);
    const { content } = await store.compose("other", JSON.parse(JSON.stringify(parts)));
    const expected = new Uint8Array(
      await new Blob([
        bytes.subarray(1_000_000, 5 * MIB + 1),
        bytes.subarray(0, 1000),
        bytes,
      ]).arrayBuffer(),
    );
    assertEquals(await new Response(store.read("other", content)).bytes(), expected);
    assertEquals(content, (await stage(store, expected)).content);
  }));

Deno.test("a folder marker is an object at its place in the order", () =>
  withStore(async ({ store, buckets }) => {
    for (const key of ["dir/-first", "dir/", "dir/x", "dir-", "dir0", "dir/sub/"]) {
      await put(store, key, key.endsWith("/") ? "" : key);
    }
    assertEquals(await names(store), ["dir-", "dir/", "dir/-first", "dir/sub/", "dir/x", "dir0"]);
    assertEquals(await names(store, { delimiter: "/" }), ["dir-", "[dir/]", "dir0"]);
    assertEquals(await names(store, { delimiter: "/", prefix: "dir/" }), [
      "dir/",
      "dir/-first",
      "[dir/sub/]",
      "dir/x",
    ]);
    const files = await buckets.pathsInfo(BUCKET_ID, ["dir/.hugbucket_keep"]);
    assertEquals(files.get("dir/.hugbucket_keep")?.contentType, "application/x-directory");
    const [marker, prefix] = await store.stat(BUCKET, ["dir/", "dir"]);
    assertEquals(marker?.attributes, { contentType: "application/x-directory" });
    assertEquals(prefix, undefined);
    await commitOne(store, { kind: "delete", key: "dir/" });
    assertEquals(await store.stat(BUCKET, ["dir/"]), [undefined]);
  }));

Deno.test("keys that cannot exist are refused, absent and deleted without a call", () =>
  withStore(async ({ store, hub }) => {
    const { content } = await stage(store, "x");
    hub.counters.reset();
    for (const key of ["a//b", "/a", "a..", "~hugbucket/meta/a", "a/.hugbucket_keep"]) {
      assertThrows(() => store.checkKey(key), StoreError);
      const refused = await commitOne(store, { kind: "put", key, content, attributes: {} });
      assert(refused.kind === "failed" && refused.error instanceof StoreError);
      assertEquals(refused.error.kind, "bad_key");
      assertEquals(await store.stat(BUCKET, [key]), [undefined]);
      assertEquals(await commitOne(store, { kind: "delete", key }), { kind: "deleted" });
    }
    assertEquals(hub.counters.of("*").calls, 0);
  }));

Deno.test("the gateway's own files are hidden and do not keep a bucket", () =>
  withStore(async ({ store, buckets }) => {
    const { content } = await stage(store, "x");
    const path = "~hugbucket/meta/a";
    await buckets.commit(BUCKET_ID, [
      { type: "addFile", path, xetHash: content.hash, mtime: Date.now() },
    ]);
    await put(store, "~~");
    await put(store, "a");
    assertEquals(await names(store), ["a", "~~"]);
    assertEquals(await names(store, { delimiter: "/" }), ["a", "~~"]);
    assertEquals(await names(store, { prefix: "~" }), ["~~"]);
    assertEquals(await store.stat(BUCKET, [path]), [undefined]);
    await rejectsWith("bucket_not_empty", () => store.deleteBucket(BUCKET));
    await store.commit(BUCKET, [{ kind: "delete", key: "a" }, { kind: "delete", key: "~~" }]);
    await store.deleteBucket(BUCKET);
    await rejectsWith("no_such_bucket", () => store.statBucket(BUCKET));
  }));

Deno.test("a listing goes over many pages of the Hub in byte order", () =>
  withStore(async ({ store }) => {
    const keys = ["!", "a", "a!", "a/!", "a/.git", "a/b/c", "a/b!", "a0", "b/x", "b/y", "é/1"];
    keys.push("\uff5e", "\u{1F600}", "\u{1F600}/x", ".", "..a");
    const { content } = await stage(store, "x");
    await store.commit(
      BUCKET,
      keys.map((key) => ({ kind: "put", key, content, attributes: {} })),
    );
    const sorted = [
      ...["!", ".", "..a", "a", "a!", "a/!", "a/.git", "a/b!", "a/b/c", "a0", "b/x", "b/y"],
      ...["é/1", "\uff5e", "\u{1F600}", "\u{1F600}/x"],
    ];
    assertEquals(await names(store), sorted);
    for (const [i, after] of sorted.entries()) {
      assertEquals(await names(store, { after }), sorted.slice(i + 1));
    }
    assertEquals(await names(store, { delimiter: "/" }), [
      ...["!", ".", "..a", "a", "a!", "[a/]", "a0", "[b/]", "[é/]", "\uff5e", "\u{1F600}"],
      "[\u{1F600}/]",
    ]);
    assertEquals(await names(store, { prefix: "." }), [".", "..a"]);
    assertEquals(await names(store, { prefix: ".." }), ["..a"]);
    assertEquals(await names(store, { prefix: "a/b", delimiter: "/" }), ["a/b!", "[a/b/]"]);
  }, { pageSize: 2 }));

Deno.test("a failing Hub is told by kind, with its advice when to come again", () =>
  withStore(async ({ store, hub }) => {
    const cases: readonly (readonly [number, StoreErrorKind])[] = [
      [401, "denied"],
      [403, "denied"],
      [429, "slow_down"],
      [500, "unavailable"],
    ];
    for (const [status, kind] of cases) {
      const remove = hub.switches.faults.add({ endpoint: "hub", status, retryAfter: 0 });
      await rejectsWith(kind, () => store.stat(BUCKET, ["k"]));
      await rejectsWith(kind, () => names(store));
      remove();
    }
  }));

Deno.test("each operation has a known number of Hub calls", () =>
  withStore(async ({ store, hub }) => {
    const { content } = await stage(store, "x");
    hub.counters.reset();
    const calls = () => {
      const { calls } = hub.counters.of("hub");
      hub.counters.reset();
      return calls;
    };
    await commitOne(store, { kind: "put", key: "k", content, attributes: {} });
    assertEquals(calls(), 1);
    await commitOne(store, {
      kind: "put",
      key: "k",
      content,
      attributes: {},
      condition: { kind: "exists" },
    });
    assertEquals(calls(), 2);
    const [object] = await store.stat(BUCKET, ["k"]);
    assertEquals(calls(), 1);
    assert(object !== undefined);
    await commitOne(store, {
      kind: "copy",
      key: "c",
      source: { bucket: BUCKET, object },
      attributes: {},
    });
    assertEquals(calls(), 2);
    await names(store);
    assertEquals(calls(), 1);
    await commitOne(store, { kind: "delete", key: "k" });
    assertEquals(calls(), 1);
  }));
