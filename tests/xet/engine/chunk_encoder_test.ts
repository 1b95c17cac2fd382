import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import {
  ChunkEncoder,
  compressChunk,
  decodeChunks,
  type EncodedChunk,
} from "../../../lib/xet/engine/mod.ts";
import {
  fileHash,
  hashModulo,
  printHash,
  verificationHash,
  xorbHash,
} from "../../../lib/xet/hash/mod.ts";
import { chunkList, readJsonVector } from "../../support/vector_chunks.ts";
import { type VectorInput, vectorInput } from "../../support/vector_input.ts";

interface FileVector {
  readonly name?: string;
  readonly input: VectorInput;
  readonly sha256: string;
  readonly lengths: readonly number[];
  readonly chunk_hashes: readonly string[];
  readonly dedup_eligible: readonly number[];
  readonly file_hash: string;
  readonly xorbs: readonly {
    hash: string;
    first_chunk: number;
    chunks: number;
    unpacked: number;
    verification: string;
  }[];
}

const files = readJsonVector<readonly FileVector[]>("files.json");

for (const vector of [...files, readJsonVector<FileVector>("file-130mib.json")]) {
  const { kind, seed, size } = vector.input;
  Deno.test(`${kind} ${seed} of ${size} bytes is cut and hashed as in the vectors`, () => {
    const data = vectorInput(vector.input);
    assertEquals(createHash("sha256").update(data).digest("hex"), vector.sha256);
    const { chunks, decoded } = encodeInBlocks(data, 1 << 20);
    assertEquals(chunks.map((chunk) => chunk.length), [...vector.lengths]);
    const hashes = chunks.map((chunk) => printHash(chunk.hash));
    assertEquals(hashes, [...vector.chunk_hashes]);
    assertEquals(decoded, vector.sha256);

    const list = chunkList(hashes, vector.lengths);
    assertEquals(printHash(fileHash(list)), vector.file_hash);
    const eligible = chunks.flatMap((chunk, i) => hashModulo(chunk.hash, 1024) === 0 ? [i] : []);
    assertEquals(eligible, [...vector.dedup_eligible]);
    for (const xorb of vector.xorbs) {
      const part = list.slice(xorb.first_chunk, xorb.first_chunk + xorb.chunks);
      assertEquals(part.totalSize, xorb.unpacked);
      assertEquals(printHash(xorbHash(part)), xorb.hash);
      assertEquals(printHash(verificationHash(part.hashes())), xorb.verification);
    }
  });
}

/** Chunks, and the SHA-256 of what the serialized chunks decode to. */
function encodeInBlocks(data: Uint8Array, block: number) {
  using encoder = new ChunkEncoder();
  const sha256 = createHash("sha256");
  const chunks: EncodedChunk[] = [];
  const take = (encoded: Kept) => {
    chunks.push(...encoded.chunks);
    const decoded = decodeChunks(encoded.bytes, { hashes: true });
    assertEquals(decoded.consumed, encoded.bytes.length);
    assertEquals(decoded.hashes?.toHex(), encoded.chunks.map((c) => c.hash.toHex()).join(""));
    sha256.update(decoded.data);
  };
  for (let at = 0; at < data.length; at += block) {
    take(keep(encoder.push(data.subarray(at, at + block))));
  }
  take(keep(encoder.finish()));
  return { chunks, decoded: sha256.digest("hex") };
}

Deno.test("property: any split of a stream gives the same chunks and bytes", () => {
  const data = concat([
    vectorInput({ kind: "splitmix", seed: 2, size: 900_000 }),
    new Uint8Array(300_000),
    vectorInput({ kind: "text", seed: 3, size: 600_000 }),
    vectorInput({ kind: "floats", seed: 4, size: 600_000 }),
  ]);
  for (const compression of ["auto", "bg4", "none"] as const) {
    const whole = encode(data, [data.length], compression);
    const cut = fc.oneof(fc.nat(data.length), fc.integer({ min: 8100, max: 8200 }));
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 40 }), (cuts) => {
        assertEquals(encode(data, cuts, compression), whole);
      }),
      { numRuns: 12 },
    );
  }
});

Deno.test("a stream fed byte by byte is cut like one fed at once", () => {
  const data = vectorInput({ kind: "splitmix", seed: 9, size: 200_000 });
  const steps = Array.from(data, (_, i) => i);
  assertEquals(encode(data, steps, "auto"), encode(data, [], "auto"));
});

Deno.test("a block larger than the engine's buffer is refused", () => {
  using encoder = new ChunkEncoder();
  const { capacity } = encoder;
  encoder.push(new Uint8Array(capacity));
  assertThrows(() => encoder.push(new Uint8Array(capacity + 1)), RangeError, "takes");
});

Deno.test("pending counts the bytes of the open chunk, and finish begins a new stream", () => {
  const data = vectorInput({ kind: "text", seed: 1, size: 300_000 });
  using encoder = new ChunkEncoder();
  const first = keep(encoder.push(data));
  const taken = first.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  assertEquals(encoder.pending, data.length - taken);
  const last = keep(encoder.finish());
  assertEquals(encoder.pending, 0);
  assertEquals(encoder.finish(), []);
  assertEquals(keep(encoder.push(data)), first);
  assertEquals(keep(encoder.finish()), last);
});

Deno.test("encoders at work at the same time do not disturb each other or the pure functions", () => {
  const a = vectorInput({ kind: "text", seed: 1, size: 500_000 });
  const b = vectorInput({ kind: "splitmix", seed: 2, size: 500_000 });
  using left = new ChunkEncoder();
  using right = new ChunkEncoder();
  const outputs: [Uint8Array[], Uint8Array[]] = [[], []];
  for (let at = 0; at < a.length; at += 33_333) {
    outputs[0].push(keep(left.push(a.subarray(at, at + 33_333))).bytes);
    compressChunk(b.subarray(0, 100_000), 2);
    outputs[1].push(keep(right.push(b.subarray(at, at + 33_333))).bytes);
  }
  outputs[0].push(keep(left.finish()).bytes);
  outputs[1].push(keep(right.finish()).bytes);
  assertEquals(concat(outputs[0]).toHex(), encode(a, [], "auto").bytes);
  assertEquals(concat(outputs[1]).toHex(), encode(b, [], "auto").bytes);
});

Deno.test("a disposed encoder is not used again, and its successor starts anew", () => {
  const encoder = new ChunkEncoder();
  encoder.push(new Uint8Array(5000));
  encoder.dispose();
  encoder.dispose();
  assertThrows(() => encoder.push(new Uint8Array(1)), TypeError);
  assertThrows(() => encoder.finish(), TypeError);
  using next = new ChunkEncoder();
  assertEquals(next.pending, 0);
  assertEquals(next.finish(), []);
});

Deno.test("what does not shrink is stored raw, whatever compression is asked for", () => {
  const data = vectorInput({ kind: "splitmix", seed: 5, size: 70_000 });
  for (const compression of ["auto", "lz4", "bg4", "none"] as const) {
    using encoder = new ChunkEncoder({ compression });
    const kept = [keep(encoder.push(data)), keep(encoder.finish())];
    const bytes = concat(kept.map((part) => part.bytes));
    const chunks = kept.flatMap((part) => part.chunks);
    assertEquals(bytes.length, data.length + 8 * chunks.length);
    let at = 0;
    for (const { encodedLength } of chunks) {
      assertEquals(bytes[at + 4], 0);
      at += encodedLength;
    }
  }
});

interface Kept {
  readonly chunks: readonly EncodedChunk[];
  readonly bytes: Uint8Array;
}

/** What an encoder gives is good until its next call: a copy that lasts. */
function keep(chunks: readonly EncodedChunk[]): Kept {
  return {
    chunks: chunks.map((chunk) => ({ ...chunk, parts: [] })),
    bytes: concat(chunks.flatMap(({ parts }) => parts)),
  };
}

function encode(data: Uint8Array, cuts: readonly number[], compression: "auto" | "bg4" | "none") {
  using encoder = new ChunkEncoder({ compression });
  const blocks = Array.from({ length: Math.ceil(data.length / 1e6) }, (_, i) => i * 1e6);
  const borders = [0, ...[...cuts, ...blocks].sort((a, b) => a - b), data.length];
  const parts = borders.slice(1).map((end, i) =>
    keep(encoder.push(data.subarray(borders[i], end)))
  );
  parts.push(keep(encoder.finish()));
  return {
    chunks: parts.flatMap((part) =>
      part.chunks.map((c) => [c.hash.toHex(), c.length, c.encodedLength])
    ),
    bytes: concat(parts.map((part) => part.bytes)).toHex(),
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
