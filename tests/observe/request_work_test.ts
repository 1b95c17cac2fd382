import { assert, assertEquals } from "@std/assert";
import type { Log, LogFacts } from "../../lib/log.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { type InnerGateway, startInnerGateway } from "../support/start_gateway.ts";

interface Logging extends AsyncDisposable {
  readonly gateway: InnerGateway;
  readonly lines: readonly LogFacts[];
  /** Sends a request and reads its answer. */
  send(path: string, init?: RequestInit): Promise<void>;
  /** The lines of a request id, once there are so many in all. */
  sum(name: string): number;
}

async function start(): Promise<Logging> {
  const lines: LogFacts[] = [];
  const write = (message: string, facts: LogFacts = {}) => {
    if (message === "request") lines.push(facts);
  };
  const log: Log = { debug() {}, info: write, warning: write, error: write };
  const gateway = await startInnerGateway({ log, credentials: [], allowAnonymous: true });
  return {
    gateway,
    lines,
    async send(path, init) {
      const response = await fetch(gateway.url + path, init);
      await response.arrayBuffer();
      assert(response.ok, `${path}: ${response.status}`);
    },
    sum: (name) => lines.reduce((sum, line) => sum + Number(line[name]), 0),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

Deno.test("the line of a request tells its bytes and the calls that it caused", async () => {
  await using logging = await start();
  const { gateway: { hub }, lines } = logging;
  await logging.send("/bucket", { method: "PUT" });
  const body = randomBytes(5 << 20, 1);
  await logging.send("/bucket/one", { method: "PUT", body });
  const sent = hub.counters.of("cas").bytesIn;
  await logging.send("/bucket/two", { method: "PUT", body });
  await logging.send("/bucket/one");
  const [created, first, second, read] = lines;
  assertEquals([created?.hubCalls, created?.casCalls, created?.bytesIn], [2, 0, 0]);
  assertEquals(
    [first?.bytesIn, first?.bytesOut, first?.bytesSent, first?.bytesDeduplicated],
    [body.length, 0, sent, 0],
  );
  assertEquals([second?.bytesIn, second?.bytesDeduplicated], [body.length, body.length]);
  assertEquals([read?.bytesIn, read?.bytesOut, read?.operation], [0, body.length, "GetObject"]);
  assertEquals(logging.sum("hubCalls"), hub.counters.of("hub").calls);
  assertEquals(logging.sum("casCalls"), hub.counters.of("cas").calls);
  assertEquals(read?.casCalls, 2, "a reconstruction and a fetch, although the body is read later");
});

Deno.test("calls that requests share are counted once, with one of those that share them", async () => {
  await using logging = await start();
  const { gateway: { hub }, lines } = logging;
  await logging.send("/bucket", { method: "PUT" });
  const names = Array.from({ length: 40 }, (_, i) => `/bucket/key-${i}`);
  await Promise.all(
    names.map((name, i) => logging.send(name, { method: "PUT", body: randomBytes(2000, i + 1) })),
  );
  await Promise.all(names.map((name) => logging.send(name, { method: "HEAD" })));
  await Promise.all(names.map((name) => logging.send(name)));
  const [hubCalls, casCalls] = ["hub", "cas"].map((name) => hub.counters.of(name).calls);
  assertEquals([logging.sum("hubCalls"), logging.sum("casCalls")], [hubCalls, casCalls]);
  assertEquals(logging.sum("bytesSent"), hub.counters.of("cas").bytesIn);
  const puts = lines.filter(({ operation }) => operation === "PutObject");
  assert(puts.some((line) => line.hubCalls === 0), "some have shared the batch of others");
});

Deno.test("a line names the key of who signed the request, and nothing that was signed or secret", async () => {
  const lines: string[] = [];
  const write = (_: string, facts: LogFacts = {}) => void lines.push(JSON.stringify(facts));
  const log: Log = { debug: write, info: write, warning: write, error: write };
  await using gateway = await startInnerGateway({ log });
  const { url, credential: { accessKeyId, secretAccessKey } } = gateway;
  const { S3Client, ListBucketsCommand } = await import("@aws-sdk/client-s3");
  const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
  const s3 = new S3Client({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
  });
  await s3.send(new ListBucketsCommand({}));
  const presigned = await getSignedUrl(s3, new ListBucketsCommand({}));
  await (await fetch(presigned)).arrayBuffer();
  await (await fetch(presigned.replace(/.$/, "x"))).arrayBuffer();
  s3.destroy();
  assertEquals(
    lines.map((line) => JSON.parse(line)).map(({ keyId, status }) => [keyId, status]),
    [[accessKeyId, 200], [accessKeyId, 200], [undefined, 403]],
  );
  const signature = new URL(presigned).searchParams.get("X-Amz-Signature") ?? "";
  for (const secret of [secretAccessKey, gateway.hub.token, signature, "X-Amz-"]) {
    assert(secret.length > 0 && !lines.join().includes(secret), secret);
  }
});
