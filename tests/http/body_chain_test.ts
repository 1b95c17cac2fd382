import { assertEquals } from "@std/assert";
import { BlockReader } from "../../lib/http/block_reader.ts";
import { BodyChain } from "../../lib/http/body_chain.ts";
import { pullStream } from "../../lib/http/byte_streams.ts";

/** A body of so many pieces of 1,000 bytes, and how many of them have been read. */
function bodyOf(pieces: number) {
  const counted = { read: 0 };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (counted.read === pieces) return controller.close();
      counted.read++;
      controller.enqueue(new Uint8Array(1000));
    },
  }, { highWaterMark: 0 });
  return { stream, counted };
}

/** A stream made of another that fails when `fails` says so of a block. */
const checked = (
  stream: ReadableStream<Uint8Array>,
  fails: (block: Uint8Array | undefined) => boolean,
): ReadableStream<Uint8Array> =>
  pullStream(new BlockReader(stream, { blockSize: 1000 }), (block) => {
    if (fails(block)) throw new Error("the check has failed");
    return block;
  });

Deno.test("a connection can be used again when nothing of the body is left", async () => {
  assertEquals(await new BodyChain(null).end(), true);
  assertEquals(await new BodyChain(bodyOf(3).stream).end(), true);
  assertEquals(await new BodyChain(bodyOf(2000).stream).end(), false);
});

Deno.test("what was made of a body and not read is read to its end, whether its checks hold or not", async () => {
  for (const fails of [() => false, (block?: Uint8Array) => block === undefined, () => true]) {
    const { stream, counted } = bodyOf(5);
    const chain = new BodyChain(stream);
    const first = checked(stream, fails);
    chain.add(first);
    chain.add(checked(first, fails));
    assertEquals(await chain.end(), true);
    assertEquals(counted.read, 5);
  }
});

Deno.test("what somebody holds, or what is too large, is left", async () => {
  const held = bodyOf(1).stream;
  const reader = held.getReader();
  assertEquals(await new BodyChain(held).end(), false);
  await reader.cancel();
  const { stream } = bodyOf(5000);
  const chain = new BodyChain(stream);
  chain.add(checked(stream, () => false));
  assertEquals(await chain.end(), false);
});
