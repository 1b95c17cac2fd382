import { assertEquals } from "@std/assert";
import { assertError, field, fields, startTestHub, TOKENS } from "../../test_hub.ts";

Deno.test("whoami tells name, plan, organisations and the role of the token", async () => {
  await using test = await startTestHub();
  const { status, json } = await test.call("GET", "/api/whoami-v2");
  assertEquals([status, field(json, "type"), field(json, "name")], [200, "user", "alice"]);
  assertEquals(field(json, "isPro"), true);
  assertEquals(fields(field(json, "orgs"), "name"), ["team"]);
  assertEquals(field(field(field(json, "auth"), "accessToken"), "role"), "write");
  const other = await test.call("GET", "/api/whoami-v2", { token: TOKENS.aliceRead });
  assertEquals(field(other.json, "id"), field(json, "id"));
  assertEquals(field(field(field(other.json, "auth"), "accessToken"), "role"), "read");
});

Deno.test("whoami without a token or with a wrong one is a 401", async () => {
  await using test = await startTestHub();
  const nobody = await test.call("GET", "/api/whoami-v2", { token: null });
  assertError(nobody, 401, null, "Invalid username or password.");
  for (const Authorization of ["Bearer hf_wrong", "Bearer", "Basic YTpi", ""]) {
    const headers = { Authorization };
    const wrong = await test.call("GET", "/api/whoami-v2", { token: null, headers });
    assertError(wrong, 401, null, "Invalid credentials in Authorization header");
  }
});
