import { assertEquals } from "@std/assert";
import { etagOf } from "../../lib/store/etag.ts";

Deno.test("an entity tag is the first half of the hash with a dash", () => {
  const hash = "0123456789abcdef".repeat(4);
  assertEquals(etagOf(hash), "0123456789abcdef0123456789abcdef-1");
});
