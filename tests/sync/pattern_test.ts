import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compilePattern } from "../../lib/sync/pattern.ts";
import { MATCHES, PATHS } from "./fnmatch_cases.ts";

Deno.test("patterns match what Python's fnmatch matches", () => {
  for (const [pattern, expected] of Object.entries(MATCHES)) {
    const matches = compilePattern(pattern);
    assertEquals(PATHS.filter(matches), expected, pattern);
  }
});

Deno.test("every text is a pattern, and one without signs matches just itself", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
    const matches = compilePattern(a);
    if (!/[*?[\\]/.test(a)) assertEquals(matches(b), a === b);
    assertEquals(compilePattern(`*${a.replace(/[*?[\\]/g, "")}*`)(a.replace(/[*?[\\]/g, "")), true);
  }));
});
