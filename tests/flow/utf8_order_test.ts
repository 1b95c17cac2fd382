import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareUtf8 } from "../../lib/flow/utf8_order.ts";

function bytesOf(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}

function compareBytes(a: string, b: string): number {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  const differing = left.findIndex((byte, index) => byte !== right[index]);
  if (differing < 0) return left.length - right.length;
  return (left[differing] ?? 0) - (right[differing] ?? -1);
}

Deno.test("strings compare as their UTF-8 bytes do", () => {
  const text = fc.string({ unit: "binary", maxLength: 8 });
  fc.assert(fc.property(text, text, (a, b) => {
    assertEquals(Math.sign(compareUtf8(a, b)), Math.sign(compareBytes(a, b)));
  }));
});

Deno.test("characters beyond the basic plane come after all others", () => {
  assert("\u{1F600}" < "\uFFFD");
  assert(compareUtf8("\u{1F600}", "\uFFFD") > 0);
  assert(compareUtf8("\u{1F600}", "\uE000") > 0);
  assert(compareUtf8("\uE000", "\uD7FF") > 0);
  assert(compareUtf8("a", "aa") < 0);
  assertEquals(compareUtf8("é", "é"), 0);
});
