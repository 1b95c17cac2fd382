import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { joinBytes, readBlocks } from "../../lib/flow/byte_pieces.ts";
import { PAGE_LENGTH, PagePool } from "../../lib/flow/page_pool.ts";

Deno.test("readBlocks() gives blocks of one size, however the stream was cut", async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(pieces, fc.integer({ min: 1, max: 50 }), async (parts, size) => {
    const blocks: Uint8Array[] = [];
    const stream = ReadableStream.from(parts);
    const pages = new PagePool();
    for await (const { page, length } of readBlocks(stream, { size, pages })) {
      blocks.push(page.slice(0, length));
      pages.give(page);
    }
    assert(pages.resting <= 1);
    assertEquals(joinBytes(blocks), joinBytes(parts));
    blocks.forEach((block, i) => {
      assert(i === blocks.length - 1 ? block.length > 0 : block.length === size);
    });
    assert(!stream.locked);
  }));
});

Deno.test("readBlocks() has a byte stream fill the same memory again and again", async () => {
  const pages = new PagePool();
  let round = 0;
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const { byobRequest } = controller;
      const { buffer, byteOffset = 0, byteLength = 0 } = byobRequest?.view ?? {};
      if (buffer === undefined) throw new TypeError("pulled without memory");
      const size = round === 10 ? 0 : Math.min(7, byteLength);
      new Uint8Array(buffer, byteOffset, size).fill(round);
      if (round === 10) controller.close();
      else round++;
      byobRequest?.respond(size);
    },
  });
  const bytes: number[] = [];
  for await (const { page, length } of readBlocks(stream, { size: 20, pages })) {
    assertEquals(page.length, PAGE_LENGTH);
    bytes.push(...page.subarray(0, length));
    pages.give(page);
  }
  assertEquals(bytes.length, 7 + 7 + 6 + 7 + 7 + 6 + 7 + 7 + 6 + 7);
  assertEquals([...new Set(bytes)], Array.from({ length: 10 }, (_, i) => i));
  assertEquals(pages.resting, 1);
});

Deno.test("readBlocks() cancels the stream when its reader stops", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const _ of readBlocks(stream, { size: 25, pages: new PagePool() })) break;
  assert(cancelled);
});

Deno.test("readBlocks() throws the error of the stream", async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new RangeError("broken")),
  });
  await assertRejects(
    () => Array.fromAsync(readBlocks(stream, { size: 25, pages: new PagePool() })),
    RangeError,
    "broken",
  );
});

Deno.test("readBlocks() ends a read that waits when it is aborted", async () => {
  let reason: unknown;
  const silent = new ReadableStream<Uint8Array>({
    cancel: (value) => {
      reason = value;
    },
  });
  const abort = new AbortController();
  const options = { size: 25, pages: new PagePool(), signal: abort.signal };
  const reading = Array.fromAsync(readBlocks(silent, options));
  abort.abort(new RangeError("enough"));
  await assertRejects(() => reading, RangeError, "enough");
  assert(reason instanceof RangeError);
});
