import { assertEquals } from "@std/assert";
import { startInnerGateway } from "../support/start_gateway.ts";

async function ask(url: string): Promise<readonly [number, string]> {
  const response = await fetch(url);
  return [response.status, (await response.text()).trim()];
}

Deno.test("a gateway is ready while its Hub answers, and asks it at most every 30 seconds", async () => {
  let now = Date.now();
  await using gateway = await startInnerGateway({ now: () => now });
  const { hub } = gateway;
  const ready = () => ask(`${gateway.url}/-/ready`);
  const calls = () => hub.counters.of("hub").calls;
  assertEquals(await Promise.all([ready(), ready(), ready()]), Array(3).fill([200, "ready"]));
  assertEquals(calls(), 2, "who the token's user is, and a listing");
  now += 29_000;
  const heal = hub.switches.faults.add({ endpoint: "hub", status: 503 });
  assertEquals(await ready(), [200, "ready"]);
  assertEquals(calls(), 2);
  now += 2_000;
  assertEquals(await ready(), [503, "the Hub answers with errors"]);
  assertEquals(await ready(), [503, "the Hub answers with errors"]);
  assertEquals(calls(), 3);
  heal();
  now += 5_000;
  assertEquals(await ready(), [200, "ready"]);
});

Deno.test("a gateway is not ready if the Hub does not take its token or is not there, and healthy all the same", async () => {
  await using wrong = await startInnerGateway({ token: "hf_wrong" });
  assertEquals(await ask(`${wrong.url}/-/ready`), [
    503,
    "the Hub does not take the gateway's token",
  ]);
  await using lonely = await startInnerGateway({ endpoint: "http://127.0.0.1:9", namespace: "me" });
  assertEquals(await ask(`${lonely.url}/-/ready`), [503, "the Hub cannot be reached"]);
  assertEquals(await ask(`${lonely.url}/-/health`), [200, "healthy"]);
});

Deno.test("a spent quota leaves a gateway ready: no other one could do better", async () => {
  await using gateway = await startInnerGateway({ namespace: "local" });
  gateway.hub.switches.faults.add({ endpoint: "hub", status: 429, retryAfter: 200 });
  assertEquals(await ask(`${gateway.url}/-/ready`), [200, "ready"]);
});

Deno.test("while it is being stopped a gateway is healthy, not ready, and refuses S3 requests", async () => {
  await using gateway = await startInnerGateway();
  const { refuse } = gateway.gateway;
  const statuses = ["/-/health", "/-/ready", "/bucket"].map(async (path) => {
    const response = await refuse(new Request(`http://localhost${path}`));
    return [path, response.status, response.ok || (await response.text()).includes("stopping")];
  });
  assertEquals(await Promise.all(statuses), [
    ["/-/health", 200, true],
    ["/-/ready", 503, true],
    ["/bucket", 503, false],
  ]);
});

Deno.test("neither page is a bucket, however it is written", async () => {
  await using gateway = await startInnerGateway();
  for (const path of ["/%2D/health", "/%2d"]) {
    const [status, text] = await ask(gateway.url + path);
    assertEquals([status, /<Code>(\w+)/.exec(text)?.[1]], [404, "NoSuchBucket"]);
  }
  assertEquals(gateway.hub.counters.of("*").calls, 0);
});
