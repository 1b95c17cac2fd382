import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import {
  GLOBAL_DEDUP_FLAG,
  type ListedXorb,
  readShard,
  type ShardContent,
  shardLength,
  type ShardXorb,
  writeShard,
} from "../../../lib/xet/format/mod.ts";
import {
  fileHash,
  hmacHash,
  parseHash,
  printHash,
  verificationHash,
  ZERO_HASH,
} from "../../../lib/xet/hash/mod.ts";
import { chunkList, readVector } from "../../support/vector_chunks.ts";
import { exampleXorb } from "../../support/vector_xorb.ts";

const example = exampleXorb();
const hmacKey = parseHash(example.hmac_key);

function exampleInfo(): ShardXorb {
  let offset = 0;
  const chunks = example.chunk_hashes.map((hash, i) => {
    const length = example.lengths[i] ?? 0;
    offset += length;
    return { hash, offset: offset - length, length, flags: 0 };
  });
  return { hash: example.xorb_hash, chunks, length: offset, encodedLength: 0 };
}

Deno.test("shard-local.bin is read, and written again byte for byte", () => {
  const bytes = readVector("shard-local.bin");
  const shard = readShard(bytes);
  assertEquals(shard.footer, { createdAt: 0 });
  assertEquals(shard.xorbs, [exampleInfo()]);
  const [file] = shard.files;
  assertEquals(file?.terms.map(({ start, end }) => [start, end]), [[0, 1], [1, 2]]);
  const chunks = chunkList(example.chunk_hashes.slice(0, 2), example.lengths.slice(0, 2));
  assertEquals(file?.hash, printHash(fileHash(chunks)));
  for (const [i, term] of (file?.terms ?? []).entries()) {
    assertEquals(term.verification, printHash(verificationHash(chunks.hashes(i, i + 1))));
  }
  assertEquals(file?.sha256?.length, 64);
  assertEquals(writeShard(shard, { createdAt: 0 }).toHex(), bytes.toHex());
});

Deno.test("shard-keyed.bin is written byte for byte from plain hashes", () => {
  const bytes = readVector("shard-keyed.bin");
  const { footer, files, xorbs } = readShard(bytes);
  assert(footer);
  assertEquals(files, []);
  assertEquals(footer.hmacKey, hmacKey);
  const keyed = example.chunk_hashes.map((hash) => printHash(hmacHash(hmacKey, parseHash(hash))));
  assertEquals(xorbs[0]?.chunks.map((chunk) => chunk.hash), keyed);
  const { createdAt, expiresAt = 0 } = footer;
  assertEquals(expiresAt - createdAt, 3600);
  const written = writeShard({ files, xorbs: [exampleInfo()] }, { createdAt, expiresAt, hmacKey });
  assertEquals(written.toHex(), bytes.toHex());
});

Deno.test("shards that @huggingface/hub wrote are read in spite of their footer", () => {
  for (const kind of ["text", "floats"]) {
    const { files, xorbs, footer } = readShard(readVector(`shard-js-${kind}.bin`));
    assert(footer && footer.createdAt > 1.6e9);
    assertEquals([footer.expiresAt, footer.hmacKey], [undefined, undefined]);
    const [file] = files;
    const [xorb] = xorbs;
    assert(file && xorb);
    const chunks = chunkList(xorb.chunks.map((c) => c.hash), xorb.chunks.map((c) => c.length));
    assertEquals(file.hash, printHash(fileHash(chunks)));
    assertEquals(file.terms, [{
      xorbHash: xorb.hash,
      length: 150_000,
      start: 0,
      end: chunks.count,
      verification: printHash(verificationHash(chunks.hashes())),
    }]);
  }
});

Deno.test("the form to upload has no footer, no tables and the length foretold", () => {
  const { files, xorbs } = readShard(readVector("shard-local.bin"));
  const bytes = writeShard({ files, xorbs });
  const expected = readVector("shard-local.bin").slice(0, 0x390);
  expected[40] = 0;
  assertEquals(bytes.toHex(), expected.toHex());
  assertEquals(bytes.length, shardLength({ files, xorbs }));
  assertEquals(readShard(bytes), { files, xorbs });
});

Deno.test("a xorb with its chunks in a list is written as one with records", () => {
  const { hash, encodedLength } = exampleInfo();
  const listed = { hash, encodedLength, chunks: chunkList(example.chunk_hashes, example.lengths) };
  for (const footer of [undefined, { createdAt: 7 }, { createdAt: 7, hmacKey }]) {
    const write = (xorb: ShardXorb | ListedXorb) =>
      writeShard({ files: [], xorbs: [xorb] }, footer);
    assertEquals(write(listed).toHex(), write(exampleInfo()).toHex());
  }
});

Deno.test("a footer without tables points them at itself", () => {
  const { files, xorbs } = readShard(readVector("shard-local.bin"));
  const bytes = writeShard({ files, xorbs }, { createdAt: 5, lookupTables: false });
  assertEquals(bytes.length, 0x390 + 200);
  const view = new DataView(bytes.buffer, 0x390);
  const fields = [3, 4, 5, 6, 7, 8].map((i) => Number(view.getBigUint64(i * 8, true)));
  assertEquals(fields, [0x390, 0, 0x390, 0, 0x390, 0]);
  assertEquals(readShard(bytes), { files, xorbs, footer: { createdAt: 5 } });
});

Deno.test("an empty file has no terms, the zero hash and the verification flag", () => {
  const files = [{ hash: ZERO_HASH, terms: [] }];
  const bytes = writeShard({ files, xorbs: [] });
  assertEquals(new DataView(bytes.buffer).getUint32(48 + 32, true), 0x80000000);
  assertEquals(readShard(bytes), { files, xorbs: [] });
});

const hash = fc.uint8Array({ minLength: 32, maxLength: 32, max: 254 }).map(printHash);

function xorbInfo(
  hash: string,
  chunks: { hash: string; length: number; flags: number }[],
): ShardXorb {
  let length = 0;
  const placed = chunks.map((chunk) => ({
    ...chunk,
    offset: (length += chunk.length) - chunk.length,
  }));
  return { hash, chunks: placed, length, encodedLength: length + 8 * chunks.length };
}

const xorb = fc.tuple(
  hash,
  fc.array(
    fc.record({
      hash,
      length: fc.integer({ min: 1, max: 131072 }),
      flags: fc.constantFrom(0, GLOBAL_DEDUP_FLAG),
    }),
    { minLength: 1, maxLength: 6 },
  ),
).map(([hash, chunks]) => xorbInfo(hash, chunks));

const term = fc.record({
  xorbHash: hash,
  length: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  start: fc.nat(1000),
  end: fc.integer({ min: 1001, max: 8192 }),
  verification: hash,
});

const content = fc.record({
  files: fc.array(
    fc.oneof(
      fc.record({ hash, terms: fc.array(term, { maxLength: 5 }), sha256: hash }),
      fc.record({ hash, terms: fc.array(term, { maxLength: 5 }) }),
    ),
    { maxLength: 5 },
  ),
  xorbs: fc.array(xorb, { maxLength: 5 }),
});

Deno.test("property: a shard is read as it was written, with and without verification", () => {
  fc.assert(
    fc.property(content, fc.boolean(), fc.boolean(), (content, verified, footed) => {
      const files = content.files.map((file) => ({
        ...file,
        terms: file.terms.map(({ verification, ...term }) =>
          verified ? { ...term, verification } : term
        ),
      }));
      const shard: ShardContent = { files, xorbs: content.xorbs };
      const footer = { createdAt: 1_700_000_000, expiresAt: 1_800_000_000 };
      const read = readShard(footed ? writeShard(shard, footer) : writeShard(shard));
      assertEquals(read, footed ? { ...shard, footer } : shard);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a shard with verification for some terms only is not written", () => {
  const term = { xorbHash: ZERO_HASH, length: 1, start: 0, end: 1 };
  const verified = { ...term, verification: ZERO_HASH };
  const files = [{ hash: ZERO_HASH, terms: [term, verified] }];
  assertThrows(() => writeShard({ files, xorbs: [] }), TypeError);
  const apart = [{ hash: ZERO_HASH, terms: [term] }, { hash: ZERO_HASH, terms: [verified] }];
  assertThrows(() => writeShard({ files: apart, xorbs: [] }), TypeError);
  const wide = [{ hash: ZERO_HASH, terms: [{ ...term, length: 2 ** 32 }] }];
  assertThrows(() => writeShard({ files: wide, xorbs: [] }), RangeError);
});

Deno.test("shards that are wrong in one place are refused", () => {
  const { files, xorbs } = readShard(readVector("shard-local.bin"));
  const good = writeShard({ files, xorbs });
  const refuse = (bytes: Uint8Array) => assertThrows(() => readShard(bytes), XetFormatError);
  for (let length = 0; length < good.length; length++) refuse(good.subarray(0, length));
  const footed = writeShard({ files, xorbs }, { createdAt: 0, lookupTables: false });
  refuse(footed.subarray(0, good.length + 199));
  refuse(footed.with(good.length, 2));
  // Tag, version, footer length.
  for (const at of [0, 31, 32, 39, 40, 47]) refuse(good.with(at, (good[at] ?? 0) ^ 0x41));
  // File flags, number of terms; a term's length, start and end.
  const terms = 96;
  for (const at of [48 + 32, 48 + 36, 48 + 39]) refuse(good.with(at, 0xff));
  for (const at of [terms + 36, terms + 40, terms + 44]) refuse(good.with(at, 7));
  // Number of chunks and length of the xorb; offset and length of a chunk.
  const xorb = 0x180;
  for (const at of [xorb + 36, xorb + 39, xorb + 40, xorb + 48 + 32, xorb + 48 + 36]) {
    refuse(good.with(at, (good[at] ?? 0) ^ 0x41));
  }
});

Deno.test("files with and without verification do not share a shard", () => {
  const plain = { hash: ZERO_HASH, terms: [{ xorbHash: ZERO_HASH, length: 1, start: 0, end: 1 }] };
  const both = writeShard({ files: [plain, plain], xorbs: [] });
  // The second file's flag is set, and its verification record put in.
  const second = 48 + 96;
  const bytes = new Uint8Array(both.length + 48);
  bytes.set(both.subarray(0, second + 96));
  bytes.set(both.subarray(second + 96), second + 96 + 48);
  bytes[second + 35] = 0x80;
  assertThrows(() => readShard(bytes), XetFormatError);
  bytes[48 + 35] = 0x80;
  assertThrows(() => readShard(bytes), XetFormatError);
});

Deno.test("property: mutated shards are refused or read, never a crash", () => {
  const good = readVector("shard-local.bin");
  const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(changes, fc.integer({ min: 0, max: good.length }), (changes, length) => {
      const bytes = good.slice(0, Math.max(length, good.length - 300));
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
      try {
        assert(readShard(bytes).files.length <= 30);
      } catch (error) {
        assert(error instanceof XetFormatError);
      }
    }),
    { numRuns: 1000 },
  );
});
