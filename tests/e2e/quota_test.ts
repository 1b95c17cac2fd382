import { assert, assertEquals } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";

/** The beginning of one of the hub's windows, which are five minutes long. */
const WINDOW_START = 1_800_000_000_000;
const WINDOW_MS = 300_000;

interface Site {
  readonly hub: EmbeddedHub;
  readonly clock: { now: number };
  readonly send: (method: string, target: string, body?: string) => Promise<Response>;
}

/** A hub with a quota, and a gateway that goes by the same clock, ten seconds into a window. */
async function withQuota(api: number, test: (site: Site) => Promise<void>): Promise<void> {
  const clock = { now: WINDOW_START + 10_000 };
  const now = () => clock.now;
  const hub = await createEmbeddedHub({ now, rateLimits: { api, resolvers: api } });
  const gateway = createGateway({ token: hub.token, endpoint: hub.url, allowAnonymous: true, now });
  try {
    await test({
      hub,
      clock,
      async send(method, target, body) {
        const request = new Request(`http://localhost/${target}`, {
          method,
          ...(body !== undefined && { body }),
        });
        const response = await gateway.handler(request);
        const text = await response.text();
        return new Response(method === "HEAD" ? null : text, response);
      },
    });
  } finally {
    await gateway.close();
    await hub.close();
  }
}

/** How many calls the hub refused for its quota. */
const refusedBy = (hub: EmbeddedHub): number => hub.counters.of("hub").statuses[429] ?? 0;

Deno.test("when the quota is spent, clients are told when to come again, and the hub is left alone", () =>
  withQuota(30, async ({ hub, clock, send }) => {
    await send("PUT", "quota");
    assertEquals((await send("PUT", "quota/key", "old")).status, 200);
    // Nobody can share these calls: each costs one.
    const looks = await Promise.all(Array.from({ length: 100 }, () => send("HEAD", "quota")));
    const served = looks.filter(({ status }) => status === 200).length;
    assertEquals(served, 30 - 4);
    assertEquals(refusedBy(hub), 0);
    for (const { status, headers } of looks.filter((answer) => answer.status !== 200)) {
      assertEquals([status, headers.get("retry-after")], [503, "291"]);
    }
    // Nothing is sent, nothing is half-written.
    const { calls } = hub.counters.of("hub");
    clock.now += 60_000;
    const write = await send("PUT", "quota/key", "new");
    assertEquals([write.status, write.headers.get("retry-after")], [503, "231"]);
    assert((await write.text()).includes("<Code>SlowDown</Code>"));
    for (const method of ["GET", "DELETE"]) {
      assertEquals((await send(method, "quota/key")).status, 503);
    }
    assertEquals(hub.counters.of("hub").calls, calls);
    clock.now = WINDOW_START + WINDOW_MS + 1_000;
    assertEquals(await (await send("GET", "quota/key")).text(), "old");
    assertEquals((await send("PUT", "quota/key", "new")).status, 200);
    assertEquals(await (await send("GET", "quota/key")).text(), "new");
    assertEquals(refusedBy(hub), 0);
  }));

Deno.test("a quota that others have spent costs one refused call", () =>
  withQuota(20, async ({ hub, send }) => {
    await send("PUT", "quota");
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`${hub.url}/api/whoami-v2`, {
        headers: { authorization: `Bearer ${hub.token}` },
      });
      await answer.body?.cancel();
    }
    const before = refusedBy(hub);
    for (let i = 0; i < 10; i++) assertEquals((await send("HEAD", "quota")).status, 503);
    assertEquals(refusedBy(hub) - before, 1);
  }));

Deno.test("many writers and readers at once stay within a small quota", () =>
  withQuota(60, async ({ hub, clock, send }) => {
    // So near its end the window is spaced by milliseconds.
    clock.now = WINDOW_START + WINDOW_MS - 1_000;
    await send("PUT", "quota");
    const crowd = async (work: (key: string) => Promise<Response>) => {
      let next = 0;
      await Promise.all(Array.from({ length: 32 }, async () => {
        for (let i = next++; i < 400; i = next++) {
          assertEquals((await work(`quota/${i}`)).status, 200);
        }
      }));
    };
    await crowd((key) => send("PUT", key, `the bytes of ${key}`));
    await crowd((key) => send("HEAD", key));
    assertEquals(refusedBy(hub), 0);
  }));
