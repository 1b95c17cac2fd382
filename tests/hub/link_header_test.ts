import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nextLink } from "../../lib/hub/link_header.ts";

Deno.test("the next link is found as the Hub writes it", () => {
  assertEquals(
    nextLink('<https://hub.test/api/x?cursor=a%3D>; rel="next"'),
    "https://hub.test/api/x?cursor=a%3D",
  );
});

Deno.test("the next link is found among others and in other spellings", () => {
  const cases = [
    '<http://a/1>; rel="prev", <http://a/2>; rel="next"',
    '<http://a/1>; title="a, <b>; rel=next"; rel="first",<http://a/2>;rel=next',
    '<http://a/2>; title="x;y"; REL="last NEXT"',
  ];
  for (const value of cases) assertEquals(nextLink(value), "http://a/2", value);
});

Deno.test("no next link is no next page", () => {
  for (
    const value of [
      null,
      "",
      "<",
      "<http://a",
      "http://a; rel=next",
      "<http://a>",
      '<http://a>; rel="nextish"',
      '<http://a>; title="rel=next"',
      '<http://a>; xrel="next"',
    ]
  ) assertEquals(nextLink(value), undefined, String(value));
});

Deno.test("any header is read without an error", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."<>;,=\"' nextrl") }), (value) => {
    const link = nextLink(value);
    if (link !== undefined) assertEquals(value.includes(`<${link}>`), true);
  }));
});
