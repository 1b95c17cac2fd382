import { assert, assertEquals } from "@std/assert";
import { createMetrics } from "../../lib/metrics/create_metrics.ts";
import type { GatewayMetrics } from "../../lib/metrics/gateway_metrics.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { type InnerGateway, startInnerGateway } from "../support/start_gateway.ts";
import { readFigures, sumOf } from "./figures.ts";

interface Counting extends AsyncDisposable {
  readonly gateway: InnerGateway;
  readonly metrics: GatewayMetrics;
  send(path: string, init?: RequestInit): Promise<Response>;
  figures(): Promise<ReadonlyMap<string, number>>;
}

/** An open gateway that counts. */
async function start(): Promise<Counting> {
  const metrics = await createMetrics({ version: "1.2.3" });
  const gateway = await startInnerGateway({ metrics, credentials: [], allowAnonymous: true });
  return {
    gateway,
    metrics,
    send: (path, init) => fetch(gateway.url + path, init),
    figures: async () => readFigures(await metrics.text()),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

async function put(
  counting: Counting,
  path: string,
  body?: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const response = await counting.send(path, { method: "PUT", ...(body && { body }) });
  assertEquals([response.status, await response.text()], [200, ""]);
}

/** Waits for a figure. */
async function until(counting: Counting, name: string, value: number): Promise<void> {
  while ((await counting.figures()).get(name) !== value) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("calls are counted as the hub counts them, by name and status", async () => {
  await using counting = await start();
  const { hub } = counting.gateway;
  await put(counting, "/bucket");
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => put(counting, `/bucket/small-${i}`, randomBytes(3000, i))),
  );
  await put(counting, "/bucket/large", randomBytes(5 << 20, 2));
  for (const path of ["/bucket/large", "/bucket/small-1", "/bucket?list-type=2", "/bucket/none"]) {
    await (await counting.send(path)).arrayBuffer();
  }
  hub.switches.faults.add({ endpoint: "hub.tree", status: 503, times: 1 });
  hub.switches.faults.add({ endpoint: "cas.reconstruction", status: 503, times: 1 });
  await (await counting.send("/bucket?list-type=2&prefix=s")).arrayBuffer();
  await (await counting.send("/bucket/small-2")).arrayBuffer();
  const figures = await counting.figures();
  const counted: Record<string, Record<string, number>> = {};
  for (const [name, value] of figures) {
    const [, service = "", call = "", status = ""] =
      /^hugbucket_(hub|cas)_calls_total\{call="([^"]+)",status="(\w+)"\}$/.exec(name) ?? [];
    if (service !== "") (counted[`${service}.${call}`] ??= {})[status] = value;
  }
  const expected = Object.entries(hub.counters.all()).map((
    [name, { statuses }],
  ) => [name, statuses]);
  assertEquals(counted, Object.fromEntries(expected));
  assert(Object.keys(counted).length >= 9, Object.keys(counted).join());
  assertEquals(
    sumOf(figures, "hugbucket_hub_call_duration_seconds_count"),
    hub.counters.of("hub").calls,
  );
});

Deno.test("bytes are those that went over the wire", async () => {
  await using counting = await start();
  const { hub } = counting.gateway;
  await put(counting, "/bucket");
  const content = randomBytes(6 << 20, 3);
  await put(counting, "/bucket/one", content);
  const cas = () => hub.counters.of("cas");
  const once = await counting.figures();
  assertEquals(once.get("hugbucket_request_body_bytes_total"), content.length);
  assertEquals(once.get("hugbucket_content_hashed_bytes_total"), content.length);
  assertEquals(once.get("hugbucket_content_deduplicated_bytes_total"), 0);
  assertEquals(once.get("hugbucket_cas_sent_bytes_total"), cas().bytesIn);
  assert(cas().bytesIn > content.length);
  const before = cas().bytesIn;
  await put(counting, "/bucket/two", content);
  const twice = await counting.figures();
  assertEquals(twice.get("hugbucket_content_hashed_bytes_total"), 2 * content.length);
  assertEquals(twice.get("hugbucket_content_deduplicated_bytes_total"), content.length);
  assertEquals(twice.get("hugbucket_cas_sent_bytes_total"), cas().bytesIn);
  assert(cas().bytesIn - before < 100_000, "nothing but the shard is sent");
  let received = 0;
  for (const path of ["/bucket/one", "/bucket/two", "/bucket?list-type=2"]) {
    const response = await counting.send(path);
    received += (await response.arrayBuffer()).byteLength;
  }
  const all = await counting.figures();
  assertEquals(all.get("hugbucket_response_body_bytes_total"), received);
  // That a chunk is not known is told by the status; the body of that answer is left unread.
  const unread = hub.counters.of("cas.chunks").bytesOut;
  assertEquals(all.get("hugbucket_cas_received_bytes_total"), cas().bytesOut - unread);
});

Deno.test("requests are counted by operation, status and error, and while they are under way", async () => {
  await using counting = await start();
  await put(counting, "/bucket");
  await put(counting, "/bucket/key", randomBytes(10, 4));
  await (await counting.send("/bucket/key")).arrayBuffer();
  await (await counting.send("/bucket/none")).arrayBuffer();
  await (await counting.send("/bucket/key", { method: "HEAD" })).body?.cancel();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const answer = counting.send("/bucket/slow", { method: "PUT", body: readable });
  const writer = writable.getWriter();
  await writer.write(randomBytes(1 << 20, 5));
  await until(counting, "hugbucket_requests_open", 1);
  await writer.close();
  await (await answer).text();
  const figures = await counting.figures();
  for (
    const [name, value] of [
      ['hugbucket_requests_total{operation="CreateBucket",status="200"}', 1],
      ['hugbucket_requests_total{operation="PutObject",status="200"}', 2],
      ['hugbucket_requests_total{operation="GetObject",status="200"}', 1],
      ['hugbucket_requests_total{operation="GetObject",status="404"}', 1],
      ['hugbucket_requests_total{operation="HeadObject",status="200"}', 1],
      ['hugbucket_request_errors_total{code="NoSuchKey"}', 1],
      ['hugbucket_request_duration_seconds_count{operation="PutObject"}', 2],
      ["hugbucket_requests_open", 0],
      ["hugbucket_request_aborts_total", 0],
    ] as const
  ) assertEquals(figures.get(name), value, name);
});

Deno.test("a client that leaves is counted, and its request is over", async () => {
  await using counting = await start();
  await put(counting, "/bucket");
  await put(counting, "/bucket/key", randomBytes(8 << 20, 6));
  const client = new AbortController();
  const response = await counting.send("/bucket/key", { signal: client.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  client.abort();
  await until(counting, "hugbucket_request_aborts_total", 1);
  assertEquals((await counting.figures()).get("hugbucket_requests_open"), 0);
});

Deno.test("what is left of the quota, memory, open uploads and the cache are told", async () => {
  await using counting = await start();
  const { hub } = counting.gateway;
  hub.switches.rateLimits.set({ api: 100, resolvers: 100 });
  await put(counting, "/bucket");
  const created = await counting.send("/bucket/parts?uploads", { method: "POST" });
  const [, uploadId] = /<UploadId>(\w+)/.exec(await created.text()) ?? [];
  await put(counting, "/bucket/key", randomBytes(3 << 20, 7));
  for (let i = 0; i < 2; i++) await (await counting.send("/bucket/key")).arrayBuffer();
  const figures = await counting.figures();
  assertEquals(
    figures.get('hugbucket_hub_quota_left{quota="api"}'),
    100 - hub.counters.of("hub").calls,
  );
  assertEquals(figures.get('hugbucket_hub_quota_limit{quota="api"}'), 100);
  assertEquals(figures.get("hugbucket_multipart_uploads_open"), 1);
  assertEquals(
    sumOf(figures, "hugbucket_memory_limit_bytes") > 100 << 20,
    true,
    "most of the default budget",
  );
  assertEquals(sumOf(figures, "hugbucket_memory_used_bytes"), 0);
  assertEquals(sumOf(figures, "hugbucket_memory_waiting_leases"), 0);
  assert(sumOf(figures, "hugbucket_memory_cached_bytes") >= 3 << 20);
  const reads = 'hugbucket_cache_reads_total{cache="chunks",from=';
  assertEquals(figures.get(`${reads}"fetched"}`), 1);
  assert((figures.get(`${reads}"memory"}`) ?? 0) >= 1);
  await (await counting.send(`/bucket/parts?uploadId=${uploadId}`, { method: "DELETE" })).text();
  assertEquals((await counting.figures()).get("hugbucket_multipart_uploads_open"), 0);
  const info = [...figures.keys()].find((name) => name.startsWith("hugbucket_build_info"));
  assertEquals(info, `hugbucket_build_info{version="1.2.3",runtime="deno ${Deno.version.deno}"}`);
  assert((figures.get("process_resident_memory_bytes") ?? 0) > 10 << 20);
});

Deno.test("two gateways count apart", async () => {
  await using one = await start();
  await using other = await start();
  await put(one, "/bucket");
  assertEquals(sumOf(await one.figures(), "hugbucket_requests_total"), 1);
  assertEquals(sumOf(await other.figures(), "hugbucket_requests_total"), 0);
});
