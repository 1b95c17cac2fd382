import { assertEquals, assertRejects } from "@std/assert";
import { type BodyEnd, observeBody } from "../lib/request_log.ts";

/** A body that stands still until it is told to go on. */
function pausing() {
  const next = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await next.promise;
      controller.enqueue(new Uint8Array(3));
      controller.close();
    },
  }, { highWaterMark: 0 });
  return { stream, next };
}

Deno.test("observeBody() tells once when a client leaves while a read is under way", async () => {
  const ends: BodyEnd[] = [];
  const { stream, next } = pausing();
  const reader = observeBody(stream, new AbortController().signal, {
    ended: (end) => void ends.push(end),
  }).getReader();
  const read = reader.read();
  await reader.cancel();
  next.resolve();
  assertEquals((await read).done, true);
  await Promise.resolve();
  assertEquals(ends, [{ bytes: 0, aborted: true }]);
});

Deno.test("observeBody() takes what fails because the client left for its leaving, and all else for a failure", async () => {
  for (const left of [true, false]) {
    const ends: BodyEnd[] = [];
    const client = new AbortController();
    const { stream, next } = pausing();
    const read = observeBody(stream, client.signal, { ended: (end) => void ends.push(end) })
      .getReader().read();
    if (left) client.abort();
    const failure = new Error("gone");
    next.reject(failure);
    if (left) assertEquals((await read).done, true);
    else await assertRejects(() => read, Error, "gone");
    assertEquals(ends, [
      left ? { bytes: 0, aborted: true } : { bytes: 0, aborted: false, failure },
    ]);
  }
});
