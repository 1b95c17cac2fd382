import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { percentEncode } from "../../lib/http/percent.ts";
import { parseQuery } from "../../lib/http/query.ts";

Deno.test("order, duplicates and raw forms are kept", () => {
  const query = parseQuery("b=%41&a&b=2&&c=x=y&%62=3&=v");
  assertEquals(query.parameters.map(({ name }) => name), ["b", "a", "b", "c", "b", ""]);
  assertEquals(query.all("b"), ["A", "2", "3"]);
  assertEquals(query.get("b"), "A");
  assertEquals(query.get("c"), "x=y");
  assertEquals(query.parameters[0], { rawName: "b", rawValue: "%41", name: "b", value: "A" });
});

Deno.test("presence counts with and without a value", () => {
  const query = parseQuery("uploads&acl=");
  assertEquals([query.has("uploads"), query.has("acl"), query.has("x")], [true, true, false]);
  assertEquals([query.get("uploads"), query.get("acl"), query.get("x")], ["", "", undefined]);
  assertEquals(query.parameters.map(({ rawValue }) => rawValue), [undefined, ""]);
  assertEquals(parseQuery(undefined).parameters, []);
  assertEquals(parseQuery("").parameters, []);
  assertEquals(query.has("toString"), false);
});

Deno.test("a bare plus is a blank unless told otherwise", () => {
  assertEquals(parseQuery("p=a+b%2B").get("p"), "a b+");
  assertEquals(parseQuery("p=a+b%2B", "plus").get("p"), "a+b+");
});

Deno.test("what was encoded is found again", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  fc.assert(fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (pairs) => {
    const raw = pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`);
    const { parameters } = parseQuery(raw.join("&"));
    assertEquals(parameters.map(({ name, value }) => [name, value] as [string, string]), pairs);
  }));
});

Deno.test("an invalid escape is InvalidURI", () => {
  for (const raw of ["a=%", "%zz", "a=%ff"]) {
    assertEquals(assertThrows(() => parseQuery(raw), S3Error).code, "InvalidURI");
  }
});
