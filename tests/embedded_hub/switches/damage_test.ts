import { assertEquals, assertRejects } from "@std/assert";
import { createEmbeddedHub } from "../../../lib/create_embedded_hub.ts";

Deno.test("an answer's bytes can break off, end too soon, hold a wrong bit or stand still", async () => {
  await using hub = await createEmbeddedHub();
  const { faults } = hub.switches;
  const ask = (signal?: AbortSignal) =>
    fetch(`${hub.url}/api/whoami-v2`, {
      headers: { authorization: `Bearer ${hub.token}` },
      ...(signal && { signal }),
    });
  const whole = await (await ask()).bytes();
  const endpoint = "hub.whoami";

  faults.add({ endpoint, status: "truncate", at: 0.5, times: 1 });
  assertEquals(await (await ask()).bytes(), whole.slice(0, Math.floor(whole.length / 2)));

  faults.add({ endpoint, status: "flip", at: 1, times: 1 });
  const flipped = await (await ask()).bytes();
  assertEquals(flipped.length, whole.length);
  const differing = flipped.filter((byte, i) => byte !== whole[i]);
  assertEquals(differing.length, 1);
  assertEquals(flipped.at(-1) === whole.at(-1), false);

  faults.add({ endpoint, status: "break", at: 0.5, times: 1 });
  await assertRejects(async () => await (await ask()).bytes());

  faults.add({ endpoint, status: "stall", at: 0.5, times: 1 });
  const leaving = new AbortController();
  const reader = (await ask(leaving.signal)).body?.getReader();
  assertEquals((await reader?.read())?.value?.length, Math.floor(whole.length / 2));
  const next = reader?.read();
  leaving.abort();
  await assertRejects(async () => await next);
  assertEquals(await (await ask()).bytes(), whole);
});

Deno.test("a hub can refuse single operations of a batch", async () => {
  await using hub = await createEmbeddedHub();
  const headers = { authorization: `Bearer ${hub.token}` };
  const created = await fetch(`${hub.url}/api/buckets/local/b`, { method: "POST", headers });
  await created.body?.cancel();
  hub.switches.settings.refuseOperation = ({ kind, path }) =>
    kind === "addFile" && path === "b" ? "not today" : undefined;
  const add = (path: string) =>
    JSON.stringify({ type: "addFile", path, xetHash: "0".repeat(64), mtime: 1 });
  const answer = await fetch(`${hub.url}/api/buckets/local/b/batch`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/x-ndjson" },
    body: `${add("a")}\n${add("b")}\n`,
  });
  assertEquals(answer.status, 200);
  const { success, succeeded, failed } = await answer.json();
  assertEquals({ success, succeeded, failed }, {
    success: false,
    succeeded: 1,
    failed: [{ path: "b", error: "not today" }],
  });
});
