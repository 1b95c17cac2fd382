import { assert, assertEquals } from "@std/assert";
import { ReadWindow } from "../../../lib/xet/transfer/read_window.ts";

const MIB = 1 << 20;

/** A reader that takes pieces of 1 MiB and thinks about each for some time. */
function windowOf(thinking: readonly number[]): number[] {
  let now = 0;
  const window = new ReadWindow({ least: MIB, most: 8 * MIB }, () => now);
  return thinking.map((ms) => {
    window.ask();
    now += 500; // the time that the reader waits for us says nothing about it
    window.give(MIB);
    now += ms;
    window.ask();
    return window.bytes / MIB;
  });
}

Deno.test("the window of a fast reader grows with what it has read, up to the most", () => {
  const sizes = windowOf(Array(20).fill(0));
  assert(sizes.every((size, i) => size <= 2 ** (i + 1)), String(sizes));
  assertEquals(sizes.at(-1), 8);
});

Deno.test("the window of a slow reader stays the least, that of one in between is what it takes", () => {
  assertEquals(windowOf(Array(5).fill(1000)), Array(5).fill(1));
  const between = windowOf(Array(50).fill(62.5)).at(-1) ?? 0; // 4 MiB in a quarter of a second
  assert(between > 3 && between < 5, String(between));
});

Deno.test("the window of a reader that becomes slow shrinks at once", () => {
  const sizes = windowOf([...Array(20).fill(0), 1000, 1000, 1000, 1000]);
  assert((sizes.at(-1) ?? 8) < 1.5, String(sizes));
});
