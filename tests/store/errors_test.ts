import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { StoreError, type StoreErrorKind } from "../../lib/errors/store_error.ts";
import { toS3Error } from "../../lib/errors/to_s3_error.ts";
import { BudgetError } from "../../lib/flow/memory_budget.ts";
import { HubError, type HubErrorKind } from "../../lib/hub/hub_error.ts";
import {
  iterateWithStoreErrors,
  streamWithStoreErrors,
  toStoreError,
} from "../../lib/store/errors.ts";
import { CasError } from "../../lib/xet/cas/cas_error.ts";
import { XetFormatError } from "../../lib/xet/error.ts";

Deno.test("errors of the Hub become the store's", () => {
  const kinds: readonly (readonly [HubErrorKind, StoreErrorKind])[] = [
    ["unauthorized", "denied"],
    ["forbidden", "denied"],
    ["not_found", "no_such_bucket"],
    ["conflict", "conflict"],
    ["unprocessable", "conflict"],
    ["too_large", "too_large"],
    ["rate_limited", "slow_down"],
    ["server_error", "unavailable"],
    ["network", "unavailable"],
    ["timeout", "unavailable"],
    ["malformed", "unavailable"],
    ["redirect", "unavailable"],
  ];
  for (const [kind, expected] of kinds) {
    const cause = new HubError(kind, "what", { retryAfterSeconds: 7 });
    const error = toStoreError(cause);
    assert(error instanceof StoreError);
    assertEquals([error.kind, error.retryAfterSeconds, error.cause], [expected, 7, cause]);
  }
  const entry = toStoreError(new HubError("not_found", "what", { code: "EntryNotFound" }));
  assert(entry instanceof StoreError && entry.kind === "no_such_key");
});

Deno.test("errors of the CAS become the store's", () => {
  const statuses: readonly (readonly [number | undefined, StoreErrorKind, StoreErrorKind])[] = [
    [401, "unavailable", "unavailable"],
    [403, "denied", "denied"],
    [404, "no_such_key", "unavailable"],
    [413, "too_large", "too_large"],
    [429, "slow_down", "slow_down"],
    [503, "unavailable", "unavailable"],
    [400, "unavailable", "unavailable"],
    [undefined, "unavailable", "unavailable"],
  ];
  for (const [status, read, write] of statuses) {
    const cause = new CasError("what", { status, retryable: false });
    const [reading, writing] = [toStoreError(cause, "read"), toStoreError(cause, "write")];
    assert(reading instanceof StoreError && writing instanceof StoreError);
    assertEquals([reading.kind, writing.kind], [read, write]);
  }
  const corrupt = toStoreError(new XetFormatError("hash"));
  assert(corrupt instanceof StoreError && corrupt.kind === "corrupt");
});

Deno.test("a wait for memory that took too long is a store that is overloaded", () => {
  const error = toStoreError(new BudgetError("what"));
  assert(error instanceof StoreError);
  assertEquals([error.kind, toS3Error(error).code], ["slow_down", "SlowDown"]);
});

Deno.test("what is not known stays as it is", () => {
  for (const error of [new TypeError("x"), new HubError("bad_request", "x"), "text", undefined]) {
    assertStrictEquals(toStoreError(error), error);
  }
});

Deno.test("a stream errors with the store's error, and is cancelled through", async () => {
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array([1])),
    pull: () => Promise.reject(new XetFormatError("wrong bytes")),
  }, { highWaterMark: 0 });
  const reader = streamWithStoreErrors(() => Promise.resolve(broken)).getReader();
  assertEquals((await reader.read()).value, new Uint8Array([1]));
  const error = await assertRejects(() => reader.read(), StoreError, "wrong bytes");
  assertEquals(error.kind, "corrupt");

  let reason: unknown;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: (why) => void (reason = why),
  });
  const other = streamWithStoreErrors(() => Promise.resolve(endless)).getReader();
  await other.read();
  await other.cancel("enough");
  assertEquals(reason, "enough");
});

Deno.test("a listing throws the store's error after what came before it", async () => {
  async function* items() {
    yield 1;
    await Promise.resolve();
    throw new HubError("rate_limited", "slower");
  }
  const seen: number[] = [];
  const error = await assertRejects(async () => {
    for await (const item of iterateWithStoreErrors(items())) seen.push(item);
  }, StoreError);
  assertEquals([seen, error.kind], [[1], "slow_down"]);
});
