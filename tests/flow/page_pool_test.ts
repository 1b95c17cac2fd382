import { assertEquals, assertStrictEquals } from "@std/assert";
import { PAGE_LENGTH, PagePool } from "../../lib/flow/page_pool.ts";

Deno.test("a page that was given back is used again", () => {
  const pool = new PagePool();
  const kept = pool.take();
  const page = pool.take();
  assertEquals(page.length, PAGE_LENGTH);
  pool.give(page);
  assertStrictEquals(pool.take(), page);
  pool.give(page);
  pool.give(kept);
});

Deno.test("all pages rest while one is in use, and few when none is", () => {
  const pool = new PagePool();
  const pages = Array.from({ length: 20 }, () => pool.take());
  const last = pages.pop();
  pages.forEach((page) => pool.give(page));
  assertEquals(pool.resting, 19);
  pool.give(last);
  assertEquals(pool.resting, 4);
});

Deno.test("a page that was lost is not waited for", () => {
  const pool = new PagePool();
  const pages = Array.from({ length: 9 }, () => pool.take());
  pool.take();
  pages.forEach((page) => pool.give(page));
  pool.give(undefined);
  assertEquals(pool.resting, 4);
});
