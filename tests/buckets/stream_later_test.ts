import { assertEquals, assertRejects } from "@std/assert";
import { streamLater } from "../../lib/buckets/stream_later.ts";

Deno.test("a stream that comes later is read, cancelled and fails as it is", async () => {
  const later = streamLater(Promise.resolve(new Blob(["hello"]).stream()));
  assertEquals(await new Response(later).text(), "hello");
  let reason: unknown;
  const endless = new ReadableStream<Uint8Array>({ cancel: (why) => void (reason = why) });
  await streamLater(Promise.resolve(endless)).cancel("enough");
  assertEquals(reason, "enough");
  const failing = streamLater(Promise.reject(new Error("not opened")));
  await assertRejects(() => new Response(failing).text(), Error, "not opened");
  streamLater(Promise.reject(new Error("nobody reads it")));
});
