import { assertEquals, assertThrows } from "@std/assert";
import { bytesFromHex } from "../../../lib/xet/hash/hex.ts";

/** Runs work as a runtime does that has no `Uint8Array.fromHex`. */
function withoutFromHex(work: () => void): void {
  const own = Object.getOwnPropertyDescriptor(Uint8Array, "fromHex");
  if (own === undefined) return work();
  Reflect.deleteProperty(Uint8Array, "fromHex");
  try {
    work();
  } finally {
    Object.defineProperty(Uint8Array, "fromHex", own);
  }
}

Deno.test("hex digits are read the same with the runtime's own function and without", () => {
  const check = () => {
    assertEquals(bytesFromHex(""), new Uint8Array());
    assertEquals(bytesFromHex("00fFa1"), new Uint8Array([0, 255, 161]));
    for (const text of ["0", "0g", "0x00", " 00", "00\n"]) {
      assertThrows(() => bytesFromHex(text), SyntaxError);
    }
  };
  check();
  withoutFromHex(check);
});
