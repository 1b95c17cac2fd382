import { assertEquals } from "@std/assert";
import { countText, humanSize, timeText } from "../../lib/cli/format.ts";
import { printable } from "../../lib/cli/printer.ts";
import { treeLines } from "../../lib/cli/tree_text.ts";
import type { TreeItem } from "../../lib/buckets/mod.ts";

Deno.test("humanSize() counts in thousands and never says 1,000 of a unit", () => {
  const sizes = [0, 999, 1000, 1049, 999_949, 999_950, 1_500_000, 5e9, 2e12, 3e15, 4e18];
  assertEquals(sizes.map(humanSize), [
    "0 B",
    "999 B",
    "1.0 kB",
    "1.0 kB",
    "999.9 kB",
    "1.0 MB",
    "1.5 MB",
    "5.0 GB",
    "2.0 TB",
    "3.0 PB",
    "4000.0 PB",
  ]);
});

Deno.test("times are in UTC, counts have separators", () => {
  assertEquals(timeText(new Date("2026-01-02T03:04:05.678Z")), "2026-01-02 03:04:05");
  assertEquals(timeText(undefined), "");
  assertEquals([1, 2, 1000].map((n) => countText(n, "file")), ["1 file", "2 files", "1,000 files"]);
});

Deno.test("printable() shows what a terminal would obey", () => {
  assertEquals(printable("a\x1b[31m\n\u009bü🎉\x7f"), "a\\u001b[31m\\n\\u009bü🎉\\u007f");
});

Deno.test("treeLines() draws a file that has others below it, too", () => {
  const item = (path: string): TreeItem => ({ type: "file", path, size: 1, xetHash: "" });
  const items = [item("x/a"), item("x/a/b"), item("x/c/d/e"), item("x/f")];
  assertEquals([...treeLines(items, "x/", (entry) => entry ? "f " : "  ")], [
    "f ├── a",
    "f │   └── b",
    "  ├── c/",
    "  │   └── d/",
    "f │       └── e",
    "f └── f",
  ]);
});
