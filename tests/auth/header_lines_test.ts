import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { changedHeaders, headerReadings } from "../../lib/auth/header_lines.ts";

const readingsOf = (...shown: (readonly [string, string])[]) =>
  [...headerReadings(new Map(shown))].map((reading) => [...reading.values()].join("|"));

Deno.test("headers without a comma and a blank have one reading", () => {
  assertEquals(readingsOf(["a", "1"], ["b", "1,2"], ["c", "1 ,2"], ["d", "1,  2"]), [
    "1|1,2|1 ,2|1,  2",
  ]);
});

Deno.test("each place where lines may have been joined is read both ways, the plain readings first", () => {
  assertEquals(readingsOf(["a", "1, 2, 3"]), ["1, 2, 3", "1,2,3", "1,2, 3", "1, 2,3"]);
  assertEquals(readingsOf(["a", "1, 2"], ["b", "3, 4"]), [
    "1, 2|3, 4",
    "1,2|3,4",
    "1,2|3, 4",
    "1, 2|3,4",
  ]);
});

Deno.test("of too many places those of a header are read alike, and at last all", () => {
  const many = "1, 2, 3, 4, 5";
  assertEquals(readingsOf(["a", many], ["b", many]), [
    `${many}|${many}`,
    "1,2,3,4,5|1,2,3,4,5",
    `1,2,3,4,5|${many}`,
    `${many}|1,2,3,4,5`,
  ]);
  const wide = Array.from({ length: 20 }, (_, i) => [`h${i}`, "1, 2"] as const);
  assertEquals(readingsOf(...wide).length, 2);
});

Deno.test("lines of any values are among the readings of what they are joined to", () => {
  // So short that each place is tried on its own.
  const value = fc.string({ unit: fc.constantFrom("a", ",", " ", "b"), maxLength: 3 })
    .map((text) => text.trim());
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (lines) => {
    const headers = new Headers(lines.map((line): [string, string] => ["a", line]));
    const shown = new Map([["a", headers.get("a") ?? ""]]);
    const readings = [...headerReadings(shown)].map((reading) => reading.get("a"));
    assert(readings.includes(lines.join(",")), JSON.stringify(lines));
  }));
});

Deno.test("only the headers that are read in another way are told", () => {
  const shown = new Map([["a", "1, 2"], ["b", "3"]]);
  const [first, second] = headerReadings(shown);
  assertEquals([...changedHeaders(first ?? shown, shown)], []);
  assertEquals([...changedHeaders(second ?? shown, shown)], [["a", "1,2"]]);
});
