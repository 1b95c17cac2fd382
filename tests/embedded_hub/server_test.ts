import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DOC, EMPTY, field, fields, startTestHub, type TestHub, TOKENS } from "./test_hub.ts";

/** Sends a request line as it is, which `fetch` would tidy up, and returns the whole answer. */
async function rawRequest(test: TestHub, requestLine: string): Promise<string> {
  const { hostname, port } = new URL(test.hub.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `${requestLine} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  return await new Response(connection.readable).text();
}

Deno.test("dots and double slashes in a request target reach the hub as they were sent", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", "a/b");
  const status = async (path: string) => {
    const answer = await rawRequest(test, `GET /buckets/alice/photos/resolve/${path}`);
    return /^HTTP\/1.1 (\d+)/.exec(answer)?.[1];
  };
  assertEquals(await status("a/b"), "302");
  for (const path of ["a/../a/b", "a//b", "./a/b", "x/%2e%2e/a/b", "../photos/resolve/a/b"]) {
    assertEquals(await status(path), "404", path);
  }
});

Deno.test("an unknown path is a 404 with a message and a request id", async () => {
  await using test = await startTestHub();
  const { status, json, headers } = await test.call("GET", "/api/papers/x");
  assertEquals([status, json], [404, { error: "Not Found" }]);
  assertMatch(headers.get("X-Request-Id") ?? "", /^[0-9a-f-]{36}$/);
});

Deno.test("calls and bytes are counted by endpoint", async () => {
  await using test = await startTestHub();
  const { counters } = test.hub;
  await test.registerRecorded("alice/photos");
  await test.batch("alice/photos", { type: "addFile", path: "a", xetHash: DOC });
  const file = await fetch(`${test.hub.url}/buckets/alice/photos/resolve/a`);
  assertEquals((await file.bytes()).length, 200_000);
  const tree = await test.call("GET", "/api/buckets/alice/photos/tree");
  assertEquals(counters.of("cas.xorb.post").bytesIn, 991_547);
  assertEquals(counters.of("hub.download").bytesOut, 200_000);
  assertEquals(counters.of("hub.tree"), {
    calls: 1,
    bytesIn: 0,
    bytesOut: tree.text.length,
    statuses: { 200: 1 },
  });
  assertEquals(counters.of("hub.resolve").statuses, { 302: 1 });
  assertEquals(counters.of("*").calls, 7);
  assertEquals(counters.of("cas").calls, 2);
  assertEquals(Object.keys(counters.all()).includes("hub.batch"), true);
  await test.call("HEAD", "/buckets/alice/photos/resolve/a");
  counters.reset();
  assertEquals(counters.of("*").calls, 0);
});

Deno.test("an injected status is answered before the call has any effect", async () => {
  await using test = await startTestHub();
  test.hub.switches.faults.add({ endpoint: "hub.batch", status: 503, times: 1, retryAfter: 2 });
  const add = { type: "addFile", path: "a", xetHash: EMPTY };
  const failed = await test.batch("alice/photos", add);
  assertEquals([failed.status, failed.headers.get("Retry-After")], [503, "2"]);
  assertEquals((await test.call("GET", "/api/buckets/alice/photos/tree")).json, []);
  assertEquals((await test.batch("alice/photos", add)).status, 200);
});

Deno.test("a lost answer leaves its effect", async () => {
  await using test = await startTestHub();
  test.hub.switches.faults.add({ endpoint: "hub.batch", status: "reset", when: "after", times: 1 });
  const add = { type: "addFile", path: "a", xetHash: EMPTY };
  await assertRejects(() => test.batch("alice/photos", add), TypeError);
  const { json } = await test.call("GET", "/api/buckets/alice/photos/tree");
  assertEquals(fields(json, "path"), ["a"]);
});

Deno.test("a reset breaks the connection before the answer is whole", async () => {
  await using test = await startTestHub();
  test.hub.switches.faults.add({ status: "reset", times: 2 });
  await assertRejects(() => test.call("GET", "/api/buckets/alice/photos"), TypeError);
  assertEquals((await test.call("HEAD", "/buckets/alice/photos/resolve/a")).status, 502);
  assertEquals((await test.call("GET", "/api/buckets/alice/photos")).status, 200);
});

Deno.test("a fault on a large upload is answered, not a broken pipe", async () => {
  await using test = await startTestHub();
  test.hub.switches.faults.add({ endpoint: "cas.xorb", status: 500, message: "no room" });
  const body = new Uint8Array(8_000_000);
  const answer = await test.call("POST", `/cas/v1/xorbs/default/${DOC}`, { body });
  assertEquals([answer.status, field(answer.json, "error")], [500, "no room"]);
  assertEquals(test.hub.counters.of("cas.xorb").bytesIn, 8_000_000);
});

Deno.test("a delayed endpoint answers late", async () => {
  await using test = await startTestHub();
  test.hub.switches.latency.set("hub.info", 60);
  const started = performance.now();
  await test.call("GET", "/api/buckets/alice/photos");
  assert(performance.now() - started >= 55);
});

Deno.test("over the quota the answer is a 429 with the Hub's headers, for each caller apart", async () => {
  await using test = await startTestHub({ now: () => 1_800_000_000_000 });
  await test.addEmpty("alice/photos", "a");
  test.hub.switches.rateLimits.set({ api: 2, resolvers: 1 });
  const info = (token: string | null) => test.call("GET", "/api/buckets/alice/photos", { token });
  const first = await info(TOKENS.alice);
  assertEquals(first.headers.get("RateLimit"), '"api";r=1;t=300');
  assertEquals(first.headers.get("RateLimit-Policy"), '"fixed window";"api";q=2;w=300');
  assertEquals((await info(TOKENS.aliceRead)).status, 200);
  const over = await info(TOKENS.alice);
  assertEquals([over.status, over.headers.get("RateLimit")], [429, '"api";r=0;t=300']);
  assertEquals((await info(null)).status, 200);
  const resolve = () => test.call("GET", "/buckets/alice/photos/resolve/a");
  const resolved = await resolve();
  assertEquals([resolved.status, (await resolve()).status], [302, 429]);
  const target = resolved.headers.get("Location") ?? "";
  assert(target.startsWith(test.hub.url));
  assertEquals((await test.call("GET", target.slice(test.hub.url.length))).status, 200);
});
