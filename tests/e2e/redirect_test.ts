import { assert, assertEquals } from "@std/assert";
import { randomBytes } from "../support/random_bytes.ts";
import { startGateway } from "../support/start_gateway.ts";

Deno.test("in redirect mode readers get the bytes from the Hub, and the same bytes", async () => {
  await using gateway = await startGateway({
    credentials: [],
    allowAnonymous: true,
    redirect: true,
  });
  const { counters, switches } = gateway.hub;
  const url = `${gateway.url}/bucket/a key`;
  const bytes = randomBytes(300_000, 1);
  const put = async (target: string, headers: HeadersInit = {}) => {
    const body = target === gateway.url + "/bucket" ? null : bytes;
    const answer = await fetch(target, { method: "PUT", body, headers });
    assertEquals(answer.status, 200);
    await answer.body?.cancel();
  };
  await put(`${gateway.url}/bucket`);
  await put(url, { "content-type": "image/png" });
  await put(`${url}2`, { "x-amz-meta-a": "b" });

  const answer = await fetch(url, { redirect: "manual" });
  const head = await fetch(url, { method: "HEAD", redirect: "manual" });
  assertEquals([answer.status, head.status], [302, 200]);
  for (const name of ["etag", "last-modified", "x-hf-xet-hash"]) {
    assertEquals(answer.headers.get(name), head.headers.get(name));
  }
  assertEquals(answer.headers.get("content-length"), "0");
  assert(answer.headers.get("location")?.startsWith(`${gateway.hub.url}/cdn/`));
  await Promise.all([answer.body?.cancel(), head.body?.cancel()]);

  counters.reset();
  const whole = await fetch(url);
  assertEquals([whole.status, whole.headers.get("content-type")], [200, "image/png"]);
  assertEquals(await whole.bytes(), bytes);
  const part = await fetch(url, { headers: { range: "bytes=1000-1999" } });
  assertEquals([part.status, part.headers.get("content-range")], [206, "bytes 1000-1999/300000"]);
  assertEquals(await part.bytes(), bytes.slice(1000, 2000));
  assertEquals(
    ["hub.paths-info", "hub.resolve", "hub.download", "cas"].map((name) => counters.of(name).calls),
    [2, 2, 2, 0],
  );

  const other = await fetch(`${url}2`, { redirect: "manual" });
  assertEquals([other.status, other.headers.get("x-amz-meta-a")], [200, "b"]);
  await other.body?.cancel();
  switches.faults.add({ endpoint: "hub.resolve", status: 404, times: 1 });
  const served = await fetch(url, { redirect: "manual" });
  assertEquals(served.status, 200);
  assertEquals(await served.bytes(), bytes);
});
