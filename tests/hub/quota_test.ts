import { assert, assertEquals, assertThrows } from "@std/assert";
import { HubError } from "../../lib/hub/hub_error.ts";
import { Quota } from "../../lib/hub/quota.ts";

const API = "/api/buckets/a/b/tree";
const RESOLVE = "/buckets/a/b/resolve/x";

function headers(left: number, seconds: number, { name = "api", quota = 1000 } = {}): Headers {
  return new Headers({
    "ratelimit": `"${name}";r=${left};t=${seconds}`,
    "ratelimit-policy": `"fixed window";"${name}";q=${quota};w=300`,
  });
}

function quotaAt(now = 0) {
  const clock = { now };
  const quota = new Quota(() => clock.now);
  const call = (answer: Headers, path = API) => {
    quota.take(path);
    quota.answered(path, answer);
  };
  const refusal = (path = API) => assertThrows(() => quota.take(path), HubError);
  return { clock, quota, call, refusal };
}

Deno.test("nothing is held back before the Hub has said anything", () => {
  const { quota } = quotaAt();
  for (let i = 0; i < 5000; i++) quota.take(API);
  assertEquals(quota.pace(), 0);
});

Deno.test("no call is taken once the window is spent, until it has ended", () => {
  const { clock, call, refusal } = quotaAt();
  call(headers(1, 40));
  call(headers(0, 40));
  const error = refusal();
  assertEquals([error.kind, error.retryAfterSeconds, error.outcomeUnknown], [
    "rate_limited",
    41,
    false,
  ]);
  clock.now = 40_000;
  assertEquals(refusal().retryAfterSeconds, 1);
  clock.now = 41_000;
  call(headers(999, 299));
});

Deno.test("calls on their way are counted before they are answered", () => {
  const { quota, call, refusal } = quotaAt();
  call(headers(3, 40));
  for (let i = 0; i < 3; i++) quota.take(API);
  assertEquals(refusal().kind, "rate_limited");
  // An answer says what was left when the Hub wrote it, which is before it counted the others.
  quota.answered(API, headers(2, 40));
  assertEquals(refusal().kind, "rate_limited");
});

Deno.test("calls that others make with the same token are noticed", () => {
  const { call, refusal } = quotaAt();
  call(headers(500, 40));
  call(headers(0, 39));
  assertEquals(refusal().retryAfterSeconds, 40);
});

Deno.test("the classes have quotas of their own", () => {
  const { call, refusal } = quotaAt();
  call(headers(0, 40, { name: "resolvers" }), RESOLVE);
  assertEquals(refusal(RESOLVE).kind, "rate_limited");
  call(headers(5, 40));
});

Deno.test("a Retry-After alone is about its own call", () => {
  const { quota } = quotaAt();
  quota.take(API);
  quota.answered(API, new Headers({ "retry-after": "7" }));
  quota.take(API);
});

Deno.test("a new window has a full quota, also before the Hub says so", () => {
  const { clock, quota, call, refusal } = quotaAt();
  call(headers(0, 40, { quota: 3 }));
  clock.now = 41_000;
  for (let i = 0; i < 3; i++) quota.take(API);
  quota.answered(API, headers(2, 299, { quota: 3 }));
  assertEquals(refusal().kind, "rate_limited");
});

Deno.test("shared calls are spaced in the second half of a quota, so that it lasts", () => {
  const { clock, quota, call } = quotaAt();
  call(headers(1000, 300));
  let left = 1000;
  for (; clock.now < 300_000; left--) {
    const wait = quota.pace();
    assert(left < 500 || wait === 0, `${left} left, ${wait} ms`);
    assert(wait <= 2_000);
    clock.now += wait + 20;
    call(headers(left - 1, 300 - Math.floor(clock.now / 1000)));
  }
  assert(left > 0, `${left} left`);
});

Deno.test("a call that comes alone is not spaced", () => {
  const { clock, quota, call } = quotaAt();
  call(headers(100, 250));
  quota.pace();
  assert(quota.pace() > 0);
  clock.now += 10_000;
  assertEquals(quota.pace(), 0);
});
