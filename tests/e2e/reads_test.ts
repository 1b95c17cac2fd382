/** Objects as clients get them over sockets, where pieces of a body are freed as soon as they are sent. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { randomBytes, sha256 } from "../support/random_bytes.ts";
import { type RunningGateway, startGateway } from "../support/start_gateway.ts";

const MIB = 1 << 20;

/** A gateway that asks for no signatures, with a bucket and an object. */
async function withObject(bytes: Uint8Array<ArrayBuffer>): Promise<RunningGateway> {
  const gateway = await startGateway({ credentials: [], allowAnonymous: true });
  for (const [target, body] of [["bucket", null], ["bucket/object", bytes]] as const) {
    const answer = await fetch(`${gateway.url}/${target}`, { method: "PUT", body });
    assertEquals(answer.status, 200);
    await answer.body?.cancel();
  }
  gateway.hub.counters.reset();
  return gateway;
}

/** Reads a body at a speed. */
async function digestOf(url: string, pauseMs: number, headers: HeadersInit = {}): Promise<string> {
  const answer = await fetch(url, { headers });
  const hash = createHash("sha256");
  const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));
  if (pauseMs > 0) await pause();
  let next = 0;
  let length = 0;
  for await (const piece of answer.body ?? []) {
    hash.update(piece);
    length += piece.length;
    if (pauseMs === 0 || length < next) continue;
    next += MIB;
    await pause();
  }
  return hash.digest("hex");
}

Deno.test("bodies arrive whole at clients of any speed", async () => {
  const bytes = randomBytes(24 * MIB, 1);
  await using gateway = await withObject(bytes);
  const url = `${gateway.url}/bucket/object`;
  const [first, last] = [5 * MIB + 3, 21 * MIB];
  const range = { range: `bytes=${first}-${last}` };
  const digests = await Promise.all([
    ...[0, 0, 0, 20, 20, 60].map((pauseMs) => digestOf(url, pauseMs)),
    ...[0, 30].map((pauseMs) => digestOf(url, pauseMs, range)),
  ]);
  const [whole, part] = [await sha256(bytes), await sha256(bytes.slice(first, last + 1))];
  assertEquals(digests, [...Array<string>(6).fill(whole), part, part]);
});

Deno.test("64 clients get one object at the price of one", async () => {
  const bytes = randomBytes(6 * MIB, 2);
  await using gateway = await withObject(bytes);
  const url = `${gateway.url}/bucket/object`;
  const digests = await Promise.all(Array.from({ length: 64 }, () => digestOf(url, 0)));
  assertEquals(new Set(digests), new Set([await sha256(bytes)]));
  const { counters } = gateway.hub;
  assertEquals(counters.of("cas.data").calls, 1);
  assertEquals(counters.of("cas.reconstruction").calls, 1);
  assert(counters.of("cas.data").bytesOut < 1.001 * bytes.length);
});

Deno.test("a body whose rest cannot be had breaks off: it never ends early as if it were whole", async () => {
  const bytes = randomBytes(70 * MIB, 3);
  await using gateway = await withObject(bytes);
  gateway.hub.switches.faults.add({ endpoint: "cas.data", skip: 1, status: 404 });
  const answer = await fetch(`${gateway.url}/bucket/object`);
  assertEquals([answer.status, answer.headers.get("content-length")], [200, String(bytes.length)]);
  let received = 0;
  await assertRejects(async () => {
    for await (const piece of answer.body ?? []) received += piece.length;
  });
  assert(received < bytes.length);
});
