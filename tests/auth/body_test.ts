import { assertEquals, assertRejects } from "@std/assert";
import { openBody } from "../../lib/auth/body.ts";
import type { PayloadForm } from "../../lib/auth/payload_form.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { bytesOf, streamOf } from "./chunked_bodies.ts";
import { codeOf, HELLO, md5, open, PLAIN, read, UNSIGNED } from "./body_under_test.ts";

Deno.test("a body without a known length is cut off at the limit", async () => {
  const body = open(new Uint8Array(1000), {}, PLAIN, { maxLength: 999 });
  assertEquals(await codeOf(body), "EntityTooLarge");
  assertEquals((await read(open(new Uint8Array(999), {}, PLAIN, { maxLength: 999 }))).length, 999);
});

Deno.test("cancelling a body cancels the request's", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(HELLO.slice()),
    cancel: (why) => {
      reason = why;
    },
  });
  await openBody(source, new Headers(), PLAIN).stream.cancel("enough");
  assertEquals(reason, "enough");
});

Deno.test("nothing is read before the stream is, and no more than is asked for", async () => {
  let pulls = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(new Uint8Array(1024 * 1024));
    },
  }, { highWaterMark: 0 });
  const { stream } = openBody(source, new Headers(), PLAIN);
  const reader = stream.getReader();
  assertEquals(pulls, 0);
  await reader.read();
  await reader.read();
  assertEquals(pulls, 2);
  await reader.cancel();
});

Deno.test("a failed body leaves the request's unlocked, to be drained", async () => {
  const source = streamOf(bytesOf(`5\r\nhelloXX${"x".repeat(100)}`), [12, 10]);
  const headers = new Headers({ "x-amz-decoded-content-length": "5" });
  // The first piece is small, so that the reader asks for more: the source is a queue of many.
  await assertRejects(() => read(openBody(source, headers, UNSIGNED)), S3Error);
  assertEquals(source.locked, false);
  await source.cancel();
});

Deno.test("a client that cuts the connection leaves an IncompleteBody", async () => {
  const codes: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const payload: PayloadForm = request.headers.has("x-amz-decoded-content-length")
      ? UNSIGNED
      : PLAIN;
    const body = openBody(request.body, request.headers, payload);
    codes.push(await read(body).then(() => "whole", (error) => error.code));
    return new Response();
  });
  const requests = [
    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc",
    "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "PUT / HTTP/1.1\r\nHost: h\r\nx-amz-decoded-content-length: 9\r\nContent-Length: 90\r\n\r\n9\r\nab",
  ];
  for (const text of requests) {
    const seen = codes.length;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    await connection.write(bytesOf(text));
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    for (let i = 0; i < 100 && codes.length === seen; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  await server.shutdown();
  assertEquals(codes, ["IncompleteBody", "IncompleteBody", "IncompleteBody"]);
});

Deno.test("bodies of every size near the block size arrive whole over HTTP", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = openBody(request.body, request.headers, PLAIN, { md5: true });
    await read(body);
    return Response.json(body.digests());
  });
  const mib = 1024 * 1024;
  const sizes = [
    0,
    1,
    2,
    65535,
    65536,
    65537,
    mib - 2,
    mib - 1,
    mib,
    mib + 1,
    2 * mib - 1,
    2 * mib + 65534,
  ];
  for (const size of sizes) {
    const data = new Uint8Array(size).map((_, index) => index * 31);
    for (const chunked of [false, true]) {
      const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, {
        method: "PUT",
        body: chunked ? streamOf(data, [50_000]) : data,
      });
      assertEquals(await response.json(), { length: size, md5: md5(data, "hex"), checksums: {} });
    }
  }
  await server.shutdown();
});
