import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { asHeader, headerToUtf8, utf8ToHeader } from "../../lib/s3/header_text.ts";

Deno.test("any text without control characters goes through a header and back", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const value = asHeader(text);
    if (value === undefined) return;
    const headers = new Headers();
    headers.set("a", value);
    assertEquals(headerToUtf8(value), text);
  }));
});

Deno.test("control characters are in no header; a tab may be", () => {
  for (let code = 0; code < 0x20; code++) {
    const text = `a${String.fromCharCode(code)}b`;
    assertEquals(asHeader(text), code === 9 ? text : undefined);
  }
  assertEquals(asHeader("\x7f"), undefined);
  assertEquals(asHeader("\u0085"), "\xc2\x85");
  const error = assertThrows(() => utf8ToHeader("response-expires", "\x01"), S3Error);
  assertEquals([error.code, error.fields["ArgumentName"]], ["InvalidArgument", "response-expires"]);
});

Deno.test("a header whose bytes are not UTF-8 is no text", () => {
  assertEquals(headerToUtf8("\xff"), undefined);
  assertEquals(headerToUtf8("\xc3\xbc"), "ü");
});
