import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import {
  attributeHeaders,
  cachingHeaders,
  objectAttributes,
} from "../../lib/s3/object_attributes.ts";

const read = (headers: Record<string, string>) => objectAttributes(new Headers(headers));

Deno.test("objectAttributes() reads all that is stored with an object", () => {
  assertEquals(
    read({
      "Content-Type": "text/plain",
      "Cache-Control": "max-age=1",
      "Content-Disposition": "attachment; filename=\xc3\xbc",
      "Content-Encoding": "gzip",
      "Content-Language": "de",
      "Expires": "some day",
      "x-amz-website-redirect-location": "https://example.com/",
      "x-amz-meta-Key": "Value",
      "x-amz-meta-empty": "",
      "x-amz-tagging": "a=b&c%20d=e+f",
      "x-amz-acl": "private",
    }),
    {
      contentType: "text/plain",
      cacheControl: "max-age=1",
      contentDisposition: "attachment; filename=ü",
      contentEncoding: "gzip",
      contentLanguage: "de",
      expires: "some day",
      websiteRedirectLocation: "https://example.com/",
      metadata: { empty: "", key: "Value" },
      tags: [{ key: "a", value: "b" }, { key: "c d", value: "e f" }],
    },
  );
  assertEquals(read({ "Cache-Control": "", "Content-Type": " ", "x-amz-tagging": "" }), {});
  assertEquals(read({ "x-amz-meta-": "no name" }), {});
});

Deno.test("aws-chunked is taken out of the content encoding, wherever it stands", () => {
  const encoding = (value: string) => read({ "content-encoding": value }).contentEncoding;
  assertEquals(encoding("aws-chunked"), undefined);
  assertEquals(encoding("aws-chunked,gzip"), "gzip");
  assertEquals(encoding("gzip, AWS-Chunked"), "gzip");
  assertEquals(encoding("gzip, br"), "gzip, br");
  assertEquals(encoding(""), undefined);
});

Deno.test("a website redirect goes to a path or a URL and has 2 KiB at most", () => {
  const redirect = (value: string) => read({ "x-amz-website-redirect-location": value });
  const longest = `/${"x".repeat(2047)}`;
  assertEquals(redirect(longest), { websiteRedirectLocation: longest });
  assertEquals(redirect(""), {});
  for (const value of ["x", "ftp://example.com/", "HTTP://example.com/", `${longest}x`]) {
    assertEquals(assertThrows(() => redirect(value), S3Error).code, "InvalidRedirectLocation");
  }
  const headers = attributeHeaders({ websiteRedirectLocation: "/there" });
  assertEquals(headers, [["x-amz-website-redirect-location", "/there"]]);
});

Deno.test("user metadata may have 2 KiB of names and values, in bytes", () => {
  const sized = (name: string, value: string) => read({ [`x-amz-meta-${name}`]: value });
  sized("a".repeat(48), "v".repeat(2000));
  const error = assertThrows(() => sized("a".repeat(49), "v".repeat(2000)), S3Error);
  assertEquals([error.code, error.fields["Size"]], ["MetadataTooLarge", "2049"]);
  // A header's value has a character for each byte: 1024 of two bytes fill it.
  assertThrows(() => sized("a", "\xc3\xbc".repeat(1024)), S3Error);
});

Deno.test("metadata goes through headers and back, names of the language's own included", () => {
  const value = fc.array(fc.integer({ min: 0x21, max: 0xff }).filter((c) => c !== 0x7f))
    .map((codes) => String.fromCharCode(...codes));
  const name = fc.constantFrom("a", "__proto__", "constructor", "1", "a_b.c");
  fc.assert(fc.property(fc.dictionary(name, value), (given) => {
    const headers = new Headers(
      Object.entries(given).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    );
    const written = new Headers([...attributeHeaders(objectAttributes(headers))]);
    assertEquals([...written], [...headers]);
  }));
});

Deno.test("attributeHeaders() writes what is there, and counts what no header can name", () => {
  const attributes = {
    contentType: "text/plain",
    cacheControl: "max-age=1",
    expires: "some day",
    contentEncoding: "gzip",
    metadata: { a: "1", "not a name": "2", "": "3" },
    tags: [{ key: "a", value: "b" }],
  };
  assertEquals(Object.fromEntries(attributeHeaders(attributes)), {
    "cache-control": "max-age=1",
    "expires": "some day",
    "content-encoding": "gzip",
    "x-amz-meta-a": "1",
    "x-amz-missing-meta": "2",
    "x-amz-tagging-count": "1",
  });
  assertEquals(attributeHeaders({}), []);
  assertEquals(Object.fromEntries(cachingHeaders(attributes)), {
    "cache-control": "max-age=1",
    "expires": "some day",
  });
});
