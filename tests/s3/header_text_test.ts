import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import {
  asHeader,
  headerToStored,
  headerToUtf8,
  storedToHeader,
  utf8ToHeader,
} from "../../lib/s3/header_text.ts";

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

Deno.test("every header value is stored as well-formed text and comes back byte for byte", () => {
  const byte = fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f);
  fc.assert(fc.property(fc.array(byte), (codes) => {
    const value = String.fromCharCode(...codes);
    const text = headerToStored(value);
    assert(text.isWellFormed());
    assertEquals(storedToHeader(text), value);
  }));
  for (const text of ["ü", "a\u{10ff80}b", "\u{10ffff}", "naïve \u{1f600}"]) {
    const value = asHeader(text) ?? "";
    assertEquals(storedToHeader(headerToStored(value)), value);
  }
  assertEquals(headerToStored("\xc3\xbc"), "ü");
  assertEquals(storedToHeader(headerToStored("caf\xe9")), "caf\xe9");
});

Deno.test("what no header can carry becomes encoded words of at most 75 characters", () => {
  assertEquals(storedToHeader("a\r\nb"), "=?UTF-8?B?YQ0KYg==?=");
  const words = storedToHeader(`${"ü".repeat(60)}\n`).split(" ");
  assertEquals(words.every((word) => word.length <= 75), true);
  const bytes = words.map((word) => atob(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? "")).join("");
  assertEquals(headerToUtf8(bytes), `${"ü".repeat(60)}\n`);
});
