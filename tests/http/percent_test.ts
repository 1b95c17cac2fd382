import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { decodeToBytes, decodeToText, percentEncode } from "../../lib/http/percent.ts";

const TEXT = fc.string({ unit: "binary", maxLength: 40 });

Deno.test("text survives encoding, with slashes kept or not", () => {
  fc.assert(fc.property(TEXT, fc.boolean(), (text, keepSlash) => {
    const encoded = percentEncode(text, { keepSlash });
    assertEquals(/^[A-Za-z0-9\-._~%/]*$/.test(encoded), true);
    assertEquals(encoded.includes("/"), keepSlash && text.includes("/"));
    assertEquals(decodeToText(encoded), text);
  }));
});

Deno.test("bytes survive encoding", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    assertEquals(decodeToBytes(percentEncode(bytes)), bytes);
  }));
});

Deno.test("just the unreserved characters are left as they are", () => {
  assertEquals(percentEncode("aZ09-._~"), "aZ09-._~");
  assertEquals(percentEncode(" +/*'()!@"), "%20%2B%2F%2A%27%28%29%21%40");
  assertEquals(percentEncode("é/日", { keepSlash: true }), "%C3%A9/%E6%97%A5");
});

Deno.test("a plus sign stays and escapes are read in either case", () => {
  assertEquals(decodeToText("a+b%2B%c3%A9é%25zz"), "a+b+éé%zz");
  assertEquals(decodeToText("%EF%BB%BFx"), "\ufeffx");
});

Deno.test("invalid escapes and invalid UTF-8 are InvalidURI", () => {
  const bad = [
    "%",
    "%2",
    "a%zz",
    "%%41",
    "%-1",
    "% 1",
    "%ff",
    "%c3",
    "%c3(",
    "%ed%a0%80",
    "%c0%af",
  ];
  for (const text of [...bad, "\ud800"]) {
    assertEquals(assertThrows(() => decodeToText(text), S3Error).code, "InvalidURI", text);
  }
});

Deno.test("no garbage makes decoding throw anything but InvalidURI", () => {
  const garbage = fc.array(fc.constantFrom("%", "2", "F", "c3", "a9", "é", "x", "%4", "\0"));
  fc.assert(fc.property(garbage, (pieces) => {
    try {
      decodeToText(pieces.join(""));
    } catch (error) {
      assertEquals(error instanceof S3Error && error.code, "InvalidURI");
    }
  }));
});
