import { assertEquals, assertRejects } from "@std/assert";
import { endUnread } from "../../lib/http/unread_stream.ts";

Deno.test("endUnread() passes on what is read, to the end", async () => {
  const pieces = ["one ", "two ", "three"];
  const source = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
  assertEquals(await new Response(endUnread(source, 60_000)).text(), "one two three");
});

Deno.test("endUnread() ends a stream that nobody reads on, and what it comes from", async () => {
  const cancelled = Promise.withResolvers<unknown>();
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: (reason) => cancelled.resolve(reason),
  });
  const reader = endUnread(source, 20).getReader();
  assertEquals((await reader.read()).value?.length, 10);
  assertEquals(String(await cancelled.promise), "Error: Nobody has read for too long");
  assertEquals((await reader.read()).done, true);
});

Deno.test("endUnread() does not count the time that the source takes", async () => {
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((done) => setTimeout(done, 60));
      controller.enqueue(new Uint8Array(1));
      controller.close();
    },
  });
  assertEquals(await new Response(endUnread(source, 20)).bytes(), new Uint8Array(1));
});

Deno.test("endUnread() passes a cancel on, and an error", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({ cancel: (why) => void (reason = why) });
  await endUnread(source, 20).cancel("gone");
  assertEquals(reason, "gone");
  const broken = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error("torn")) });
  await assertRejects(() => new Response(endUnread(broken, 20)).bytes(), Error, "torn");
});
