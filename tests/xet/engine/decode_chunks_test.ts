import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { joinBytes } from "../../../lib/flow/byte_pieces.ts";
import {
  ChunkEncoder,
  compressChunk,
  decodeChunks,
  decodeSome,
  readChunkHeader,
  type Scheme,
  writeChunkHeader,
} from "../../../lib/xet/engine/mod.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { vectorInput } from "../../support/vector_input.ts";

function serialize(chunk: Uint8Array, scheme: Scheme): Uint8Array {
  const payload = scheme === 0 ? chunk : compressChunk(chunk, scheme);
  const header = writeChunkHeader({ payloadLength: payload.length, scheme, length: chunk.length });
  const bytes = new Uint8Array(header.length + payload.length);
  bytes.set(header);
  bytes.set(payload, header.length);
  return bytes;
}

Deno.test("property: chunks of any scheme decode to themselves, with and without hashes", () => {
  const chunk = fc.record({ size: fc.nat(3000), scheme: fc.constantFrom<Scheme>(0, 1, 2) });
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), fc.boolean(), (chunks, hashes) => {
      const inputs = chunks.map(({ size }, seed) => vectorInput({ kind: "text", seed, size }));
      const bytes = Uint8Array.from(
        inputs.flatMap((input, i) => [...serialize(input, chunks[i]?.scheme ?? 0)]),
      );
      const decoded = decodeChunks(bytes, { hashes });
      assertEquals(decoded.consumed, bytes.length);
      assertEquals([...decoded.lengths], inputs.map((input) => input.length));
      assertEquals([...decoded.data], inputs.flatMap((input) => [...input]));
      assertEquals(decoded.hashes?.length, hashes ? inputs.length * 32 : undefined);
    }),
    { numRuns: 50 },
  );
});

Deno.test("an incomplete last chunk and a footer are left unconsumed", () => {
  const one = serialize(new Uint8Array(1000), 1);
  const two = Uint8Array.of(...one, ...one);
  for (let length = one.length; length < two.length; length++) {
    const decoded = decodeChunks(two.subarray(0, length));
    assertEquals([decoded.consumed, decoded.data.length], [one.length, 1000]);
  }
  const footed = Uint8Array.of(...one, ...new TextEncoder().encode("XETBLOB\x01 and so on"));
  assertEquals(decodeChunks(footed).consumed, one.length);
  assertEquals(decodeChunks(new Uint8Array()).consumed, 0);
});

Deno.test("the limit on chunks is kept", () => {
  const one = serialize(new Uint8Array(1000), 1);
  const bytes = Uint8Array.from(Array(10).fill([...one]).flat());
  assertEquals(decodeChunks(bytes, { maxChunks: 3 }).lengths.length, 3);
  assertEquals(decodeChunks(bytes, { maxChunks: 0 }).consumed, 0);
});

Deno.test("more chunks than the engine takes at a time are decoded", () => {
  const small = serialize(Uint8Array.of(7), 0);
  const many = new Uint8Array(small.length * 5000);
  for (let i = 0; i < 5000; i++) many.set(small, i * small.length);
  assertEquals(decodeChunks(many).data, new Uint8Array(5000).fill(7));
  const { data, hashes } = decodeChunks(many, { hashes: true });
  assertEquals(data.length, 5000);
  assertEquals(hashes?.subarray(-32), hashes?.subarray(0, 32));
  const zeros = serialize(new Uint8Array(131072), 1);
  const bombs = Uint8Array.from(Array(40).fill([...zeros]).flat());
  assertEquals(decodeChunks(bombs).data.length, 40 * 131072);
});

Deno.test("one call decodes at least a chunk and at most what the engine has room for", () => {
  const zeros = serialize(new Uint8Array(131072), 1);
  const bombs = Uint8Array.from(Array(40).fill([...zeros]).flat());
  const { data, lengths, consumed } = decodeSome(bombs);
  assert(lengths.length >= 8 && lengths.length < 40);
  assertEquals([data.length, consumed], [lengths.length * 131072, lengths.length * zeros.length]);
  const longest = serialize(vectorInput({ kind: "text", seed: 1, size: 131072 }), 0);
  const raw = new Uint8Array(20 * longest.length);
  for (let i = 0; i < 20; i++) raw.set(longest, i * longest.length);
  assertEquals(decodeSome(raw, { hashes: true }).lengths.length, 8);
  assertEquals(decodeSome(longest.subarray(0, -1)).consumed, 0);
});

Deno.test("a header that claims more than its payload can hold allocates nothing", () => {
  const claim = writeChunkHeader({ payloadLength: 0, scheme: 1, length: 131072 });
  const bytes = new Uint8Array(8 * 100_000);
  for (let at = 0; at < bytes.length; at += 8) bytes.set(claim, at);
  assertThrows(() => decodeChunks(bytes), XetFormatError);
});

Deno.test("each field of a header is checked", () => {
  const good = { payloadLength: 100, scheme: 0, length: 100 } as const;
  assertEquals(readChunkHeader(writeChunkHeader(good)), good);
  const far = { payloadLength: 0x20304, scheme: 1, length: 0x10203 } as const;
  assertEquals(writeChunkHeader(far).toHex(), "0004030201030201");
  assertEquals(readChunkHeader(writeChunkHeader(far)), far);
  const header = writeChunkHeader(good);
  for (const [at, value] of [[0, 1], [4, 3], [4, 99], [1, 99], [5, 99], [3, 5], [7, 3]] as const) {
    assertThrows(() => readChunkHeader(header.with(at, value)), XetFormatError);
  }
  assertThrows(() => readChunkHeader(header.subarray(0, 7)), XetFormatError);
});

Deno.test("property: mutated and truncated chunks are refused or left, never a crash", () => {
  using encoder = new ChunkEncoder({ compression: "bg4" });
  const data = vectorInput({ kind: "floats", seed: 1, size: 40_000 });
  const encoded: Uint8Array[] = encoder.push(data).flatMap(({ parts }) =>
    parts.map((part) => part.slice())
  );
  encoded.push(...encoder.finish().flatMap(({ parts }) => parts));
  const bytes = joinBytes(encoded);
  const change = fc.tuple(fc.oneof(fc.nat(40), fc.nat(bytes.length - 1)), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 5 }), fc.nat(bytes.length), (changes, length) => {
      const mutated = bytes.slice(0, length);
      for (const [at, byte] of changes) mutated[at] = byte;
      try {
        const decoded = decodeChunks(mutated, { hashes: true });
        assert(decoded.consumed <= mutated.length);
        assertEquals(decoded.data.length, decoded.lengths.reduce((sum, size) => sum + size, 0));
      } catch (error) {
        assert(error instanceof XetFormatError);
      }
    }),
    { numRuns: 500 },
  );
});
