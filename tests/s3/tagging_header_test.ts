import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { parseTagging } from "../../lib/s3/tagging_header.ts";

const codeOf = (text: string) => assertThrows(() => parseTagging(text), S3Error).code;

Deno.test("parseTagging() reads form-encoded tags in their order", () => {
  assertEquals(parseTagging("b=1&a=2"), [{ key: "b", value: "1" }, { key: "a", value: "2" }]);
  assertEquals(parseTagging("a"), [{ key: "a", value: "" }]);
  assertEquals(parseTagging("a=b=c&"), [{ key: "a", value: "b=c" }]);
  assertEquals(parseTagging("a+b=%2B%C3%BC"), [{ key: "a b", value: "+ü" }]);
  assertEquals(parseTagging(""), []);
});

Deno.test("parseTagging() refuses what is not encoded, too much, or there twice", () => {
  assertEquals(codeOf("a=%"), "InvalidArgument");
  assertEquals(codeOf("a=%ff"), "InvalidArgument");
  assertEquals(codeOf("=b"), "InvalidArgument");
  assertEquals(codeOf("a=1&a=2"), "InvalidArgument");
  assertEquals(codeOf("a=%00"), "InvalidTag");
  assertEquals(codeOf(`${"k".repeat(129)}=v`), "InvalidTag");
  assertEquals(codeOf(`k=${"v".repeat(257)}`), "InvalidTag");
  const tags = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join("&");
  assertEquals(parseTagging(tags(10)).length, 10);
  assertEquals(codeOf(tags(11)), "BadRequest");
});

Deno.test("parseTagging() answers hostile text with tags or an S3 error", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    try {
      parseTagging(text);
    } catch (error) {
      assertEquals(error instanceof S3Error, true);
    }
  }));
});
