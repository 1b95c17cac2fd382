import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { converse } from "../support/converse.ts";
import { memoryGateway } from "../support/memory_gateway.ts";
import { CREDENTIAL, startMemoryGateway } from "../support/start_memory_gateway.ts";

Deno.test("every answer has an id, a date and no place in a cache; errors have a document", async () => {
  await using gateway = startMemoryGateway();
  const response = await fetch(`${gateway.url}/bucket/key`);
  const body = await response.text();
  assertEquals(response.status, 403);
  assertEquals(response.headers.get("content-type"), "application/xml");
  assertEquals(
    Number(response.headers.get("content-length")),
    new TextEncoder().encode(body).length,
  );
  const id = response.headers.get("x-amz-request-id") ?? "";
  assertMatch(id, /^[0-9A-F]{16}$/);
  assertStringIncludes(body, `<RequestId>${id}</RequestId>`);
  assertStringIncludes(body, "<Code>AccessDenied</Code>");
  assertStringIncludes(body, "<Resource>/bucket/key</Resource>");
  assert(Math.abs(Date.parse(response.headers.get("date") ?? "") - Date.now()) < 10_000);
  assert(response.headers.has("x-amz-id-2"));
  assertEquals(response.headers.get("deno-cdn-cache-control"), "no-store");
  assertEquals(gateway.store.calls, []);
  assertEquals(
    gateway.lines.map(({ level, status, code, bucket }) => [level, status, code, bucket]),
    [
      ["info", 403, "AccessDenied", "bucket"],
    ],
  );
});

Deno.test("what browsers ask of any host is not found, before authentication and without a call", async () => {
  const { handler, store } = memoryGateway(CREDENTIAL);
  for (const path of ["favicon.ico", "robots.txt", "sitemap.xml", ".well-known/acme-challenge/x"]) {
    const response = await handler(new Request(`http://localhost/${path}`));
    assertEquals(response.status, 404);
    assertStringIncludes(await response.text(), "<Code>NoSuchBucket</Code>");
  }
  assertEquals(store.calls, []);
});

Deno.test("sub-resources that are not served touch nothing", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const before = store.calls.length;
  // Of those that S3 has, a bucket that is missing would be said first.
  const requests: [string, string, number][] = [
    ["PUT", "/bucket?lifecycle", 501],
    ["PUT", "/bucket?policy", 501],
    ["GET", "/bucket?events", 501],
    ["GET", "/bucket/k?torrent", 501],
    ["POST", "/bucket/k?restore", 501],
    ["DELETE", "/bucket/k?cors", 501],
    ["PUT", "/bucket?website=", 501],
    ["DELETE", "/bucket?uploads", 405],
    ["DELETE", "/bucket?location", 405],
    ["PUT", "/bucket/k?partNumber=1", 405],
    ["POST", "/bucket/k", 405],
    ["PATCH", "/bucket/k", 405],
    ["OPTIONS", "/bucket/k", 400],
  ];
  for (const [method, path, status] of requests) {
    const response = await handler(
      new Request(`http://localhost${path}`, { method, ...(method === "PUT" && { body: "x" }) }),
    );
    assertEquals(response.status, status, `${method} ${path}`);
    assertEquals(response.headers.has("allow"), status === 405);
    await response.body?.cancel();
  }
  assertEquals(new Set(store.calls.slice(before)), new Set(["statBucket bucket"]));
});

Deno.test("a missing bucket outranks whatever else is wrong with a request", async () => {
  const { handler } = memoryGateway();
  const requests: [target: string, init: RequestInit][] = [
    ["?max-keys=x", {}],
    ["?delete", { method: "POST", body: "<no xml" }],
    ["/k?versionId=x", {}],
    ["/k?response-expires=x", {}],
    ["/k", { headers: { "x-amz-expected-bucket-owner": "another" } }],
    ["?policy", { headers: { "x-amz-expected-bucket-owner": "another" } }],
    ["/k", { method: "PUT", headers: { "x-amz-storage-class": "FLOPPY" }, body: "x" }],
    ["/k", { method: "PUT", headers: { "x-amz-server-side-encryption": "aws:kms" }, body: "x" }],
  ];
  for (const [target, init] of requests) {
    const response = await handler(new Request(`http://localhost/missing${target}`, init));
    assertEquals(response.status, 404, target);
    assertStringIncludes(await response.text(), "<BucketName>missing</BucketName>");
  }
});

Deno.test("who takes a bucket for somebody else's is refused, whatever is asked", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  await store.createBucket("gone");
  const owner = "x-amz-expected-bucket-owner";
  const send = async (method: string, target: string, headers: HeadersInit) =>
    (await handler(new Request(`http://localhost${target}`, { method, headers }))).status;
  const requests = [
    ["GET", "/bucket"],
    ["GET", "/bucket?policy"],
    ["PUT", "/bucket/k"],
    ["GET", "/bucket/k"],
    ["DELETE", "/bucket/k"],
    ["DELETE", "/gone"],
  ] as const;
  for (const [method, target] of requests) {
    assertEquals(await send(method, target, { [owner]: "another" }), 403, `${method} ${target}`);
  }
  const source = { "x-amz-copy-source": "bucket/k", "x-amz-source-expected-bucket-owner": "x" };
  assertEquals(await send("PUT", "/bucket/copy", source), 403);
  assertEquals(await send("DELETE", "/gone", { [owner]: "owner-id" }), 204);
  // There is no bucket yet that could be somebody's.
  assertEquals(await send("PUT", "/new", { [owner]: "another" }), 200);
});

Deno.test("HEAD answers have the object's length and errors no body", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  await handler(
    new Request("http://localhost/bucket/k", {
      method: "PUT",
      body: new TextEncoder().encode("12345"),
    }),
  );
  const head = await handler(new Request("http://localhost/bucket/k", { method: "HEAD" }));
  assertEquals([head.headers.get("content-length"), head.body], ["5", null]);
  assertEquals(head.headers.get("content-type"), "binary/octet-stream");
  const missing = await handler(new Request("http://localhost/bucket/none", { method: "HEAD" }));
  assertEquals([missing.status, missing.body], [404, null]);
});

Deno.test("keys are what was sent: dots, double slashes and escapes survive", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const put = (path: string) =>
    converse(
      server.addr.port,
      `PUT ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`,
      /\r\n\r\n/,
    );
  assertMatch(await put("/bucket/a/../b%2Fc+d"), /^HTTP\/1\.1 200 /);
  assertMatch(await put("/bucket//double"), /^HTTP\/1\.1 200 /);
  assertMatch(await put("/bucket/x//y"), /^HTTP\/1\.1 400 /);
  assertMatch(await put("/bucket/%zz"), /^HTTP\/1\.1 400 /);
  const [plus, double] = await store.stat("bucket", ["a/../b/c+d", "/double"]);
  assertEquals([plus?.key, double?.key], ["a/../b/c+d", "/double"]);
});
