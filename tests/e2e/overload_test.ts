import { assert, assertEquals, assertRejects } from "@std/assert";
import { signHeaderV4 } from "../support/sign_requests.ts";
import { startGateway } from "../support/start_gateway.ts";
import { type LogFacts, SILENT_LOG } from "../../lib/log.ts";
import { rawGateway } from "./raw_gateway.ts";

const MIB = 1024 * 1024;

Deno.test("uploads that get no memory for too long are told to slow down, and the others go on", async () => {
  await using running = await startGateway({
    credentials: [],
    allowAnonymous: true,
    memoryBudget: 4 * MIB,
    memoryWaitSeconds: 0.05,
  });
  const { url, hub } = running;
  const put = async (key: string, length = 6 * MIB): Promise<Response> => {
    const body = new Uint8Array(length);
    for (let at = 0; at < body.length; at += 65_536) {
      crypto.getRandomValues(body.subarray(at, at + 65_536));
    }
    return await fetch(`${url}/bucket/${key}`, { method: "PUT", body });
  };
  await (await fetch(`${url}/bucket`, { method: "PUT" })).body?.cancel();
  hub.switches.latency.set("cas.xorb.post", 500);
  const keys = Array.from({ length: 8 }, (_, i) => `k${i}`);
  const answers = await Promise.all(keys.map((key) => put(key)));
  const refused: string[] = [];
  for (const [i, answer] of answers.entries()) {
    const text = await answer.text();
    if (answer.status === 200) continue;
    assertEquals(answer.status, 503);
    assert(text.includes("<Code>SlowDown</Code>"), text);
    assertEquals(answer.headers.get("retry-after"), "1");
    refused.push(keys[i] ?? "");
  }
  assert(refused.length > 0);
  hub.switches.latency.clear();
  for (const key of refused) {
    assertEquals((await fetch(`${url}/bucket/${key}`, { method: "HEAD" })).status, 404);
  }
  // It fits: a longer one would wait for its own xorbs, which may take longer than anybody waits here.
  const again = await put("again", 64 * 1024);
  assertEquals(again.status, 200);
  await again.body?.cancel();
});

Deno.test("what is more than the limits is told to slow down, in all and for one key pair", async () => {
  const other = { accessKeyId: "OTHER", secretAccessKey: "other-secret" };
  const own = { accessKeyId: "TESTKEY", secretAccessKey: "test-secret" };
  await using raw = await rawGateway({
    credentials: [own, other],
    maxRequests: 3,
    maxRequestsPerKey: 2,
  });
  const { signer } = raw;
  const open = await Promise.all([1, 2].map(() => raw.connect()));
  const put = (pair: typeof own, key: string) => {
    const request = { method: "PUT", target: `/bucket/${key}`, headers: { "Content-Length": "2" } };
    const { headers } = signHeaderV4(request, { ...signer, ...pair }, "UNSIGNED-PAYLOAD");
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return `PUT ${request.target} HTTP/1.1\r\n${lines.join("")}\r\nx`;
  };
  for (const [i, connection] of open.entries()) await connection.write(put(own, `k${i}`));
  const codeOf = async (pair: typeof own) => {
    const request = { method: "GET", target: "/bucket", headers: {} };
    using connection = await raw.connect();
    const answer = await connection.exchange(signHeaderV4(request, { ...signer, ...pair }));
    return `${answer.status} ${answer.code} ${answer.headers.get("retry-after") ?? ""}`.trim();
  };
  const until = async (pair: typeof own, expected: string) => {
    while (await codeOf(pair) !== expected) await new Promise((done) => setTimeout(done, 20));
  };
  await until(own, "503 SlowDown 1");
  assertEquals(await codeOf(other), "200");
  const third = await raw.connect();
  await third.write(put(other, "k2"));
  await until(other, "503 SlowDown 1");
  for (const connection of [...open, third]) {
    await connection.write("y");
    assertEquals((await connection.read()).status, 200);
    connection[Symbol.dispose]();
  }
  await until(own, "200");
});

Deno.test("a key pair that has too many uploads open is told so, until it ends one", async () => {
  await using raw = await rawGateway({ maxUploadsPerKey: 2 });
  const begin = () => raw.signed("POST", "/bucket/k?uploads", { body: new Uint8Array(0) });
  const [first] = [await begin(), await begin()];
  const refused = await begin();
  assertEquals([refused.status, refused.code], [503, "SlowDown"]);
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(first.body)?.[1];
  assertEquals((await raw.signed("DELETE", `/bucket/k?uploadId=${uploadId}`)).status, 204);
  assertEquals((await begin()).status, 200);
});

Deno.test("an answer that is not read on is ended", async () => {
  const ended = Promise.withResolvers<boolean>();
  const info = (_message: string, facts?: LogFacts) => {
    if (facts?.operation === "GetObject") ended.resolve(facts.aborted === true);
  };
  const log = { ...SILENT_LOG, info };
  await using raw = await rawGateway({ sendTimeoutSeconds: 0.2, log });
  const body = new Uint8Array(32 * MIB);
  assertEquals((await raw.signed("PUT", "/bucket/large", { body })).status, 200);
  using connection = await raw.connect();
  const request = { method: "GET", target: "/bucket/large", headers: {} };
  const { headers } = signHeaderV4(request, raw.signer);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  await connection.write(`GET /bucket/large HTTP/1.1\r\n${lines.join("")}\r\n`);
  assertEquals(await ended.promise, true);
  await assertRejects(() => connection.read(), Error, "ended inside a body");
});
