import { assertEquals, assertThrows } from "@std/assert";
import { timingSafeEqual } from "@std/crypto";
import { STATUS_TEXT } from "@std/http";

Deno.test("the linked std names resolve to working code", () => {
  assertEquals(timingSafeEqual(new Uint8Array([1]), new Uint8Array([1])), true);
  assertEquals(STATUS_TEXT[404], "Not Found");
  const error = assertThrows(() => assertEquals<number>(1, 2), Error);
  assertEquals(error.name, "AssertionError");
});
