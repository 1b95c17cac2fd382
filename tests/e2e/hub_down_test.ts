import { assert, assertEquals } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";

Deno.test("while the Hub is down clients get 503 at once, one probe asks for all, and then all goes on", async () => {
  const clock = { now: Date.now() };
  const changes: string[] = [];
  const note = (message: string) => void changes.push(message);
  await using hub = await createEmbeddedHub();
  const gateway = createGateway({
    token: hub.token,
    endpoint: hub.url,
    allowAnonymous: true,
    now: () => clock.now,
    sleep: () => Promise.resolve(),
    random: () => 1,
    log: { debug() {}, info: note, warning: note, error: note },
  });
  const send = async (method: string, path: string, body?: string) => {
    const request = new Request(`http://localhost/${path}`, { method, body: body ?? null });
    const response = await gateway.handler(request);
    await response.bytes();
    return response;
  };
  const calls = () => hub.counters.of("hub").calls;
  const down = () => changes.filter((change) => change === "hub is down").length;

  assertEquals((await send("PUT", "down")).status, 200);
  assertEquals((await send("PUT", "down/key", "before")).status, 200);
  const heal = hub.switches.faults.add({ endpoint: "hub", status: 503 });
  for (let i = 0; i < 10 && down() === 0; i++) {
    assertEquals((await send("HEAD", "down/key")).status, 503);
  }
  assertEquals(down(), 1, "the circuit did not open");

  const before = calls();
  for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
    const answer = await send(method, "down/key", method === "PUT" ? "lost" : undefined);
    assertEquals([method, answer.status, answer.headers.get("retry-after")], [method, 503, "1"]);
  }
  assertEquals(calls(), before, "a call was sent to a Hub that is down");

  // The probe of many that come when the time is over.
  clock.now += 1001;
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => (await send("HEAD", `down/key-${i}`)).status),
  );
  assertEquals(new Set(statuses), new Set([503]));
  assertEquals(calls(), before + 1);

  heal();
  clock.now += 2001;
  assertEquals((await send("GET", "down/key")).status, 200);
  assertEquals((await send("PUT", "down/key", "after")).status, 200);
  assert(changes.includes("hub answers again"));
  await gateway.close();
});

Deno.test("a Hub whose port refuses connections opens the circuit within two calls", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const changes: string[] = [];
  const note = (message: string) => void changes.push(message);
  const gateway = createGateway({
    token: "hf_local",
    endpoint: `http://127.0.0.1:${port}`,
    namespace: "local",
    allowAnonymous: true,
    sleep: () => Promise.resolve(),
    log: { debug() {}, info: note, warning: note, error: note },
  });
  for (let i = 0; i < 3; i++) {
    const response = await gateway.handler(new Request("http://localhost/b/k"));
    await response.bytes();
    assertEquals(response.status, 503);
  }
  assertEquals(changes.filter((change) => change === "hub is down").length, 1);
  await gateway.close();
});
