import { assertEquals, assertRejects } from "@std/assert";
import { beginStream } from "../../lib/http/begin_stream.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

Deno.test("a stream that has begun gives the same pieces, one for each that is asked for", async () => {
  let asked = 0;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => ++asked > 3 ? controller.close() : controller.enqueue(bytes(asked)),
  }, { highWaterMark: 0 });
  const reader = (await beginStream(source)).getReader();
  assertEquals(asked, 1);
  assertEquals((await reader.read()).value, bytes(1));
  assertEquals(asked, 1);
  assertEquals((await reader.read()).value, bytes(2));
  assertEquals((await reader.read()).value, bytes(3));
  assertEquals((await reader.read()).done, true);
});

Deno.test("what fails before the first piece is thrown, what fails later breaks the stream", async () => {
  const failing = (at: number) => {
    let asked = 0;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (asked++ === at) throw new Error(`at ${at}`);
        controller.enqueue(bytes(asked));
      },
    }, { highWaterMark: 0 });
  };
  await assertRejects(() => beginStream(failing(0)), Error, "at 0");
  const reader = (await beginStream(failing(1))).getReader();
  await reader.read();
  await assertRejects(() => reader.read(), Error, "at 1");
});

Deno.test("an empty stream stays empty, and a cancel goes through", async () => {
  const empty = await beginStream(new ReadableStream({ start: (c) => c.close() }));
  assertEquals(await new Response(empty).bytes(), bytes());
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes(1)),
    cancel: (given) => void (reason = given),
  });
  await (await beginStream(source)).cancel("enough");
  assertEquals(reason, "enough");
});
