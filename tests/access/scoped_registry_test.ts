import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { ScopedRegistry, scopeOf } from "../../lib/access/scoped_registry.ts";
import { MapUploadRegistry } from "../../lib/multipart/map_registry.ts";
import { registrySuite, TTL_MS } from "../multipart/registry_suite.ts";

registrySuite("ScopedRegistry", () => {
  const clock = { now: 1_700_000_000_000 };
  const all = new MapUploadRegistry({ ttlMs: TTL_MS, now: () => clock.now });
  return { registry: new ScopedRegistry(all, scopeOf("hf_one")), clock, close: () => {} };
});

const UPLOAD = { bucket: "bucket", key: "key", initiator: "AKID", attributes: {} };
const PART = {
  partNumber: 1,
  etag: "e",
  size: 1,
  lastModified: 1,
  checksums: {},
  recipe: { content: { hash: "0".repeat(64), size: 1 }, detail: "" },
};

Deno.test("uploads of one scope are unknown to every other, and to none", async () => {
  const all = new MapUploadRegistry({ ttlMs: TTL_MS });
  const mine = new ScopedRegistry(all, scopeOf("hf_one"));
  const { uploadId } = await mine.create(UPLOAD);
  assertMatch(uploadId, /^[0-9a-f]{64}$/);
  for (const other of [new ScopedRegistry(all, scopeOf("hf_two")), all]) {
    assertEquals(await other.get(uploadId), undefined);
    assertEquals(await other.putPart(uploadId, PART), undefined);
    assertEquals(await other.listParts(uploadId, { after: 0, limit: 10 }), undefined);
    assertEquals(await other.beginCompletion(uploadId), undefined);
    assertEquals(await other.abort(uploadId), false);
    await other.dropBucket("bucket");
    assertEquals(await Array.fromAsync(other.listUploads("bucket")), []);
  }
  assertEquals((await mine.get(uploadId))?.bucket, "bucket");
  assertEquals((await Array.fromAsync(mine.listUploads("bucket"))).length, 1);
});

Deno.test("a completed upload answers its own scope only", async () => {
  const all = new MapUploadRegistry({ ttlMs: TTL_MS });
  const mine = new ScopedRegistry(all, scopeOf("hf_one"));
  const { uploadId } = await mine.create(UPLOAD);
  const begun = await mine.beginCompletion(uploadId);
  if (begun?.kind !== "begun") throw new Error("It did not begin");
  const result = { bucket: "bucket", key: "key", etag: "e-1", extra: {} };
  await mine.completed(uploadId, begun.lease, result);
  assertEquals((await mine.beginCompletion(uploadId))?.kind, "completed");
  const other = new ScopedRegistry(all, scopeOf("hf_two"));
  assertEquals(await other.beginCompletion(uploadId), undefined);
});

Deno.test("a scope says nothing of the token", () => {
  assertMatch(scopeOf("hf_one"), /^[0-9a-f]{32}$/);
  assertNotEquals(scopeOf("hf_one"), scopeOf("hf_two"));
});
