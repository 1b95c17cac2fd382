import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { joinBytes, readBlocks } from "../../lib/flow/byte_pieces.ts";

Deno.test("readBlocks() gives blocks of one size, however the stream was cut", async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(pieces, fc.integer({ min: 1, max: 50 }), async (parts, size) => {
    const blocks: Uint8Array[] = [];
    const stream = ReadableStream.from(parts);
    for await (const block of readBlocks(stream, size)) blocks.push(block);
    assertEquals(joinBytes(blocks), joinBytes(parts));
    blocks.forEach((block, i) => {
      assert(i === blocks.length - 1 ? block.length > 0 : block.length === size);
    });
    assert(!stream.locked);
  }));
});

Deno.test("readBlocks() cancels the stream when its reader stops", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const _ of readBlocks(stream, 25)) break;
  assert(cancelled);
});

Deno.test("readBlocks() throws the error of the stream", async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new RangeError("broken")),
  });
  await assertRejects(() => Array.fromAsync(readBlocks(stream, 25)), RangeError, "broken");
});

Deno.test("readBlocks() ends a read that waits when it is aborted", async () => {
  let reason: unknown;
  const silent = new ReadableStream<Uint8Array>({
    cancel: (value) => {
      reason = value;
    },
  });
  const abort = new AbortController();
  const reading = Array.fromAsync(readBlocks(silent, 25, abort.signal));
  abort.abort(new RangeError("enough"));
  await assertRejects(() => reading, RangeError, "enough");
  assert(reason instanceof RangeError);
});
