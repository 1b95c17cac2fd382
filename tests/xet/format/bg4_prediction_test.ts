import { assert, assertEquals } from "@std/assert";
import { predictsByteGrouping, writeXorb } from "../../../lib/xet/format/mod.ts";
import { readJsonVector } from "../../support/vector_chunks.ts";
import { vectorInput } from "../../support/vector_input.ts";
import { exampleChunks } from "../../support/vector_xorb.ts";

Deno.test("each chunk of the vectors is judged as hf_xet judges it", () => {
  const expected = readJsonVector<{ scheme_if_chosen_per_chunk: number[] }>("xorb-and-shards.json");
  const schemes = exampleChunks().map((chunk) => predictsByteGrouping(chunk) ? 2 : 1);
  assertEquals(schemes, expected.scheme_if_chosen_per_chunk);
});

Deno.test("an empty bin, as in zeros and in very short chunks, speaks against grouping", () => {
  for (const size of [1, 2, 3, 4, 100, 8192]) assert(!predictsByteGrouping(new Uint8Array(size)));
  assert(!predictsByteGrouping(new TextEncoder().encode("hello")));
});

Deno.test("a run of 32 chunks keeps the scheme of its first, unless a file starts", () => {
  const floats = vectorInput({ kind: "floats", seed: 1, size: 8192 });
  const text = vectorInput({ kind: "text", seed: 1, size: 8192 });
  const chunks = Array.from({ length: 70 }, (_, i) => i === 0 || i === 40 ? floats : text);
  const schemes = (fileStarts: number[]) => {
    const { bytes, ends } = writeXorb(chunks, { fileStarts });
    return [0, ...ends.subarray(0, -1)].map((start) => bytes[start + 4]);
  };
  const run = (count: number, scheme: number) => Array(count).fill(scheme);
  // Plain LZ4 does not shrink floats, so the one in the second run is stored raw.
  assertEquals(schemes([]), [...run(32, 2), ...run(8, 1), 0, ...run(29, 1)]);
  assertEquals(schemes([0, 5, 40]), [...run(5, 2), ...run(35, 1), ...run(30, 2)]);
});
