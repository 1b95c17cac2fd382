import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CasError } from "../../../lib/embedded_hub/cas/cas_error.ts";
import { decodeLz4Frame } from "../../../lib/embedded_hub/cas/lz4_frame.ts";
import { xxhash32 } from "../../../lib/embedded_hub/cas/xxhash32.ts";
import { compressChunk } from "../../../lib/xet/engine/mod.ts";
import { splitmixBytes, vectorInput } from "../../support/vector_input.ts";
import { concat } from "./made_content.ts";

const text = new TextEncoder();

Deno.test("xxhash32 gives the published values", () => {
  assertEquals(xxhash32(new Uint8Array(0)), 0x02cc5d05);
  assertEquals(xxhash32(text.encode("a")), 0x550d7456);
  assertEquals(xxhash32(text.encode("abc")), 0x32d153ff);
  assertEquals(xxhash32(text.encode("Nobody inspects the spammish repetition")), 0xe2293b2f);
});

interface Block {
  readonly bytes: Uint8Array;
  readonly stored?: boolean;
  /** What it decodes to, for the content checksum. */
  readonly content: Uint8Array;
}

interface Wrong {
  readonly flags?: number;
  readonly sizeByte?: number;
  readonly contentSize?: bigint;
  readonly headerChecksum?: number;
  readonly blockChecksum?: number;
  readonly contentChecksum?: number;
  readonly tail?: Uint8Array;
}

/** Writes a frame; `wrong` replaces parts of it. */
function frame(
  flags: number,
  blocks: readonly Block[],
  wrong: Wrong = {},
): Uint8Array<ArrayBuffer> {
  const content = concat(blocks.map((block) => block.content));
  const size = (flags & 8) === 0
    ? new Uint8Array(0)
    : u64(wrong.contentSize ?? BigInt(content.length));
  const descriptor = concat([
    Uint8Array.of(wrong.flags ?? flags | 0x40, wrong.sizeByte ?? 0x50),
    size,
  ]);
  const checksum = wrong.headerChecksum ?? (xxhash32(descriptor) >> 8) & 0xff;
  const pieces = [u32(0x184d2204), descriptor, Uint8Array.of(checksum)];
  for (const { bytes, stored = false } of blocks) {
    pieces.push(u32((bytes.length | (stored ? 0x80000000 : 0)) >>> 0), bytes.slice());
    if ((flags & 0x10) !== 0) pieces.push(u32(wrong.blockChecksum ?? xxhash32(bytes)));
  }
  pieces.push(u32(0));
  if ((flags & 4) !== 0) pieces.push(u32(wrong.contentChecksum ?? xxhash32(content)));
  return concat([...pieces, wrong.tail ?? new Uint8Array(0)]);
}

function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function u64(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

/** "abcd", then 10 bytes from 4 back, then "efghi" as literals. */
const FIRST: Block = {
  bytes: concat([
    Uint8Array.of(0x46),
    text.encode("abcd"),
    Uint8Array.of(4, 0, 0x50),
    text.encode("efghi"),
  ]),
  content: text.encode("abcdabcdabcdabefghi"),
};
/** 4 bytes from 19 back, which is in the block before, then "jklmn". */
const LINKED: Block = {
  bytes: concat([Uint8Array.of(0x00, 19, 0, 0x50), text.encode("jklmn")]),
  content: text.encode("abcdjklmn"),
};
const STORED: Block = { bytes: text.encode("raw"), content: text.encode("raw"), stored: true };

Deno.test("frames with every legal combination of flags are decoded", () => {
  const expected = text.encode("abcdabcdabcdabefghiabcdjklmnraw");
  for (const flags of [0, 4, 8, 12, 0x10, 0x14, 0x18, 0x1c]) {
    const bytes = frame(flags, [FIRST, LINKED, STORED]);
    assertEquals(decodeLz4Frame(bytes, expected.length), expected, `${flags}`);
    const independent = frame(flags | 0x20, [FIRST, STORED, FIRST]);
    assertEquals(decodeLz4Frame(independent, 41).length, 41);
  }
  for (const sizeByte of [0x40, 0x50, 0x60, 0x70]) {
    assertEquals(decodeLz4Frame(frame(0, [FIRST], { sizeByte }), 19), FIRST.content);
  }
});

const BAD: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "nothing": new Uint8Array(0),
  "version 0": frame(0, [FIRST], { flags: 0 }),
  "a reserved flag": frame(0, [FIRST], { flags: 0x42 }),
  "a dictionary": frame(0, [FIRST], { flags: 0x41 }),
  "a reserved block size": frame(0, [FIRST], { sizeByte: 0x30 }),
  "a reserved size bit": frame(0, [FIRST], { sizeByte: 0x51 }),
  "a wrong content size": frame(8, [FIRST], { contentSize: 20n }),
  "a wrong header checksum": frame(0, [FIRST], { headerChecksum: 0 }),
  "a wrong block checksum": frame(0x10, [FIRST], { blockChecksum: 0 }),
  "a wrong content checksum": frame(4, [FIRST], { contentChecksum: 0 }),
  "bytes after its end": frame(0, [FIRST], { tail: Uint8Array.of(0) }),
  "a second frame": concat([frame(0, [FIRST]), frame(0, [FIRST])]),
  "a match into another block of independent ones": frame(0x20, [FIRST, LINKED]),
  "a match before the start": frame(0, [LINKED]),
  "an offset of zero": frame(0, [block(0x46, ..."abcd", 0, 0, 0x50, ..."efghi")]),
  "a match at the end": frame(0, [block(0x46, ..."abcd", 4, 0)]),
  "half an offset": frame(0, [block(0x46, ..."abcd", 4)]),
  "missing literals": frame(0, [block(0xf0, 255, 255)]),
  "half a length": frame(0, [block(0xf0, 255)]),
  "a block of nothing": frame(0, [{ ...FIRST, bytes: Uint8Array.of(0x10) }]),
};

function block(...items: readonly (number | string)[]): Block {
  const bytes = items.map((item) => typeof item === "string" ? item.charCodeAt(0) : item);
  return { bytes: Uint8Array.from(bytes), content: FIRST.content };
}

Deno.test("illegal frames are refused", () => {
  for (const [name, bytes] of Object.entries(BAD)) {
    assertThrows(() => decodeLz4Frame(bytes, 19), CasError, undefined, name);
  }
  const good = frame(0x1c, [FIRST]);
  for (let end = 0; end < good.length; end++) {
    assertThrows(() => decodeLz4Frame(good.subarray(0, end), 19), CasError);
  }
});

Deno.test("a frame that grows without end stops at the announced length", () => {
  // 64 KiB of length bytes announce a match of 16 MiB.
  const long = concat([
    Uint8Array.of(0x1f, 65, 1, 0),
    new Uint8Array(60_000).fill(255),
    Uint8Array.of(0, 0),
  ]);
  const bytes = frame(0, [{ bytes: long, content: long }], { sizeByte: 0x70 });
  assertThrows(() => decodeLz4Frame(bytes, 131_072), CasError, "longer than announced");
});

Deno.test("blocks larger than their frame allows are refused", () => {
  const bytes = new Uint8Array(70_000);
  const large = frame(0, [{ bytes, content: bytes, stored: true }], { sizeByte: 0x40 });
  assertThrows(() => decodeLz4Frame(large, 70_000), CasError, "larger than its frame allows");
  const grown = concat([
    Uint8Array.of(0x1f, 65, 1, 0),
    new Uint8Array(270).fill(255),
    Uint8Array.of(9, 0),
  ]);
  const frame64 = frame(0, [{ bytes: grown, content: grown }], { sizeByte: 0x40 });
  assertThrows(() => decodeLz4Frame(frame64, 131_072), CasError, "longer than announced");
});

Deno.test("what another implementation compressed is decoded", () => {
  const inputs = [
    vectorInput({ kind: "text", seed: 1, size: 131_072 }),
    vectorInput({ kind: "floats", seed: 2, size: 100_000 }),
    vectorInput({ kind: "zeros", seed: 0, size: 131_072 }),
    splitmixBytes(3, 70_000),
  ];
  for (const input of inputs) {
    assertEquals(decodeLz4Frame(compressChunk(input, 1), input.length), input);
  }
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1 }),
      fc.nat(6),
      (parts, repeats) => {
        const input = concat(Array.from({ length: repeats + 1 }, () => parts).flat());
        assertEquals(decodeLz4Frame(compressChunk(input, 1), input.length), input);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a changed frame is refused or decoded, within its length, and nothing else happens", () => {
  const input = vectorInput({ kind: "text", seed: 4, size: 3000 });
  const good = compressChunk(input, 1);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(6000),
      (changes, length) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          assertEquals(decodeLz4Frame(bytes, length).length, length);
        } catch (error) {
          if (!(error instanceof CasError)) throw error;
          assertEquals(error.status, 400);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
