import { assertEquals } from "@std/assert";
import type { FaultRule } from "../../lib/embedded_hub/switches/faults.ts";
import { BUCKET, rawGateway, utf8 } from "./raw_gateway.ts";

const REQUESTS: readonly (readonly [method: string, target: string, body?: string])[] = [
  ["GET", `/${BUCKET}`],
  ["GET", `/${BUCKET}/k`],
  ["DELETE", `/${BUCKET}/k`],
  ["PUT", `/${BUCKET}/k`, "new"],
  ["POST", `/${BUCKET}?delete`, "<Delete><Object><Key>k</Key></Object></Delete>"],
];

const CASES: readonly [rule: FaultRule, status: number, code: string, retryAfter?: string][] = [
  [{ status: 401 }, 403, "AccessDenied"],
  [{ status: 403 }, 403, "AccessDenied"],
  [{ status: 429, retryAfter: 30 }, 503, "SlowDown", "30"],
];

Deno.test("what the Hub refuses is S3's error to the client, and changes nothing", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("old") });
  for (const [rule, status, code, retryAfter] of CASES) {
    for (const [method, target, body] of REQUESTS) {
      const undo = raw.gateway.hub.switches.faults.add({ endpoint: "hub", ...rule });
      const answer = await raw.signed(
        method,
        target,
        body === undefined ? {} : { body: utf8(body) },
      );
      undo();
      const asked = `${rule.status}: ${method} ${target}`;
      assertEquals([answer.status, answer.code], [status, code], asked);
      assertEquals(answer.headers.get("retry-after"), retryAfter, asked);
      assertEquals(await raw.textOf("k"), "old", asked);
    }
  }
});

Deno.test("what fails once at the Hub or the CAS is tried again, and the client sees nothing of it", async () => {
  for (const status of [503, "reset"] as const) {
    await using raw = await rawGateway();
    await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("old") });
    for (const [method, target, body] of REQUESTS) {
      const { faults } = raw.gateway.hub.switches;
      for (const endpoint of ["hub", "cas"]) faults.add({ endpoint, status, times: 1 });
      const more = body === undefined ? {} : { body: utf8(body) };
      const answer = await raw.signed(method, target, more);
      faults.clear();
      assertEquals(Math.floor(answer.status / 100), 2, `${status}: ${method} ${target}`);
    }
  }
});

Deno.test("a write whose answer from the Hub is lost is settled: done once, and said so", async () => {
  await using raw = await rawGateway();
  const lose = () =>
    raw.gateway.hub.switches.faults.add({
      endpoint: "hub.batch",
      status: "reset",
      when: "after",
      times: 1,
    });
  lose();
  const headers = { "If-None-Match": "*" };
  const put = await raw.signed("PUT", `/${BUCKET}/k`, { headers, body: utf8("content") });
  assertEquals([put.status, put.code], [200, ""]);
  assertEquals(await raw.textOf("k"), "content");
  lose();
  assertEquals((await raw.signed("DELETE", `/${BUCKET}/k`)).status, 204);
  assertEquals(await raw.textOf("k"), "NoSuchKey");
});
