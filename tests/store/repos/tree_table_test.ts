import { assertEquals } from "@std/assert";
import { DirectoryTable, TreeTableBuilder } from "../../../lib/store/repos/tree_table.ts";

const file = (path: string, hash = "0a".repeat(32), inXet = true) => ({
  path,
  size: path.length,
  hash,
  inXet,
});

Deno.test("a tree table gives back its files in UTF-8 byte order", () => {
  const files = [
    file("b"),
    file("🤗", "1b".repeat(20), false),
    file("ｚ", "2c".repeat(32), false),
    file("a/b"),
    file("a.b"),
  ];
  const builder = new TreeTableBuilder();
  for (const each of files) builder.add(each);
  const table = builder.finish();
  const sorted = ["a.b", "a/b", "b", "ｚ", "🤗"];
  const found = sorted.map((_, index) => table.file(index));
  assertEquals(found.map(({ path }) => path), sorted);
  for (const each of found) assertEquals(each, files.find(({ path }) => path === each.path));
  assertEquals(["", "a/", "a/b", "c", "\u{10ffff}"].map((text) => table.lowerBound(text)), [
    0,
    1,
    1,
    3,
    5,
  ]);
});

Deno.test("a directory's names sort as its keys do", () => {
  const { entries } = new DirectoryTable([file("a.b"), file("a0")], ["a"]);
  assertEquals(entries.map(({ name }) => name), ["a.b", "a/", "a0"]);
});

Deno.test("a tree table of many files holds what each of them is", () => {
  const builder = new TreeTableBuilder();
  const count = 5000;
  for (let i = 0; i < count; i++) {
    const n = (i * 7919) % count;
    const hash = n.toString(16).padStart(n % 3 === 0 ? 40 : 64, "0");
    builder.add({ path: `${n}`.padStart(5, "0"), size: n, hash, inXet: n % 3 === 1 });
  }
  const table = builder.finish();
  assertEquals([table.length, table.bytes], [count, builder.bytes]);
  for (let n = 0; n < count; n++) {
    const hash = n.toString(16).padStart(n % 3 === 0 ? 40 : 64, "0");
    assertEquals(table.file(n), {
      path: `${n}`.padStart(5, "0"),
      size: n,
      hash,
      inXet: n % 3 === 1,
    });
  }
});
