import { assertEquals } from "@std/assert";
import { DOC, field, startTestHub, TOKENS } from "../../test_hub.ts";

const READ = "/api/buckets/alice/photos/xet-read-token";
const WRITE = "/api/buckets/alice/photos/xet-write-token";

Deno.test("a token comes in JSON and in headers, with a true end", async () => {
  const now = 1_800_000_000_000;
  await using test = await startTestHub({ now: () => now, tokenLifetimeSeconds: 60 });
  for (const path of [READ, WRITE]) {
    const { status, json, headers } = await test.call("GET", path);
    assertEquals([status, field(json, "exp")], [200, now / 1000 + 60]);
    assertEquals(field(json, "casUrl"), `${test.hub.url}/cas`);
    assertEquals(headers.get("X-Xet-Access-Token"), field(json, "accessToken"));
    assertEquals(headers.get("X-Xet-Token-Expiration"), String(field(json, "exp")));
    assertEquals(headers.get("X-Xet-Cas-Url"), field(json, "casUrl"));
  }
});

Deno.test("write tokens are for those who may write, read tokens of public buckets for all", async () => {
  await using test = await startTestHub();
  const ask = async (path: string, token: string | null) =>
    (await test.call("GET", path, { token })).status;
  assertEquals(await ask(WRITE, null), 401);
  assertEquals(await ask(WRITE, TOKENS.bob), 403);
  assertEquals(await ask(WRITE, TOKENS.aliceRead), 403);
  assertEquals(await ask(READ, null), 200);
  assertEquals(await ask(READ, TOKENS.bob), 200);
  assertEquals(await ask("/api/buckets/alice/none/xet-read-token", TOKENS.bob), 404);
});

Deno.test("tokens of a private bucket are for its members", async () => {
  await using test = await startTestHub();
  await test.call("POST", "/api/buckets/team/secret", { json: { private: true } });
  const ask = async (scope: string, token: string | null) =>
    (await test.call("GET", `/api/buckets/team/secret/xet-${scope}-token`, { token })).status;
  await test.call("POST", "/api/buckets/alice/secret", { json: { private: true } });
  assertEquals([await ask("read", null), await ask("write", null)], [401, 401]);
  assertEquals([await ask("read", "hf_wrong"), await ask("write", "hf_wrong")], [401, 401]);
  assertEquals([await ask("read", TOKENS.carol), await ask("write", TOKENS.carol)], [200, 403]);
  assertEquals([await ask("read", TOKENS.bob), await ask("write", TOKENS.bob)], [200, 200]);
  const stranger = await test.call("GET", "/api/buckets/alice/secret/xet-read-token", {
    token: TOKENS.carol,
  });
  assertEquals(
    [stranger.status, stranger.headers.get("X-Error-Code")],
    [404, "RepoNotFound"],
  );
});

Deno.test("the CAS takes the tokens for what they are, until they end", async () => {
  let now = 1_800_000_000_000;
  await using test = await startTestHub({ now: () => now });
  await test.registerRecorded("alice/photos");
  const cas = async (method: string, path: string, token: string | null) =>
    (await test.call(method, `/cas${path}`, { token })).status;
  const issue = async (path: string) =>
    String(field((await test.call("GET", path)).json, "accessToken"));
  const read = await issue(READ);
  const write = await issue(WRITE);
  const query = `/v1/reconstructions/${DOC}`;
  assertEquals(await cas("GET", query, read), 200);
  assertEquals(await cas("GET", query, write), 200);
  assertEquals(await cas("GET", query, TOKENS.alice), 401, "a Hub token is none of the CAS");
  assertEquals(await cas("GET", query, null), 401);
  assertEquals(await cas("POST", "/v1/shards", read), 403);
  now += 901_000;
  assertEquals(await cas("GET", query, read), 401);
  test.hub.switches.settings.tokenLifetimeSeconds = 1;
  const short = await issue(READ);
  assertEquals(await cas("GET", query, short), 200);
  now += 1_000;
  assertEquals(await cas("GET", query, short), 401);
});
