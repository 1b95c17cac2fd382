import { assertEquals } from "@std/assert";
import { MapUploadRegistry } from "../../lib/multipart/map_registry.ts";
import { registrySuite, TTL_MS } from "./registry_suite.ts";

registrySuite("MapUploadRegistry", () => {
  const clock = { now: 1_700_000_000_000 };
  const registry = new MapUploadRegistry({ ttlMs: TTL_MS, now: () => clock.now });
  return { registry, clock, close: () => {} };
});

Deno.test("MapUploadRegistry makes its ids of the random bytes it is given", async () => {
  const registry = new MapUploadRegistry({
    ttlMs: TTL_MS,
    randomBytes: (length) => new Uint8Array(length).fill(0xff),
  });
  const upload = await registry.create({ bucket: "b", key: "k", initiator: "", attributes: {} });
  assertEquals(upload.uploadId, "f".repeat(48));
});
