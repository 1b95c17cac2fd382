import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ChunkEncoder,
  decodeChunks,
  DecoderPool,
  type EncodedChunk,
  wholeChunks,
  writeChunkHeader,
} from "../../../lib/xet/engine/mod.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { vectorInput } from "../../support/vector_input.ts";

/** Serialized chunks: text that was compressed, then bytes that were not. */
function serialized(): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const kind of ["text", "splitmix"] as const) {
    using encoder = new ChunkEncoder();
    const data = vectorInput({ kind, seed: 3, size: 400_000 });
    // The encoder's memory is good until its next call.
    const take = (chunks: readonly EncodedChunk[]) =>
      chunks.forEach((chunk) => parts.push(...chunk.parts.map((part) => part.slice())));
    take(encoder.push(data));
    take(encoder.finish());
  }
  return new Uint8Array(Uint8Array.from(parts.flatMap((part) => [...part])));
}

async function withWorker(work: (pool: DecoderPool) => Promise<void>): Promise<void> {
  const pool = new DecoderPool(1);
  await pool.start();
  assert(pool.isReady);
  try {
    await work(pool);
  } finally {
    await pool.close();
  }
}

Deno.test("a worker decodes as it is done in place, and gives the memory back", () =>
  withWorker(async (pool) => {
    const bytes = serialized();
    for (const hashes of [true, false]) {
      const { length, count } = wholeChunks(bytes, 1000);
      const answers = await Promise.all([bytes, bytes.slice(0, length)].map((each) => {
        const { buffer } = each.slice();
        return pool.decode({ buffer, length, count }, { hashes });
      }));
      const wanted = decodeChunks(bytes.subarray(0, length), { hashes });
      for (const { decoded } of answers) assertEquals(decoded, wanted);
      assertEquals(answers.map(({ buffer }) => buffer.byteLength), [bytes.length, length]);
    }
  }));

Deno.test("a worker refuses what is not decodable, and goes on", () =>
  withWorker(async (pool) => {
    const bytes = serialized();
    const { length, count } = wholeChunks(bytes, 2);
    const broken = bytes.slice(0, length);
    broken[8] = (broken[8] ?? 0) ^ 255; // where the LZ4 frame begins
    await assertRejects(
      () => pool.decode({ buffer: broken.buffer, length, count }, { hashes: false }),
      XetFormatError,
    );
    const { buffer } = bytes.slice(0, length);
    const { decoded } = await pool.decode({ buffer, length, count }, { hashes: false });
    assertEquals(decoded.lengths.length, count);
  }));

Deno.test("a pool that is closed fails what it has under way", () =>
  withWorker(async (pool) => {
    const bytes = serialized();
    const { length, count } = wholeChunks(bytes, 1000);
    const { buffer } = bytes;
    const answer = assertRejects(
      () => pool.decode({ buffer, length, count }, { hashes: true }),
      Error,
      "closed",
    );
    await pool.close();
    await answer;
    const again = { buffer: new ArrayBuffer(8), length: 8, count: 1 };
    await assertRejects(() => pool.decode(again, { hashes: true }), Error, "closed");
  }));

Deno.test("without workers a pool is never ready", async () => {
  const pool = new DecoderPool(0);
  await pool.start();
  assertEquals(pool.isReady, false);
  await pool.close();
});

Deno.test("wholeChunks() counts what is there, within its bounds", () => {
  const header = { payloadLength: 100, scheme: 0, length: 100 } as const;
  const one = new Uint8Array(108);
  one.set(writeChunkHeader(header));
  const three = new Uint8Array(3 * 108);
  for (let i = 0; i < 3; i++) three.set(one, i * 108);
  assertEquals(wholeChunks(three, 9), { length: 324, count: 3 });
  assertEquals(wholeChunks(three, 2), { length: 216, count: 2 });
  assertEquals(wholeChunks(three.subarray(0, 323), 9), { length: 216, count: 2 });
  assertEquals(wholeChunks(three.subarray(0, 107), 9), { length: 0, count: 0 });
  const bomb = writeChunkHeader({ payloadLength: 600, scheme: 1, length: 131_072 });
  const bombs = new Uint8Array(20 * 608);
  for (let i = 0; i < 20; i++) bombs.set(bomb, i * 608);
  assertEquals(wholeChunks(bombs, 99).count, 8);
  assertThrows(() => wholeChunks(one.with(0, 1), 1), XetFormatError);
});
