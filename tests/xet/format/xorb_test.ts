import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { decodeChunks } from "../../../lib/xet/engine/mod.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import {
  inspectXorb,
  readShard,
  readXorbFooter,
  writeXorb,
  writeXorbFooter,
  xorbChunks,
} from "../../../lib/xet/format/mod.ts";
import { printHash } from "../../../lib/xet/hash/mod.ts";
import { readVector } from "../../support/vector_chunks.ts";
import { vectorInput } from "../../support/vector_input.ts";
import { exampleChunks, exampleFileStarts, exampleXorb } from "../../support/vector_xorb.ts";

const example = exampleXorb();
const chunks = exampleChunks();
const names = ["xorb-auto.bin", "xorb-lz4.bin", "xorb-bg4.bin", "xorb-auto-footer.bin"];

for (const name of names) {
  Deno.test(`${name} decodes to the chunks and the hash of the vectors`, () => {
    const bytes = readVector(name);
    const xorb = inspectXorb(bytes);
    assertEquals(xorb.hash, example.xorb_hash);
    assertEquals(xorb.bodyLength, bytes.length - (name.includes("footer") ? 456 : 0));
    const hashes = example.chunk_hashes.map((_, i) => printHash(xorb.chunks.hash(i)));
    assertEquals(hashes, [...example.chunk_hashes]);
    const { data, lengths } = decodeChunks(bytes);
    assertEquals([...lengths], [...example.lengths]);
    assertEquals(sha256(data), sha256(concat(chunks)));
  });
}

for (const { policy, file, sha256: digest, footer } of example.serialized) {
  Deno.test(`the xorb written as ${policy}${footer ? " with footer" : ""} is hf_xet's`, () => {
    const compression = policy === "bg4-lz4" ? "bg4" : policy;
    const xorb = writeXorb(chunks, { compression, fileStarts: exampleFileStarts() });
    const tail = footer ? writeXorbFooter(xorb.hash, xorb.chunks, xorb.ends) : new Uint8Array();
    const bytes = concat([xorb.bytes, tail]);
    assertEquals(sha256(bytes), digest);
    if (file) assertEquals(bytes.toHex() === readVector(file).toHex(), true);
    assertEquals(xorb.hash, example.xorb_hash);
    assertEquals({ ...inspectXorb(bytes), bytes: xorb.bytes }, xorb);
  });
}

Deno.test("xorbs that @huggingface/hub wrote decode to what it was given", () => {
  for (const kind of ["text", "floats"] as const) {
    const bytes = readVector(`xorb-js-${kind}.bin`);
    const input = vectorInput({ kind, seed: kind === "text" ? 11 : 12, size: 150_000 });
    assertEquals(sha256(decodeChunks(bytes).data), sha256(input));
    const [described] = readShard(readVector(`shard-js-${kind}.bin`)).xorbs;
    const xorb = inspectXorb(bytes);
    assertEquals(xorb.hash, described?.hash);
    assertEquals(described?.encodedLength, bytes.length);
    const ends = [...xorbChunks(bytes)].map((chunk) => chunk.offset + chunk.encodedLength);
    assertEquals(ends, [...xorb.ends]);
  }
});

Deno.test("the footer of the vectors is read field by field", () => {
  const bytes = readVector("xorb-auto-footer.bin");
  const footer = readXorbFooter(bytes);
  const xorb = inspectXorb(bytes);
  assertEquals(footer.version, 1);
  assertEquals(footer.hash, example.xorb_hash);
  assertEquals(footer.hashes.toHex(), xorb.chunks.hashes().toHex());
  assertEquals(footer.ends, xorb.ends);
  assertEquals(footer.unpackedEnds?.at(-1), xorb.chunks.totalSize);
});

Deno.test("a version 0 footer is read", () => {
  const footer = readXorbFooter(version0Footer());
  assertEquals(footer.version, 0);
  assertEquals(footer.hash, "0101010101010101".repeat(4));
  assertEquals(footer.ends, Uint32Array.of(10, 30));
  assertEquals(footer.hashes.length, 64);
  assertEquals(footer.unpackedEnds, undefined);
});

function version0Footer(): Uint8Array {
  const words = (...values: number[]) => [...new Uint8Array(Uint32Array.from(values).buffer)];
  const body = [
    ...new TextEncoder().encode("XETBLOB\0"),
    ...Array(32).fill(1),
    ...words(2, 10, 30),
    ...Array(64).fill(2),
    ...Array(16).fill(0),
  ];
  return Uint8Array.from([...body, ...words(body.length)]);
}

Deno.test("footers that contradict themselves are refused", () => {
  const good = readVector("xorb-auto-footer.bin").subarray(-456);
  const refuse = (bytes: Uint8Array) => assertThrows(() => readXorbFooter(bytes), XetFormatError);
  readXorbFooter(good);
  for (let length = 0; length < good.length; length++) refuse(good.subarray(0, length));
  // Idents and versions, counts, an end offset, the offsets of the sections, the length.
  for (const at of [0, 6, 7, 40, 47, 48, 340, 347, 348, 355, 424, 428, 432, 452, 455]) {
    refuse(good.with(at, (good[at] ?? 0) ^ 0x81));
  }
  refuse(good.with(51, 0xff));
  const old = version0Footer();
  refuse(old.with(43, 0x7f));
  refuse(old.with(48, 1));
});

Deno.test("a xorb that is cut off, empty or followed by something else is refused", () => {
  const good = writeXorb([Uint8Array.of(1, 2, 3), new Uint8Array(1000)]).bytes;
  assertEquals(inspectXorb(good).chunks.count, 2);
  for (let length = 0; length < good.length; length++) {
    if (length !== 11) assertThrows(() => inspectXorb(good.subarray(0, length)), XetFormatError);
  }
  assertThrows(() => inspectXorb(concat([good, Uint8Array.of(0)])), XetFormatError);
  assertThrows(() => inspectXorb(concat([good, new Uint8Array(7)])), XetFormatError);
  assertThrows(
    () => inspectXorb(readVector("xorb-auto-footer.bin").subarray(331820)),
    XetFormatError,
  );
  for (const [at, value] of [[0, 1], [1, 4], [4, 1], [4, 7], [5, 2], [15, 5]] as const) {
    assertThrows(() => inspectXorb(good.with(at, value)), XetFormatError);
  }
});

Deno.test("property: mutated xorbs are refused or give another hash, never a crash", () => {
  const good = writeXorb([
    vectorInput({ kind: "text", seed: 1, size: 3000 }),
    vectorInput({ kind: "floats", seed: 1, size: 3000 }),
    vectorInput({ kind: "splitmix", seed: 1, size: 300 }),
  ], { fileStarts: [0, 1, 2] });
  const at = fc.oneof(fc.nat(30), fc.nat(good.bytes.length - 1));
  const changes = fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(changes, (changes) => {
      const bytes = good.bytes.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      try {
        const { hash, chunks } = inspectXorb(bytes);
        // Where the chunks came out the same, only the compressed form differed.
        const same = chunks.hashes().toHex() === good.chunks.hashes().toHex();
        assertEquals(hash === good.hash, same);
      } catch (error) {
        assert(error instanceof XetFormatError);
      }
    }),
    { numRuns: 1000 },
  );
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
