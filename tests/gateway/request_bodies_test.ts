import { assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { converse } from "../support/converse.ts";
import { memoryGateway } from "../support/memory_gateway.ts";
import { startMemoryGateway } from "../support/start_memory_gateway.ts";

Deno.test("a body that an operation has no use for is held to what was signed of it", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const hash = createHash("sha256").update("body").digest("hex");
  const empty = createHash("sha256").digest("hex");
  const ask = async (method: string, body: string, sha256: string, more: HeadersInit = {}) => {
    const headers = new Headers(more);
    headers.set("x-amz-content-sha256", sha256);
    headers.set("content-length", String(body.length));
    const response = await handler(
      new Request("http://localhost/bucket/k?uploads", { method, headers, body }),
    );
    return [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]];
  };
  assertEquals(await ask("POST", "body", hash), [200, undefined]);
  assertEquals(await ask("POST", "", empty), [200, undefined]);
  assertEquals(await ask("POST", "body", "UNSIGNED-PAYLOAD"), [200, undefined]);
  const before = store.calls.length;
  assertEquals(await ask("POST", "body", empty), [400, "XAmzContentSHA256Mismatch"]);
  assertEquals(await ask("POST", "other", hash), [400, "XAmzContentSHA256Mismatch"]);
  const framed = { "x-amz-decoded-content-length": "4" };
  const form = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  assertEquals(await ask("POST", "4\r\nbody\r\n0\r\n\r\n", form, framed), [200, undefined]);
  const large = "x".repeat(2 * 1024 * 1024);
  const largeHash = createHash("sha256").update(large).digest("hex");
  assertEquals((await ask("POST", large, largeHash))[1], "MaxMessageLengthExceeded");
  assertEquals(store.calls.slice(before).filter((call) => !call.startsWith("statBucket")), []);
});

Deno.test("an unread body is drained after an error and the connection goes on", async () => {
  await using gateway = startMemoryGateway();
  const body = "x".repeat(100_000);
  const put = `PUT /bucket/k HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const get = "GET /favicon.ico HTTP/1.1\r\nHost: h\r\n\r\n";
  const received = await converse(gateway.port, put + get, /NoSuchBucket[^]*<\/Error>/);
  assertMatch(received, /^HTTP\/1\.1 403 [^]*HTTP\/1\.1 404 /);
  assertEquals(/connection: close/i.test(received), false);
});

Deno.test("a body that does not come is not waited for: the connection is closed", async () => {
  await using gateway = startMemoryGateway();
  const put = "PUT /bucket/k HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";
  const received = await converse(gateway.port, put, /<\/Error>/);
  assertMatch(received, /^HTTP\/1\.1 403 /);
  assertMatch(received, /connection: close/i);
});

Deno.test("a client that stops sending gets RequestTimeout, and nothing is stored", async () => {
  const { handler, store } = memoryGateway(undefined, undefined, { bodyIdleMs: 50 });
  await store.createBucket("bucket");
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const heads = {
    "a length": "Content-Length: 300000\r\n\r\n",
    "chunks": "Transfer-Encoding: chunked\r\n\r\n30d40\r\n",
    "aws-chunked": "Content-Length: 300000\r\nx-amz-decoded-content-length: 200000\r\n" +
      "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n\r\n30d40\r\n",
  };
  for (const [name, head] of Object.entries(heads)) {
    const begun = `PUT /bucket/k HTTP/1.1\r\nHost: h\r\n${head}${"x".repeat(100_000)}`;
    const received = await converse(server.addr.port, begun, /<\/Error>/);
    assertMatch(received, /^HTTP\/1\.1 400 [^]*<Code>RequestTimeout</, name);
    assertMatch(received, /connection: close/i, name);
  }
  assertEquals(await store.stat("bucket", ["k"]), [undefined]);
});

Deno.test("a client that sends slowly is not taken for one that has stopped", async () => {
  const { handler, store } = memoryGateway(undefined, undefined, { bodyIdleMs: 1000 });
  await store.createBucket("bucket");
  let left = 15;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (left-- === 0) return controller.close();
      await new Promise((resolve) => setTimeout(resolve, 100));
      controller.enqueue(new Uint8Array(40_000));
    },
  });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}/bucket/k`;
  const response = await fetch(url, { method: "PUT", body });
  await response.body?.cancel();
  assertEquals(response.status, 200);
  assertEquals((await store.stat("bucket", ["k"]))[0]?.content.size, 600_000);
});

Deno.test("a PUT without a length and without a body is refused, and with a body taken", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  const empty = await handler(new Request(url, { method: "PUT" }));
  assertEquals(empty.status, 411);
  assertEquals(await store.stat("bucket", ["k"]), [undefined]);
  const some = await handler(new Request(url, { method: "PUT", body: "x" }));
  assertEquals(some.status, 200);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const put = (length: string) =>
    converse(
      server.addr.port,
      `PUT /bucket/zero HTTP/1.1\r\nHost: h\r\n${length}Connection: close\r\n\r\n`,
      /\r\n\r\n/,
    );
  assertMatch(await put("Content-Length: 0\r\n"), /^HTTP\/1\.1 200 /);
  assertMatch(await put(""), /^HTTP\/1\.1 411 /);
});
