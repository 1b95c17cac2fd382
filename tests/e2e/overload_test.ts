import { assert, assertEquals } from "@std/assert";
import { startGateway } from "../support/start_gateway.ts";

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
