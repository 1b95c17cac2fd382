import { assertEquals } from "@std/assert";
import { SweepList } from "../../../lib/store/sidecar/sweep_list.ts";

Deno.test("a list holds each bucket once, and nothing after it was taken", () => {
  const list = new SweepList();
  for (const id of ["a/b", "c/d", "a/b"]) list.add(id);
  assertEquals([...list.take()].sort(), ["a/b", "c/d"]);
  assertEquals(list.take(), []);
});

Deno.test("a list is bounded: the bucket met least lately goes first", () => {
  const list = new SweepList();
  for (let i = 0; i < 1001; i++) list.add(`a/${i}`);
  const taken = list.take();
  assertEquals([taken.length, taken.includes("a/0"), taken.includes("a/1")], [1000, false, true]);
});
