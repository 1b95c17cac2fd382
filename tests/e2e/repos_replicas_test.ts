import { assertEquals } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const REPO = { type: "dataset", id: "local/words" } as const;
const TARGET = "http://localhost/datasets--local--words/file";

/** A hub with commits at these minutes, each of which changes the file, and what a gateway of a later time that has seen none of them answers. */
async function withCommits(
  minutes: readonly number[],
  nowMinutes: number,
  test: (
    get: (etag: string) => Promise<readonly [number, string]>,
    etags: readonly string[],
    calls: () => number,
  ) => Promise<void>,
): Promise<void> {
  await using hub = await createEmbeddedHub();
  const gatewayAt = (now: number) =>
    createGateway({
      token: hub.token,
      endpoint: hub.url,
      allowAnonymous: true,
      now: () => START + now * MINUTE,
    });
  const etags: string[] = [];
  const first = gatewayAt(0);
  for (const [index, minute] of minutes.entries()) {
    const files = { file: `content ${index}`, other: `${index}` };
    await hub.seedRepo({ ...REPO, files, date: START + minute * MINUTE });
    const answer = await first.handler(new Request(TARGET, { method: "HEAD" }));
    etags.push(answer.headers.get("etag") ?? "");
  }
  const second = gatewayAt(nowMinutes);
  const get = async (etag: string) => {
    const headers = { "if-match": etag, range: "bytes=8-" };
    const answer = await second.handler(new Request(TARGET, { headers }));
    const text = await answer.text();
    return [answer.status, answer.status === 206 ? text : ""] as const;
  };
  hub.counters.reset();
  await test(get, etags, () => hub.counters.of("hub").calls);
  await first.close();
  await second.close();
}

Deno.test("a part of a download is of the commit that another process has shown a short time ago", () =>
  withCommits([0, 70, 80, 90], 100, async (get, etags) => {
    const [oldest = "", older = "", old = "", present = ""] = etags;
    assertEquals(await get(present), [206, "3"]);
    assertEquals(await get(old), [206, "2"]);
    assertEquals(await get(older), [206, "1"]);
    // Named until the commit of minute 70.
    assertEquals(await get(oldest), [206, "0"]);
  }));

Deno.test("what the branch has not had for an hour is a failed condition, and is looked for once", () =>
  withCommits([0, 10, 200], 250, async (get, etags, calls) => {
    const [gone = "", old = ""] = etags;
    assertEquals(await get(old), [206, "1"]);
    assertEquals(await get(gone), [412, ""]);
    const before = calls();
    assertEquals(await get(gone), [412, ""]);
    assertEquals(calls() - before, 1);
    assertEquals(await get('"00000000000000000000000000000000-1"'), [412, ""]);
  }));

Deno.test("an entity tag is looked for in ten commits at most", () =>
  withCommits(Array.from({ length: 13 }, (_, i) => i), 20, async (get, etags, calls) => {
    assertEquals(await get(etags[2] ?? ""), [206, "2"]);
    assertEquals(await get(etags[1] ?? ""), [412, ""]);
    assertEquals(calls() < 20, true);
  }));
