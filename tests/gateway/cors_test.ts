import { assertEquals, assertStringIncludes } from "@std/assert";
import { memoryGateway } from "../support/memory_gateway.ts";
import { CREDENTIAL } from "../support/start_memory_gateway.ts";

Deno.test("a preflight is answered unsigned, and without CORS rules never allowed", async () => {
  const { handler, store } = memoryGateway(CREDENTIAL);
  const ask = async (headers: HeadersInit) => {
    const request = new Request("http://localhost/bucket/k?cors", { method: "OPTIONS", headers });
    const response = await handler(request);
    assertEquals(response.headers.has("access-control-allow-origin"), false);
    return [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]];
  };
  const origin = "https://example.org";
  assertEquals(await ask({}), [400, "BadRequest"]);
  assertEquals(await ask({ origin }), [400, "BadRequest"]);
  const asked = { origin, "access-control-request-method": "PUT" };
  assertEquals(store.calls, []);
  assertEquals(await ask(asked), [403, "AccessForbidden"]);
  assertEquals(store.calls, ["bucketSettings bucket"]);
});

Deno.test("scripts of other origins see why a key cannot be", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const rule = { allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: [] };
  await store.updateBucketSettings("bucket", () => ({ cors: [{ ...rule, exposeHeaders: [] }] }));
  for (const [key, code] of [["k".repeat(1025), "KeyTooLongError"], ["%ff", "InvalidURI"]]) {
    const headers = { origin: "https://example.org" };
    const response = await handler(new Request(`http://localhost/bucket/${key}`, { headers }));
    const body = await response.text();
    assertStringIncludes(body, `<Code>${code}</Code>`);
    assertStringIncludes(body, "<Resource>/bucket</Resource>");
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
  }
});

Deno.test("a request that is refused is told of CORS rules that are known, and costs no look at them", async () => {
  const { handler, store } = memoryGateway(CREDENTIAL);
  await store.createBucket("bucket");
  const ask = async (method: string, headers: HeadersInit) => {
    const response = await handler(new Request("http://localhost/bucket/k", { method, headers }));
    await response.body?.cancel();
    return [response.status, response.headers.get("access-control-allow-origin")];
  };
  const headers = { origin: "https://example.org", authorization: "AWS x:y" };
  assertEquals(await ask("GET", headers), [403, null]);
  await store.updateBucketSettings("bucket", () => ({
    cors: [{
      allowedOrigins: ["https://example.org"],
      allowedMethods: ["GET"],
      allowedHeaders: [],
      exposeHeaders: [],
    }],
  }));
  const before = store.calls.length;
  assertEquals(await ask("GET", headers), [403, "https://example.org"]);
  assertEquals(await ask("GET", { origin: "https://example.org" }), [403, "https://example.org"]);
  assertEquals(await ask("PUT", headers), [403, null]);
  assertEquals(store.calls.slice(before), []);
});
