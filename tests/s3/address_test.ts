import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { percentEncode } from "../../lib/http/percent.ts";
import { bucketAddressOf, parseAddress } from "../../lib/s3/address.ts";

const codeOf = (path: string) => assertThrows(() => parseAddress(path), S3Error).code;

Deno.test("parseAddress() tells service, bucket and object apart", () => {
  assertEquals(parseAddress("/"), { kind: "service" });
  assertEquals(parseAddress("/b"), { kind: "bucket", bucket: "b" });
  assertEquals(parseAddress("/b/"), { kind: "bucket", bucket: "b" });
  assertEquals(parseAddress("/b/k"), { kind: "object", bucket: "b", key: "k" });
});

Deno.test("parseAddress() keeps all of the key, decoded once", () => {
  const keys: [string, string][] = [
    ["//a", "/a"],
    ["/a//b", "a//b"],
    ["/a/../b", "a/../b"],
    ["/a/./b/", "a/./b/"],
    ["/a+b", "a+b"],
    ["/a%2Fb", "a/b"],
    ["/a%252Fb", "a%2Fb"],
    ["/%C3%BC", "ü"],
    ["/a%3Fb", "a?b"],
    ["/a#b", "a#b"],
    ["/a\\b", "a\\b"],
  ];
  for (const [path, key] of keys) {
    assertEquals(parseAddress(`/bucket${path}`), { kind: "object", bucket: "bucket", key });
  }
});

Deno.test("parseAddress() refuses paths that cannot be decoded", () => {
  for (const path of ["/b/%", "/b/%2", "/b/%zz", "/b/%ff", "/%c0%80/k", "/b/%ed%a0%80"]) {
    assertEquals(codeOf(path), "InvalidURI", path);
  }
});

Deno.test("parseAddress() counts a key's bytes, not its characters", () => {
  assertEquals(parseAddress(`/b/${"k".repeat(1024)}`).kind, "object");
  assertEquals(codeOf(`/b/${"k".repeat(1025)}`), "KeyTooLongError");
  assertEquals(parseAddress(`/b/${"%C3%BC".repeat(512)}`).kind, "object");
  assertEquals(codeOf(`/b/${"%C3%BC".repeat(513)}`), "KeyTooLongError");
});

Deno.test("parseAddress() refuses buckets that no name can be", () => {
  assertEquals(codeOf("//k"), "InvalidBucketName");
  assertEquals(codeOf("/a%2Fb/k"), "InvalidBucketName");
  for (const name of ["favicon.ico", "robots.txt", "sitemap.xml", ".well-known/x", "-"]) {
    assertEquals(codeOf(`/${name}`), "NoSuchBucket");
  }
  assertEquals(parseAddress("/b/favicon.ico").kind, "object");
});

Deno.test("bucketAddressOf() reads the bucket where the key cannot be read", () => {
  const bucket = { kind: "bucket" as const, bucket: "b" };
  for (const path of ["/b", "/b/", "/b/%ff", `/b/${"k".repeat(1025)}`, "/%62/k"]) {
    assertEquals(bucketAddressOf(path, undefined), bucket);
  }
  assertEquals(bucketAddressOf("/%zz/k", "b"), bucket);
  assertEquals(bucketAddressOf("/", undefined), { kind: "service" });
  assertEquals(
    assertThrows(() => bucketAddressOf("/%ff/k", undefined), S3Error).code,
    "InvalidURI",
  );
});

Deno.test("any key comes back from its encoded path", () => {
  const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 })
    .filter((text) => new TextEncoder().encode(text).length <= 1024);
  fc.assert(fc.property(key, fc.boolean(), (text, keepSlash) => {
    const path = `/bucket/${percentEncode(text, { keepSlash })}`;
    assertEquals(parseAddress(path), { kind: "object", bucket: "bucket", key: text });
  }));
});
