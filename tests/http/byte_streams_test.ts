import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { bodyReadError } from "../../lib/http/body_error.ts";
import {
  collect,
  drain,
  type DrainEnd,
  emptyStream,
  exactLength,
  readBlocks,
} from "../../lib/http/byte_streams.ts";

/** A stream that is no byte stream, in pieces of the sizes in turn; says when it is cancelled. */
function pieces(data: Uint8Array, sizes: readonly number[], onCancel = () => {}) {
  let at = 0;
  let turn = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= data.length) return controller.close();
      const size = sizes[turn++ % sizes.length] ?? 1;
      controller.enqueue(data.slice(at, at + size));
      at += size;
    },
    cancel: onCancel,
  }, { highWaterMark: 0 });
}

/** The same as a byte stream. */
function byteStream(data: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (at >= data.length) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      const size = sizes[turn++ % sizes.length] ?? 1;
      controller.enqueue(data.slice(at, at + size));
      at += size;
    },
  });
}

async function blocksOf(stream: ReadableStream<Uint8Array>, options = {}): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = [];
  for await (const block of readBlocks(stream, options)) blocks.push(block.slice());
  return blocks;
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(blocks.flatMap((block) => [...block]));
}

const DATA = fc.uint8Array({ maxLength: 3000 });
const SIZES = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 });
const BLOCK = fc.integer({ min: 100, max: 1000 });

for (const [name, make] of [["a stream", pieces], ["a byte stream", byteStream]] as const) {
  Deno.test(`${name} is read whole in blocks, with and without its length`, async () => {
    await fc.assert(
      fc.asyncProperty(DATA, SIZES, BLOCK, fc.boolean(), async (data, sizes, blockSize, known) => {
        const options = { blockSize, ...(known && { length: data.length }) };
        const blocks = await blocksOf(make(data, sizes), options);
        assertEquals(joined(blocks), data);
        assert(blocks.every((block) => block.length > 0 && block.length <= blockSize));
        assert(blocks.slice(0, -1).every((block) => block.length >= blockSize - 64));
      }),
      { numRuns: 60 },
    );
  });

  Deno.test(`${name} of another length than the announced is IncompleteBody`, async () => {
    const data = new Uint8Array(1000);
    for (const length of [0, 1, 500, 999, 1001, 1500, 10_000]) {
      const error = await assertRejects(
        () => blocksOf(make(data, [300]), { length, blockSize: 400 }),
        S3Error,
      );
      assertEquals(error.code, "IncompleteBody");
    }
  });
}

Deno.test("large pieces are handed on without copying", async () => {
  const data = new Uint8Array(100_000);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(data);
      controller.close();
    },
  });
  for await (const block of readBlocks(stream)) assert(block.buffer === data.buffer);
});

Deno.test("leaving the loop early cancels the stream", async () => {
  let cancelled = 0;
  const stream = pieces(new Uint8Array(1000), [10], () => cancelled++);
  for await (const block of readBlocks(stream, { blockSize: 100 })) {
    assertEquals(block.length, 100);
    break;
  }
  assertEquals(cancelled, 1);
  assertEquals(stream.locked, false);
});

Deno.test("an error of the stream reaches the reader as it is", async () => {
  const failure = new Error("the disk is full");
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(failure),
  });
  assertEquals(await assertRejects(() => blocksOf(stream)), failure);
});

Deno.test("what a cut connection throws becomes IncompleteBody, and nothing else does", () => {
  const cut = [
    new Deno.errors.BadResource("Cannot read request body"),
    new Deno.errors.ConnectionReset("reset"),
    new TypeError("error reading a body from connection"),
    new Error("invalid HTTP/1 request: Invalid"),
  ];
  for (const error of cut) {
    const mapped = bodyReadError(error);
    assert(mapped instanceof S3Error);
    assertEquals([mapped.code, mapped.cause], ["IncompleteBody", error]);
  }
  const others = [
    new TypeError("x is not a function"),
    new Error("body"),
    new S3Error("SlowDown"),
    7,
  ];
  for (const error of others) assertEquals(bodyReadError(error), error);
});

Deno.test("collecting takes all up to the limit, and beyond it cancels", async () => {
  const data = crypto.getRandomValues(new Uint8Array(1000));
  assertEquals(await collect(pieces(data, [7]), 1000), data);
  assertEquals(await collect(emptyStream(), 0), new Uint8Array(0));
  let cancelled = 0;
  const stream = pieces(new Uint8Array(5_000_000), [65536], () => cancelled++);
  const error = await assertRejects(() => collect(stream, 999), S3Error);
  assertEquals([error.code, cancelled], ["MaxMessageLengthExceeded", 1]);
});

Deno.test("a stream of exact length passes, others error at their end", async () => {
  const data = crypto.getRandomValues(new Uint8Array(1000));
  assertEquals(await collect(exactLength(pieces(data, [300]), 1000), 2000), data);
  for (const length of [999, 1001, 0]) {
    const stream = exactLength(pieces(data, [300]), length);
    const error = await assertRejects(() => collect(stream, 2000), S3Error);
    assertEquals(error.code, "IncompleteBody");
  }
  let cancelled = 0;
  await exactLength(pieces(data, [300], () => cancelled++), 1000).cancel();
  assertEquals(cancelled, 1);
});

Deno.test("draining ends a small body and gives up a large or a slow one", async () => {
  assertEquals(await drain(null), "ended");
  assertEquals(await drain(pieces(new Uint8Array(1000), [10])), "ended");
  let cancelled = 0;
  const large = pieces(new Uint8Array(5000), [100], () => cancelled++);
  assertEquals(await drain(large, { maxBytes: 1000 }), "left");
  const stalled = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
  assertEquals(await drain(stalled, { maxMs: 20 }), "left");
  assertEquals(cancelled, 2);
  const failed = new ReadableStream<Uint8Array>({ start: (c) => c.error(new Error("gone")) });
  assertEquals(await drain(failed), "failed");
  const locked = pieces(new Uint8Array(10), [1]);
  const reader = locked.getReader();
  assertEquals(await drain(locked), "left");
  await reader.cancel();
});

Deno.test("a chunked body that ends just short of a block is read whole", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    let size = 0;
    for await (const block of readBlocks(request.body ?? emptyStream())) size += block.length;
    return new Response(String(size));
  });
  const block = 65536;
  const mib = 1024 * 1024;
  for (
    const size of [
      block - 3,
      block - 2,
      block - 1,
      block,
      block + mib - 2,
      block + mib - 1,
      2 * mib - 1,
    ]
  ) {
    // A connection for each: only then does the runtime give the body as a byte stream.
    const client = Deno.createHttpClient({});
    const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, {
      method: "PUT",
      body: pieces(new Uint8Array(size), [size]),
      client,
    });
    assertEquals(await response.text(), String(size));
    client.close();
  }
  await server.shutdown();
});

Deno.test("draining a stalled request body over HTTP ends in time", async () => {
  const outcomes: DrainEnd[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    outcomes.push(await drain(request.body, { maxMs: 50 }));
    return new Response("refused", { status: 403 });
  });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  const text = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\nabc";
  await connection.write(new TextEncoder().encode(text));
  const answer = new Uint8Array(1000);
  const length = await connection.read(answer);
  assert(new TextDecoder().decode(answer.subarray(0, length ?? 0)).startsWith("HTTP/1.1 403"));
  connection.close();
  await server.shutdown();
  assertEquals(outcomes, ["left"]);
});
