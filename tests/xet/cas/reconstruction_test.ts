import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import {
  readReconstructionV1,
  readReconstructionV2,
  sourceOf,
} from "../../../lib/xet/cas/reconstruction.ts";

interface Exchange {
  readonly request: { readonly path: string; readonly headers: Readonly<Record<string, string>> };
  readonly response: { readonly status: number; readonly body: { readonly json?: unknown } };
}

const exchanges: readonly Exchange[] = JSON.parse(
  await Deno.readTextFile(new URL("../../vectors/recorded/exchanges.json", import.meta.url)),
);

function recorded(version: string) {
  return exchanges.filter(({ request, response }) =>
    request.path.includes(`/${version}/reconstructions/`) && response.status === 200
  );
}

Deno.test("Both versions of the recorded reconstructions say the same", () => {
  const [v1, v2] = [recorded("v1"), recorded("v2")];
  assert(v1.length > 5 && v2.length > 5);
  let compared = 0;
  for (const { request, response } of v1) {
    const twin = v2.find((other) =>
      other.request.path === request.path.replace("/v1/", "/v2/") &&
      other.request.headers["range"] === request.headers["range"]
    );
    if (twin === undefined) continue;
    const one = readReconstructionV1(response.body.json);
    const two = readReconstructionV2(twin.response.body.json);
    assertEquals([one.offset, one.terms], [two.offset, two.terms]);
    for (const term of one.terms) {
      const [a, b] = [sourceOf(one, term), sourceOf(two, term)];
      assertEquals([a.chunks, a.bytes], [b.chunks, b.bytes]);
    }
    compared++;
  }
  assert(compared > 5);
});

Deno.test("An entry with two ranges becomes two sources", () => {
  const split = recorded("v2").map(({ response }) => readReconstructionV2(response.body.json))
    .flatMap(({ sources }) => [...sources.values()]).find((sources) => sources.length === 2);
  assertEquals(split?.map(({ chunks }) => chunks), [{ start: 3, end: 8 }, { start: 9, end: 16 }]);
});

Deno.test("Malformed reconstructions are refused without naming their values", () => {
  const good = {
    offset_into_first_range: 0,
    terms: [{ hash: "ab".repeat(32), unpacked_length: 5, range: { start: 0, end: 1 } }],
    xorbs: {
      ["ab".repeat(32)]: [{
        url: "https://secret",
        ranges: [{ chunks: { start: 0, end: 1 }, bytes: { start: 0, end: 9 } }],
      }],
    },
  };
  readReconstructionV2(good);
  const bad: readonly unknown[] = [
    null,
    {},
    { ...good, offset_into_first_range: -1 },
    { ...good, offset_into_first_range: "0" },
    { ...good, terms: [{ ...good.terms[0], hash: "../etc" }] },
    { ...good, terms: [{ ...good.terms[0], range: { start: 0, end: 0 } }] },
    { ...good, terms: [{ ...good.terms[0], range: { start: 0, end: 2 } }] },
    { ...good, terms: [{ ...good.terms[0], unpacked_length: 1.5 }] },
    { ...good, xorbs: {} },
    { ...good, xorbs: { ["ab".repeat(32)]: [{ url: "https://secret", ranges: [] }] } },
    {
      ...good,
      xorbs: {
        ["ab".repeat(32)]: [{
          url: "https://secret",
          ranges: [{ chunks: { start: 0, end: 1 }, bytes: { start: 9, end: 0 } }],
        }],
      },
    },
  ];
  for (const json of bad) {
    const error = assertThrows(() => readReconstructionV2(json), XetFormatError);
    assert(!Deno.inspect(error).includes("secret"));
  }
  fc.assert(fc.property(fc.jsonValue(), (json) => {
    assertThrows(() => readReconstructionV1(json), XetFormatError);
    assertThrows(() => readReconstructionV2(json), XetFormatError);
  }));
});
