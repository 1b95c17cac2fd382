import { assertEquals } from "@std/assert";
import { BUCKET, expect, openSite, type Sent, type Site, withSite } from "./described_objects.ts";

/** Calls of the Hub by name, and how many of the CAS, of one request. */
async function callsOf(
  { hub, send }: Site,
  method: string,
  target: string,
  sent?: Sent,
): Promise<readonly [Readonly<Record<string, number>>, number]> {
  hub.counters.reset();
  const { status, text } = await send(method, target, sent);
  assertEquals(Math.floor(status / 100), 2, text);
  const all = Object.entries(hub.counters.all());
  const ofHub = all.filter(([name]) => name.startsWith("hub."));
  return [
    Object.fromEntries(ofHub.map(([name, { calls }]) => [name.slice(4), calls])),
    hub.counters.of("cas").calls,
  ];
}

const METADATA = { "x-amz-meta-a": "b", "cache-control": "no-cache" };
const LOOK = { "paths-info": 1 };
const WRITE = { batch: 1 };

Deno.test("metadata costs no call of the Hub, and an object without any nothing at all", () =>
  withSite(async (site) => {
    // Tokens are asked for once.
    await expect(200, site.send("PUT", "/first", { body: "first" }));
    await expect(200, site.send("GET", "/first"));
    const put = (key: string, headers: Record<string, string>) =>
      callsOf(site, "PUT", `/${key}`, { headers, body: `bytes of ${key}` });
    // A body is a xorb and a shard; so is what is kept beside it.
    assertEquals(await put("plain", {}), [WRITE, 2]);
    assertEquals(await put("described", METADATA), [WRITE, 4]);
    // Bytes that are known are just named in a shard.
    assertEquals(await put("plain", {}), [WRITE, 1]);
    for (const key of ["plain", "described"]) {
      assertEquals(await callsOf(site, "HEAD", `/${key}`), [LOOK, 0], key);
      assertEquals(await callsOf(site, "GET", `/${key}`), [LOOK, 2], key);
      assertEquals(await callsOf(site, "GET", `/${key}?tagging`), [LOOK, 0], key);
    }
    // Another gateway reads what is kept once, from the CAS.
    await using other = openSite(site.hub, false);
    await expect(200, other.send("GET", "/first"));
    assertEquals(await callsOf(other, "HEAD", "/plain"), [LOOK, 0]);
    assertEquals(await callsOf(other, "HEAD", "/described"), [LOOK, 2]);
    assertEquals(await callsOf(other, "HEAD", "/described"), [LOOK, 0]);
    // A copy looks, looks again under its locks, and writes.
    const copy = (key: string) =>
      callsOf(site, "PUT", "/copy", { headers: { "x-amz-copy-source": `/${BUCKET}/${key}` } });
    assertEquals(await copy("plain"), [{ "paths-info": 2, ...WRITE }, 0]);
    assertEquals(await copy("described"), [{ "paths-info": 2, ...WRITE }, 2]);
    for (const key of ["plain", "described"]) {
      const conditional = { headers: { "if-match": "*" }, body: `other bytes of ${key}` };
      assertEquals(await callsOf(site, "PUT", `/${key}`, conditional), [{ ...LOOK, ...WRITE }, 2]);
      assertEquals(await callsOf(site, "DELETE", `/${key}`), [WRITE, 0]);
    }
  }, { storeChecksums: false }));
