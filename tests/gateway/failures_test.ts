import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import { memoryGateway } from "../support/memory_gateway.ts";
import { MemoryStore } from "../support/memory_store.ts";

Deno.test("an unknown failure is an InternalError to the client and its causes go to the log", async () => {
  class BrokenStore extends MemoryStore {
    override listBuckets(): Promise<never> {
      return Promise.reject(new Error("the secret inner detail"));
    }
  }
  const { handler, lines } = memoryGateway(undefined, new BrokenStore());
  const response = await handler(new Request("http://localhost/"));
  const body = await response.text();
  assertEquals(response.status, 500);
  assertEquals(body.includes("secret inner detail"), false);
  const [line] = lines;
  assertEquals([line?.level, line?.status, line?.operation], ["error", 500, "ListBuckets"]);
  assert(line?.error instanceof Error && line.error.cause instanceof Error);
  assertEquals(line.error.cause.message, "the secret inner detail");
});

Deno.test("an overloaded store is 503 SlowDown with Retry-After", async () => {
  class BusyStore extends MemoryStore {
    override listBuckets(): Promise<never> {
      return Promise.reject(
        new StoreError("slow_down", "The quota is spent", { retryAfterSeconds: 7 }),
      );
    }
  }
  const { handler } = memoryGateway(undefined, new BusyStore());
  const response = await handler(new Request("http://localhost/"));
  assertEquals([response.status, response.headers.get("retry-after")], [503, "7"]);
  assertStringIncludes(await response.text(), "<Code>SlowDown</Code>");
});

Deno.test("a GET is logged when its body has ended, with its bytes, and when the client leaves", async () => {
  const { handler, store, lines } = memoryGateway(undefined, new MemoryStore({ pieceSize: 10 }));
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  await handler(
    new Request(url, { method: "PUT", body: "x".repeat(25) }),
  );
  const whole = await handler(new Request(url));
  assertEquals(lines.length, 1);
  assertEquals((await whole.text()).length, 25);
  assertEquals([lines[1]?.bytesOut, lines[1]?.operation], [25, "GetObject"]);
  const left = await handler(new Request(url));
  const reader = left.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  assertEquals([lines[2]?.bytesOut, lines[2]?.aborted], [10, true]);
});

/** A store whose bytes tear after some pieces. */
class TornStore extends MemoryStore {
  constructor(private readonly pieces: number) {
    super();
  }

  override read(): ReadableStream<Uint8Array> {
    let left = this.pieces;
    return new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(1));
        else controller.error(new Error("the storage tore"));
      },
    }, { highWaterMark: 0 });
  }
}

Deno.test("a body that breaks after the status has been sent fails the transfer and is logged", async () => {
  const { handler, store, lines } = memoryGateway(undefined, new TornStore(1));
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  await handler(new Request(url, { method: "PUT", body: "xy" }));
  const response = await handler(new Request(url));
  await assertRejects(() => response.text(), Error, "the storage tore");
  assertEquals([lines[1]?.level, lines[1]?.status], ["error", 200]);
});

Deno.test("a body that cannot be begun is an error with a status of its own", async () => {
  const { handler, store, lines } = memoryGateway(undefined, new TornStore(0));
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  await handler(new Request(url, { method: "PUT", body: "xy" }));
  const response = await handler(new Request(url));
  assertEquals([response.status, (await response.text()).includes("InternalError")], [500, true]);
  assertEquals([lines[1]?.level, lines[1]?.status], ["error", 500]);
});
