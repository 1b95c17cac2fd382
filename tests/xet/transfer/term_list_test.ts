import { assertEquals, assertThrows } from "@std/assert";
import { printHash, verificationHash } from "../../../lib/xet/hash/mod.ts";
import { TermList } from "../../../lib/xet/transfer/term_list.ts";
import { splitmix } from "./test_data.ts";

const hashes = splitmix(400, 32 * 20);
const hashAt = (i: number) => hashes.subarray(i * 32, i * 32 + 32);

Deno.test("TermList merges what follows in a xorb, also one that is not whole yet", () => {
  const terms = new TermList();
  const open: { hash: string | undefined } = { hash: undefined };
  for (const index of [3, 4, 5]) terms.add(open, index, hashAt(index), 100 + index);
  terms.add({ hash: "a" }, 6, hashAt(6), 50);
  terms.add({ hash: "a" }, 7, hashAt(7), 50);
  terms.add({ hash: "a" }, 7, hashAt(7), 50);
  assertThrows(() => terms.verified(), TypeError);
  open.hash = "b";
  const expected = [
    { xorbHash: "b", length: 312, start: 3, end: 6 },
    { xorbHash: "a", length: 100, start: 6, end: 8 },
    { xorbHash: "a", length: 50, start: 7, end: 8 },
  ];
  const { terms: list, chunks } = terms.layout();
  assertEquals(list, expected);
  assertEquals([chunks.count, chunks.totalSize], [6, 462]);
  assertEquals([terms.count, terms.recentRun], [3, 2]);
  const verification = printHash(verificationHash(hashes.subarray(3 * 32, 6 * 32)));
  assertEquals(terms.verified()[0], {
    xorbHash: "b",
    length: 312,
    start: 3,
    end: 6,
    verification,
  });
});

Deno.test("TermList moves the chunks of a xorb elsewhere, and leaves verified terms alone", () => {
  const terms = new TermList();
  const verified = { xorbHash: "gone", length: 9, start: 0, end: 1, verification: "v" };
  terms.add({ hash: "here" }, 0, hashAt(0), 10);
  for (const index of [4, 5, 6]) terms.add({ hash: "gone" }, index, hashAt(index), 10);
  terms.addVerified([verified]);
  terms.add({ hash: "gone" }, 4, hashAt(4), 10);
  // Two of them follow what is before them.
  terms.move("gone", (index) => ({ xorb: { hash: "here" }, index: index === 6 ? 30 : index - 3 }));
  const runs = terms.verified().map(({ xorbHash, start, end }) => [xorbHash, start, end]);
  assertEquals(runs, [["here", 0, 3], ["here", 30, 31], ["gone", 0, 1], ["here", 1, 2]]);
});
