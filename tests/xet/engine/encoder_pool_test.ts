import { assert, assertEquals, assertRejects } from "@std/assert";
import { PagePool } from "../../../lib/flow/page_pool.ts";
import {
  ChunkEncoder,
  type EncodedChunk,
  type EncodedPage,
  EncoderPool,
  type StreamEncoder,
} from "../../../lib/xet/engine/mod.ts";
import { vectorInput } from "../../support/vector_input.ts";

const text = vectorInput({ kind: "text", seed: 1, size: 3_000_000 });
const random = vectorInput({ kind: "splitmix", seed: 2, size: 3_000_000 });

async function withWorker(
  work: (open: () => Promise<StreamEncoder>, pages: PagePool, pool: EncoderPool) => Promise<void>,
): Promise<void> {
  const pages = new PagePool();
  const pool = new EncoderPool(1);
  await pool.start();
  const open = async () => {
    const encoder = await pool.open(pages);
    assert(encoder !== undefined);
    return encoder;
  };
  try {
    await work(open, pages, pool);
  } finally {
    await pool.close();
  }
}

function push(encoder: StreamEncoder, pages: PagePool, block: Uint8Array): Promise<EncodedPage> {
  const page = pages.take();
  page.set(block);
  return encoder.push(page, block.length);
}

const show = ({ hash, length, parts }: EncodedChunk) => ({
  hash: hash.toHex(),
  length,
  bytes: parts.map((part) => part.toHex()).join(""),
});

function inPlace(data: Uint8Array, block: number) {
  using encoder = new ChunkEncoder();
  const shown = [];
  for (let at = 0; at < data.length; at += block) {
    shown.push(...encoder.push(data.subarray(at, at + block)).map(show));
  }
  return [...shown, ...encoder.finish().map(show)];
}

Deno.test("a worker gives the chunks that an encoder in place gives", () =>
  withWorker(async (open, pages) => {
    for (const data of [text, random]) {
      for (const block of [1 << 20, 70_000]) {
        const encoder = await open();
        const answers: Promise<EncodedPage>[] = [];
        for (let at = 0; at < data.length; at += block) {
          answers.push(push(encoder, pages, data.subarray(at, at + block)));
        }
        answers.push(encoder.finish());
        const shown = [];
        for (const { chunks, page } of await Promise.all(answers)) {
          shown.push(...chunks.map(show));
          pages.give(page);
        }
        encoder.dispose();
        assertEquals(shown, inPlace(data, block));
      }
    }
  }));

Deno.test("streams in one worker do not disturb each other", () =>
  withWorker(async (open, pages) => {
    const [left, right] = [await open(), await open()];
    const shown: [ReturnType<typeof show>[], ReturnType<typeof show>[]] = [[], []];
    const take = async (side: 0 | 1, answer: Promise<EncodedPage>) => {
      const { chunks, page } = await answer;
      shown[side].push(...chunks.map(show));
      pages.give(page);
    };
    for (let at = 0; at < text.length; at += 300_000) {
      await Promise.all([
        take(0, push(left, pages, text.subarray(at, at + 300_000))),
        take(1, push(right, pages, random.subarray(at, at + 300_000))),
      ]);
    }
    await take(0, left.finish());
    await take(1, right.finish());
    assertEquals(shown, [inPlace(text, 300_000), inPlace(random, 300_000)]);
  }));

Deno.test("a worker that is closed fails what it has under way", () =>
  withWorker(async (open, pages, pool) => {
    const encoder = await open();
    const answer = push(encoder, pages, text.subarray(0, 1 << 20));
    const failed = assertRejects(() => answer, Error, "closed");
    await pool.close();
    await failed;
    await assertRejects(() => encoder.finish(), Error, "closed");
    assertEquals(pages.resting, 0);
  }));

Deno.test("without workers there is no encoder, and streams are encoded in place", async () => {
  const pool = new EncoderPool(0);
  await pool.start();
  assertEquals([pool.isReady, await pool.open(new PagePool())], [false, undefined]);
  await pool.close();
});
