import { assertEquals } from "@std/assert";
import { createFilter, parseFilterFile } from "../../lib/sync/filter.ts";

const taken = (filter: (path: string) => boolean, ...paths: string[]) => paths.filter(filter);

Deno.test("without patterns everything is taken; with include only what matches; exclude goes first", () => {
  assertEquals(taken(createFilter({}), "a", "b/c"), ["a", "b/c"]);
  assertEquals(taken(createFilter({ include: ["*.txt"] }), "a", "b/c.txt"), ["b/c.txt"]);
  const both = createFilter({ include: ["*.txt"], exclude: ["b/*"] });
  assertEquals(taken(both, "a.txt", "b/c.txt", "c"), ["a.txt"]);
});

Deno.test("a filter file's rules go before patterns, and the first that matches decides", () => {
  const rules = parseFilterFile("# notes\n\n- *.tmp\n+ keep/*\n  plain.bin \n-rest*\n");
  assertEquals(rules, [
    { include: false, pattern: "*.tmp" },
    { include: true, pattern: "keep/*" },
    { include: true, pattern: "plain.bin" },
    { include: false, pattern: "rest*" },
  ]);
  const filter = createFilter({ rules, exclude: ["keep/*"] });
  assertEquals(taken(filter, "keep/a.tmp", "keep/a", "rest", "other"), ["keep/a", "other"]);
});
