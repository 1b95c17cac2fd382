import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseRange } from "../../lib/http/range.ts";

const CASES: readonly (readonly [header: string, size: number, outcome: string])[] = [
  ["bytes=0-0", 10, "0-0"],
  ["bytes=2-4", 10, "2-4"],
  ["bytes=2-", 10, "2-9"],
  ["bytes=2-100", 10, "2-9"],
  ["bytes=0-99999999999999999999999999", 10, "0-9"],
  ["bytes=-3", 10, "7-9"],
  ["bytes=-10", 10, "0-9"],
  ["bytes=-11", 10, "0-9"],
  ["bytes=-99999999999999999999999999", 10, "0-9"],
  ["BYTES=1-2", 10, "1-2"],
  [" bytes=1-2 ", 10, "1-2"],
  ["bytes=10-", 10, "unsatisfiable"],
  ["bytes=10-20", 10, "unsatisfiable"],
  ["bytes=99999999999999999999999999-", 10, "unsatisfiable"],
  ["bytes=-0", 10, "unsatisfiable"],
  ["bytes=0-", 0, "unsatisfiable"],
  ["bytes=0-0", 0, "unsatisfiable"],
  ["bytes=-0", 0, "unsatisfiable"],
  ["bytes=-1", 0, "whole"],
  ["bytes= -1", 10, "whole"],
  ["bytes=1 - 2", 10, "whole"],
  ["bytes=0 -1", 10, "whole"],
  ["bytes=5-4", 10, "whole"],
  ["bytes=50-40", 10, "whole"],
  ["bytes=9007199254740993-9007199254740992", 10, "whole"],
  ["bytes=0-1,3-4", 10, "whole"],
  ["bytes=0-1,", 10, "whole"],
  ["bytes=-", 10, "whole"],
  ["bytes=", 10, "whole"],
  ["bytes", 10, "whole"],
  ["", 10, "whole"],
  ["items=0-1", 10, "whole"],
  ["bytes=a-b", 10, "whole"],
  ["bytes=0x1-2", 10, "whole"],
  ["bytes=1.0-2", 10, "whole"],
  ["bytes=--1", 10, "whole"],
  ["bytes=1--2", 10, "whole"],
  ["bytes=1-2-3", 10, "whole"],
];

for (const [header, size, outcome] of CASES) {
  Deno.test(`"${header}" of ${size} bytes is ${outcome}`, () => {
    const range = parseRange(header, size);
    assertEquals(range.kind === "part" ? `${range.first}-${range.last}` : range.kind, outcome);
  });
}

Deno.test("no header asks for the whole", () => {
  assertEquals(parseRange(null, 10), { kind: "whole" });
  assertEquals(parseRange(undefined, 0), { kind: "whole" });
});

Deno.test("a part always lies inside the object", () => {
  const header = fc.oneof(
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    fc.nat().map((a) => `bytes=${a}-`),
    fc.nat().map((a) => `bytes=-${a}`),
    fc.string().map((text) => `bytes=${text}`),
  );
  fc.assert(fc.property(header, fc.nat({ max: 1 << 20 }), (text, size) => {
    const range = parseRange(text, size);
    if (range.kind !== "part") return;
    assert(0 <= range.first && range.first <= range.last && range.last < size);
  }));
});
