import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { bucketPath, namePath, pathSegment } from "../../lib/hub/urls.ts";

Deno.test("an id is two plain names", () => {
  for (const id of ["alice/data", "a-b_c.d/E.f", "me/x", "..a/b.."]) {
    assertEquals(bucketPath(id), id);
  }
  const bad = ["", "a", "a/", "/a", "a/b/c", "../b", "a/..", "./b", "a/.", "a b/c", "a/b?", "a/b#"];
  for (const id of [...bad, "a/%2e", "ä/b", "a/b\n"]) assertThrows(() => bucketPath(id), TypeError);
});

Deno.test("a namespace is one plain name", () => {
  assertEquals(namePath("alice"), "alice");
  for (const name of ["", ".", "..", "a/b", "a b"]) assertThrows(() => namePath(name), TypeError);
});

Deno.test("any path is one segment that survives a URL parser", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (path) => {
    const segment = pathSegment(path);
    if (segment === undefined) return assertEquals(path === "." || path === "..", true);
    const { pathname, search, hash } = new URL(`http://h/a/${segment}`);
    assertEquals([decodeURIComponent(pathname.slice(3)), search, hash], [path, "", ""]);
  }));
});

Deno.test("odd names are escaped", () => {
  assertEquals(
    pathSegment("a/b c?d#e%f&g+ü/../😀"),
    "a%2Fb%20c%3Fd%23e%25f%26g%2B%C3%BC%2F..%2F%F0%9F%98%80",
  );
  assertEquals(pathSegment("."), undefined);
  assertEquals(pathSegment(".."), undefined);
  assertEquals(pathSegment("./a"), ".%2Fa");
});
