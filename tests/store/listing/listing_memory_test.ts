import { assertEquals } from "@std/assert";
import { ListingMemory } from "../../../lib/store/listing/listing_memory.ts";

const listing = { bucket: "b", prefix: "p/", delimiter: "/" };
const at = { kind: "level", place: { cursor: "c", passed: "p/a" } } as const;

Deno.test("a place is remembered for its listing only, until the bucket is forgotten", () => {
  const memory = new ListingMemory();
  memory.remember(listing, "p/k", at);
  assertEquals(memory.position(listing, "p/k"), at);
  assertEquals(memory.position(listing, "p/l"), undefined);
  assertEquals(memory.position({ bucket: "b", prefix: "p/" }, "p/k"), undefined);
  assertEquals(memory.position({ ...listing, bucket: "c" }, "p/k"), undefined);
  memory.forget("c");
  assertEquals(memory.position(listing, "p/k"), at);
  memory.forget("b");
  assertEquals(memory.position(listing, "p/k"), undefined);
});

Deno.test("a bucket is taken for unordered for ten minutes, each kind of listing for itself", () => {
  const clock = { now: 1_000_000 };
  const memory = new ListingMemory(() => clock.now);
  memory.setUnordered(listing);
  assertEquals(memory.isUnordered({ ...listing, prefix: "" }), true);
  assertEquals(memory.isUnordered({ bucket: "b", prefix: "" }), false);
  clock.now += 600_000;
  assertEquals(memory.isUnordered(listing), true);
  clock.now += 1;
  assertEquals(memory.isUnordered(listing), false);
});

Deno.test("the places that are remembered are bounded", () => {
  const memory = new ListingMemory();
  for (let i = 0; i < 5000; i++) memory.remember(listing, String(i), at);
  assertEquals(memory.position(listing, "0"), undefined);
  assertEquals(memory.position(listing, "4999"), at);
});
