import { assertEquals, assertRejects } from "@std/assert";
import { CorsRules } from "../lib/cors_rules.ts";
import { S3Error } from "../lib/errors/s3_error.ts";
import { SILENT_LOG } from "../lib/log.ts";
import { MemoryStore } from "./support/memory_store.ts";

const RULE = {
  allowedOrigins: ["https://example.org"],
  allowedMethods: ["GET"],
  allowedHeaders: [],
  exposeHeaders: [],
};

/** Rules over a store with a bucket that has one, and a clock that a test sets. */
async function corsRules() {
  const store = new MemoryStore();
  await store.createBucket("bucket");
  await store.updateBucketSettings("bucket", () => ({ cors: [RULE] }));
  const clock = { now: 1_700_000_000_000 };
  const cors = new CorsRules({ log: SILENT_LOG, now: () => clock.now, origins: [] });
  const headers = new Headers({
    origin: "https://example.org",
    "access-control-request-method": "GET",
  });
  const ask = (bucket: string) => cors.answerPreflight(headers, { kind: "bucket", bucket }, store);
  const looks = () => store.calls.filter((call) => call.startsWith("bucketSettings")).length;
  return { ask, looks, clock };
}

Deno.test("preflights about buckets that are not known cost few looks a minute", async () => {
  const { ask, looks, clock } = await corsRules();
  assertEquals((await ask("bucket")).status, 200);
  for (let i = 0; i < 200; i++) {
    const error = await assertRejects(() => ask(`made-up-${i}`), S3Error);
    assertEquals(error.code, "AccessForbidden");
  }
  assertEquals(looks(), 60);
  clock.now += 60_000;
  await assertRejects(() => ask("made-up"), S3Error);
  assertEquals(looks(), 61);
});

Deno.test("a bucket that is known has its rules however many others are asked about", async () => {
  const { ask, looks } = await corsRules();
  assertEquals((await ask("bucket")).status, 200);
  for (let i = 0; i < 100; i++) await assertRejects(() => ask(`made-up-${i}`), S3Error);
  const before = looks();
  assertEquals((await ask("bucket")).status, 200);
  assertEquals(looks(), before + 1);
});
