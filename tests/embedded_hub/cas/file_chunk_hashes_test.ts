import { assertEquals, assertMatch } from "@std/assert";
import { readJsonVector } from "../../support/vector_chunks.ts";
import { type VectorInput, vectorInput } from "../../support/vector_input.ts";
import { fileOf, makeShard, makeXorb } from "./made_content.ts";
import { json, refusal, startCas, type StartedCas } from "./start_cas.ts";

interface Vector {
  readonly input: VectorInput;
  readonly lengths: readonly number[];
  readonly segment_chunks: readonly (readonly [number, number])[];
  readonly queries: readonly {
    readonly dirty: readonly (readonly [number, number])[];
    readonly response: unknown;
  }[];
}

const VECTOR = readJsonVector<Vector>("file-chunk-hashes.json");

/** Registers the vector's file, each of its terms in a xorb of its own. */
async function withFile(): Promise<{ cas: StartedCas; hash: string }> {
  const cas = startCas();
  const bytes = vectorInput(VECTOR.input);
  let at = 0;
  const chunks = VECTOR.lengths.map((length) => bytes.slice(at, at += length));
  const xorbs = VECTOR.segment_chunks.map(([start, end]) => makeXorb(chunks.slice(start, end)));
  for (const { hash, body } of xorbs) {
    await json(cas.send("POST", `/v1/xorbs/default/${hash}`, { body }));
  }
  const file = fileOf(xorbs.map((xorb) => [xorb]));
  await json(cas.send("POST", "/v1/shards", { body: makeShard([file], []) }));
  return { cas, hash: file.hash };
}

function ask(cas: StartedCas, hash: string, dirty: string): Promise<Response> {
  return cas.send("GET", `/v2/file-chunk-hashes/${hash}`, { headers: { "x-range-dirty": dirty } });
}

Deno.test("chunk hashes are answered as the vectors have them", async () => {
  const { cas, hash } = await withFile();
  await using _ = cas;
  for (const { dirty, response } of VECTOR.queries) {
    const ranges = dirty.map(([start, end]) => `${start}-${end - 1}`).join(",");
    assertEquals(await json(ask(cas, hash, `bytes=${ranges}`)), response, ranges);
  }
});

Deno.test("dirty ranges may come in any order, and their parts beyond the file do not count", async () => {
  const { cas, hash } = await withFile();
  await using _ = cas;
  const size = VECTOR.input.size;
  const plain = await json(ask(cas, hash, `bytes=0-0,3000000-3000000`));
  assertEquals(await json(ask(cas, hash, `bytes=3000000-3000000,0-0,${size}-${size}`)), plain);
  assertEquals(
    await json(ask(cas, hash, `bytes=${size - 1}-${size + 9}`)),
    await json(ask(cas, hash, `bytes=${size - 1}-${size - 1}`)),
  );
});

Deno.test("queries for chunk hashes are refused without ranges in a known file", async () => {
  const { cas, hash } = await withFile();
  await using _ = cas;
  const none = cas.send("GET", `/v2/file-chunk-hashes/${hash}`);
  assertMatch(await refusal(none), /missing or malformed/);
  for (const dirty of ["junk", "bytes=5-", "bytes=-5", "bytes=9-3", "bytes="]) {
    assertMatch(await refusal(ask(cas, hash, dirty)), /missing or malformed/, dirty);
  }
  assertMatch(await refusal(ask(cas, hash, `bytes=${VECTOR.input.size}-9999999`)), /within/);
  await refusal(ask(cas, "ab".repeat(32), "bytes=0-0"), 404);
  await refusal(ask(cas, "xyz", "bytes=0-0"));
  assertMatch(await refusal(ask(cas, "0".repeat(64), "bytes=0-0")), /within/);
});
