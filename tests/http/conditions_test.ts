import { assertEquals } from "@std/assert";
import {
  evaluateCopySource,
  evaluateRead,
  ifRangeHolds,
  readConditions,
} from "../../lib/http/conditions.ts";
import { bareETag, matchesETag } from "../../lib/http/etags.ts";

const CURRENT = { etag: '"abc-1"', lastModified: new Date("2026-01-02T03:04:05.678Z") };
const NOW = new Date("2026-02-01T00:00:00Z");
const BEFORE = "Fri, 02 Jan 2026 03:04:04 GMT";
const SAME = "Fri, 02 Jan 2026 03:04:05 GMT";
const AFTER = "Fri, 02 Jan 2026 03:04:06 GMT";
const FUTURE = "Fri, 02 Jan 2027 03:04:05 GMT";
const YES = '"abc-1"';
const NO = '"other"';

type Headers4 = Readonly<Record<string, string>>;

const READS: readonly (readonly [Headers4, string])[] = [
  [{}, "proceed"],
  [{ "if-match": YES }, "proceed"],
  [{ "if-match": "abc-1" }, "proceed"],
  [{ "if-match": `W/${YES}` }, "proceed"],
  [{ "if-match": `${NO}, ${YES}` }, "proceed"],
  [{ "if-match": "other,abc-1" }, "proceed"],
  [{ "if-match": "*" }, "proceed"],
  [{ "if-match": "*, *" }, "proceed"],
  [{ "if-match": NO }, "failed If-Match"],
  [{ "if-match": '"abc-1,x"' }, "failed If-Match"],
  [{ "if-match": "" }, "failed If-Match"],
  [{ "if-unmodified-since": BEFORE }, "failed If-Unmodified-Since"],
  [{ "if-unmodified-since": SAME }, "proceed"],
  [{ "if-unmodified-since": AFTER }, "proceed"],
  [{ "if-unmodified-since": "garbage" }, "proceed"],
  [{ "if-match": YES, "if-unmodified-since": BEFORE }, "proceed"],
  [{ "if-match": NO, "if-unmodified-since": AFTER }, "failed If-Match"],
  [{ "if-none-match": YES }, "not-modified If-None-Match"],
  [{ "if-none-match": "*" }, "not-modified If-None-Match"],
  [{ "if-none-match": NO }, "proceed"],
  [{ "if-modified-since": BEFORE }, "proceed"],
  [{ "if-modified-since": SAME }, "not-modified If-Modified-Since"],
  [{ "if-modified-since": AFTER }, "not-modified If-Modified-Since"],
  [{ "if-modified-since": FUTURE }, "proceed"],
  [{ "if-modified-since": "garbage" }, "proceed"],
  [{ "if-none-match": NO, "if-modified-since": AFTER }, "proceed"],
  [{ "if-none-match": YES, "if-modified-since": BEFORE }, "not-modified If-None-Match"],
  [{ "if-match": NO, "if-none-match": YES }, "failed If-Match"],
  [{ "if-match": YES, "if-none-match": YES }, "not-modified If-None-Match"],
];

for (const [headers, outcome] of READS) {
  Deno.test(`a read under ${JSON.stringify(headers)} is ${outcome}`, () => {
    const result = evaluateRead(readConditions(new Headers(headers)), CURRENT, NOW);
    assertEquals(
      "condition" in result ? `${result.kind} ${result.condition}` : result.kind,
      outcome,
    );
  });

  Deno.test(`a copy whose source is under ${JSON.stringify(headers)} never answers 304`, () => {
    const prefixed = Object.entries(headers).map((
      [name, value],
    ): [string, string] => [`x-amz-copy-source-${name}`, value]);
    const conditions = readConditions(new Headers(prefixed), "x-amz-copy-source-");
    const result = evaluateCopySource(conditions, CURRENT, NOW);
    const text = result.kind === "failed" ? `failed ${result.condition}` : result.kind;
    assertEquals(text, outcome.replace("not-modified", "failed"));
    assertEquals(readConditions(new Headers(prefixed)), {});
  });
}

Deno.test("If-Range holds for the same tag or the same second", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    [YES, true],
    ["abc-1", true],
    [NO, false],
    [`W/${YES}`, false],
    [SAME, true],
    [BEFORE, false],
    [AFTER, false],
    ["garbage", false],
    ["", false],
  ];
  for (const [header, holds] of cases) assertEquals(ifRangeHolds(header, CURRENT), holds, header);
});

Deno.test("tags are compared without quotes", () => {
  assertEquals(["a", '"a"', 'W/"a"', ' "a" ', '"', ""].map(bareETag), [
    "a",
    "a",
    "a",
    "a",
    '"',
    "",
  ]);
  assertEquals(matchesETag('"a,b", c', "a,b"), true);
  assertEquals(matchesETag('"a,b", c', "c"), true);
  assertEquals(matchesETag('"a,b", c', "a"), false);
  assertEquals(matchesETag('"*"', "x"), false);
});
