import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChunkEncoder, type EncodedChunk } from "../../../lib/xet/engine/mod.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import {
  ChunkList,
  dirtyWindows,
  printHash,
  Subtree,
  type SubtreeJson,
  verificationHash,
} from "../../../lib/xet/hash/mod.ts";
import { readJsonVector } from "../../support/vector_chunks.ts";
import { splitmixBytes, type VectorInput, vectorInput } from "../../support/vector_input.ts";

interface Vectors {
  readonly input: VectorInput;
  readonly lengths: readonly number[];
  readonly segment_chunks: readonly (readonly [number, number])[];
  readonly segment_verification: readonly string[];
  readonly queries: readonly {
    dirty: readonly (readonly [number, number])[];
    response: {
      fileSize: number;
      totalChunks: number;
      windows: readonly { dirtyByteRange: readonly [number, number] }[];
      hashRanges: readonly (SubtreeJson | null)[];
      gapVerification: readonly string[];
    };
  }[];
}

const vectors = readJsonVector<Vectors>("file-chunk-hashes.json");

function chunksOf(data: Uint8Array): ChunkList {
  using encoder = new ChunkEncoder({ compression: "none" });
  const list = new ChunkList();
  const take = (chunks: readonly EncodedChunk[]) =>
    chunks.forEach(({ hash, length }) => list.push(hash, length));
  for (let at = 0; at < data.length; at += encoder.capacity) {
    take(encoder.push(data.subarray(at, at + encoder.capacity)));
  }
  take(encoder.finish());
  return list;
}

const file = chunksOf(vectorInput(vectors.input));
const spans = (ranges: readonly (readonly [number, number])[]) =>
  ranges.map(([start, end]) => ({ start, end }));

Deno.test("the file of the vectors is cut as they say", () => {
  assertEquals(Array.from({ length: file.count }, (_, i) => file.size(i)), [...vectors.lengths]);
});

for (const { dirty, response } of vectors.queries) {
  Deno.test(`the windows of ${JSON.stringify(dirty)} are those of the vectors`, () => {
    const windows = dirtyWindows(file, spans(dirty));
    assertEquals(
      windows.map(({ bytes }) => [bytes.start, bytes.end]),
      response.windows.map(({ dirtyByteRange }) => [...dirtyByteRange]),
    );
    assertEquals(dirtyWindows(file, spans(dirty).toReversed()), windows);
    assertEquals([file.totalSize, file.count], [response.fileSize, response.totalChunks]);

    const borders = [0, ...windows.flatMap(({ chunks }) => [chunks.start, chunks.end]), file.count];
    const ranges = response.hashRanges.map((_, i) => {
      const [start = 0, end = 0] = borders.slice(2 * i, 2 * i + 2);
      const ends = { atStart: start === 0, atEnd: end === file.count };
      return start === end ? null : Subtree.fromChunks(file.slice(start, end), ends).toJSON();
    });
    assertEquals(JSON.parse(JSON.stringify(ranges)), response.hashRanges);

    const untouched = vectors.segment_chunks.flatMap(([start, end], i) => {
      const touched = windows.some(({ chunks }) => chunks.start < end && start < chunks.end);
      const verification = printHash(verificationHash(file.hashes(start, end)));
      assertEquals(verification, vectors.segment_verification[i]);
      return touched ? [] : [verification];
    });
    assertEquals(untouched, [...response.gapVerification]);
  });
}

Deno.test("property: an edit within the ranges changes no chunk outside the windows", () => {
  const original = splitmixBytes(31, 2_000_000);
  const chunks = chunksOf(original);
  const range = fc.tuple(fc.nat(1_999_999), fc.integer({ min: 1, max: 50_000 }));
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), fc.nat(), (ranges, seed) => {
      const dirty = ranges.map(([start, length]) => ({ start, end: start + length }));
      const edited = original.slice();
      for (const { start, end } of dirty) {
        edited.set(splitmixBytes(seed, Math.min(end, edited.length) - start), start);
      }
      const windows = dirtyWindows(chunks, dirty);
      for (const { start, end } of dirty) {
        const last = Math.min(end, original.length);
        assert(windows.some(({ bytes }) => bytes.start <= start && last <= bytes.end));
      }
      assertEquals(assemble(chunks, edited, windows), hashesOf(chunksOf(edited)));
    }),
    { numRuns: 40 },
  );
});

/** Old chunks between the windows, the windows' edited bytes cut anew. */
function assemble(chunks: ChunkList, edited: Uint8Array, windows: ReturnType<typeof dirtyWindows>) {
  const result = new ChunkList();
  let next = 0;
  for (const window of windows) {
    assert(window.chunks.start > next || next === 0);
    result.append(chunks.slice(next, window.chunks.start));
    result.append(chunksOf(edited.subarray(window.bytes.start, window.bytes.end)));
    next = window.chunks.end;
  }
  result.append(chunks.slice(next));
  return hashesOf(result);
}

function hashesOf(chunks: ChunkList): string[] {
  return Array.from({ length: chunks.count }, (_, i) => printHash(chunks.hash(i)));
}

Deno.test("ranges that are not in the file are refused", () => {
  const size = file.totalSize;
  for (
    const [start, end] of [[5, 5], [6, 5], [-1, 5], [size, size + 1], [0.5, 2], [0, NaN]] as const
  ) {
    assertThrows(() => dirtyWindows(file, [{ start, end }]), XetFormatError);
  }
  assertEquals(dirtyWindows(file, []), []);
  const [window] = dirtyWindows(file, [{ start: size - 1, end: size + 1000 }]);
  assertEquals(window?.bytes.end, size);
});
