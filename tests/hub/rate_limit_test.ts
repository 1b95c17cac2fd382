import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { waitFromHeaders } from "../../lib/hub/rate_limit.ts";

const NOW = Date.parse("2026-11-21T00:00:00Z");

function wait(headers: Record<string, string>): number | undefined {
  return waitFromHeaders(new Headers(headers), NOW);
}

Deno.test("a spent quota is waited out, and a second more", () => {
  assertEquals(wait({ ratelimit: '"api";r=0;t=55' }), 56);
  assertEquals(wait({ ratelimit: '"pages";r=3;t=9, "api"; r=0; t=55' }), 56);
});

Deno.test("a quota that is left does not count, Retry-After then does", () => {
  assertEquals(wait({ ratelimit: '"api";r=10;t=55' }), undefined);
  assertEquals(wait({ ratelimit: '"api";r=10;t=55', "retry-after": "7" }), 7);
  assertEquals(wait({ ratelimit: '"api";r=0;t=55', "retry-after": "7" }), 56);
});

Deno.test("Retry-After may be a date, past ones are no wait", () => {
  assertEquals(wait({ "retry-after": "Sat, 21 Nov 2026 00:00:30 GMT" }), 30);
  assertEquals(wait({ "retry-after": "Fri, 20 Nov 2026 00:00:30 GMT" }), 0);
});

Deno.test("what cannot be read says nothing", () => {
  for (const value of ["", "soon", "-1", "1e3", "0x10", "1;2", "Sat, soon", "9999999999999"]) {
    assertEquals(wait({ "retry-after": value }), undefined, value);
    assertEquals(wait({ ratelimit: value }), undefined, value);
  }
  assertEquals(wait({ ratelimit: '"api";r=0;t=-5' }), undefined);
  assertEquals(wait({ ratelimit: '"api";r=0' }), undefined);
});

Deno.test("any headers give a bounded wait or none", () => {
  const value = fc.string({ unit: fc.constantFrom(...'"api;r=0t,159 SatGMT:'), maxLength: 40 });
  fc.assert(fc.property(value, value, (ratelimit, retry) => {
    const seconds = wait({ ratelimit, "retry-after": retry });
    assert(seconds === undefined || (seconds >= 0 && seconds <= 86_400));
  }));
});
