import { assertEquals, assertThrows } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { answerPreflight, corsHeaders, gatewayCorsRules } from "../../lib/s3/cors_match.ts";
import type { CorsRule } from "../../lib/store/object_store.ts";

const RULE: CorsRule = {
  allowedOrigins: ["https://*.example.com"],
  allowedMethods: ["PUT"],
  allowedHeaders: ["X-Amz-*", "content-type"],
  exposeHeaders: ["ETag"],
  maxAgeSeconds: 7,
};
const ASKED = {
  "Origin": "https://a.example.com",
  "Access-Control-Request-Method": "PUT",
  "Access-Control-Request-Headers": "x-amz-date, Content-Type",
};

/** The code that a preflight is refused with; empty when it is allowed. */
function refusal(changes: Record<string, string>, rules: readonly CorsRule[] = [RULE]): string {
  try {
    answerPreflight(new Headers({ ...ASKED, ...changes }), rules);
    return "";
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return error.code;
  }
}

Deno.test("origin, method and every header must be allowed, each on its own", () => {
  assertEquals(refusal({}), "");
  for (
    const changes of [
      { "Origin": "http://a.example.com" },
      { "Origin": "https://example.com" },
      { "Origin": "https://a.example.com.evil.test" },
      { "Origin": "https://A.EXAMPLE.COM" },
      { "Origin": "null" },
      { "Access-Control-Request-Method": "GET" },
      { "Access-Control-Request-Headers": "x-amz-date, authorization" },
      { "Access-Control-Request-Headers": "x-am" },
    ]
  ) assertEquals(refusal(changes), "AccessForbidden", JSON.stringify(changes));
  assertEquals(refusal({}, []), "AccessForbidden");
  assertEquals(refusal({ "Access-Control-Request-Headers": " , " }), "");
});

Deno.test("the two sides of a star do not share characters, and it may stand for none", () => {
  const rules = [{ ...RULE, allowedOrigins: ["https://a*a.test"] }];
  assertEquals(refusal({ Origin: "https://a.test" }, rules), "AccessForbidden");
  assertEquals(refusal({ Origin: "https://aa.test" }, rules), "");
});

Deno.test("a preflight that does not say what is asked is a bad request", () => {
  for (const missing of ["Origin", "Access-Control-Request-Method"]) {
    const headers = new Headers(ASKED);
    headers.delete(missing);
    assertEquals(assertThrows(() => answerPreflight(headers, [RULE]), S3Error).code, "BadRequest");
  }
  for (
    const changes of [
      { "Origin": "" },
      { "Access-Control-Request-Method": "put" },
      { "Access-Control-Request-Method": "PATCH" },
      { "Access-Control-Request-Headers": "x-amz-date, two words" },
      { "Access-Control-Request-Headers": "x:y" },
    ]
  ) assertEquals(refusal(changes), "BadRequest", JSON.stringify(changes));
  const odd = new Headers({ ...ASKED, "Access-Control-Request-Headers": "x-a, Caf\xc3\xa9" });
  const { message } = assertThrows(() => answerPreflight(odd, [RULE]), S3Error);
  assertEquals(message, 'Access-Control-Request-Headers " Café" contains invalid character.');
});

Deno.test("the first rule that allows all of it answers", () => {
  const other = { ...RULE, allowedHeaders: [], maxAgeSeconds: 1 };
  const { headers } = answerPreflight(new Headers(ASKED), [other, RULE]);
  assertEquals(headers.get("access-control-allow-origin"), "https://a.example.com");
  assertEquals(headers.get("access-control-allow-credentials"), null);
  assertEquals(headers.get("access-control-allow-headers"), "x-amz-date, content-type");
  assertEquals(headers.get("access-control-max-age"), "7");
});

Deno.test("anyone is let in without credentials; other methods and no origin are told nothing", () => {
  const rules = gatewayCorsRules(["*"]);
  const headers = new Headers({ Origin: "https://x.test" });
  const allowed = corsHeaders("GET", headers, rules);
  assertEquals(allowed["Access-Control-Allow-Origin"], "*");
  assertEquals(allowed["Access-Control-Allow-Credentials"], undefined);
  assertEquals(corsHeaders("PATCH", headers, rules), {});
  assertEquals(corsHeaders("GET", new Headers(), rules), {});
  assertEquals(gatewayCorsRules([]), []);
});

Deno.test("a rule answers with a star only to whom it lets in as anyone", () => {
  const rules = [{ ...RULE, allowedOrigins: ["https://a.test", "*"] }];
  const allowed = (Origin: string) => corsHeaders("PUT", new Headers({ Origin }), rules);
  assertEquals(allowed("https://a.test")["Access-Control-Allow-Origin"], "https://a.test");
  assertEquals(allowed("https://a.test")["Access-Control-Allow-Credentials"], undefined);
  assertEquals(allowed("https://b.test")["Access-Control-Allow-Origin"], "*");
  assertEquals(allowed("https://b.test")["Access-Control-Allow-Credentials"], undefined);
});

Deno.test("the gateway's own rule lets scripts read every header of an answer", () => {
  const headers = new Headers({ Origin: "https://x.test" });
  const { "Access-Control-Expose-Headers": exposed = "" } = corsHeaders(
    "GET",
    headers,
    gatewayCorsRules(["https://x.test"]),
  );
  assertEquals(exposed.split(", ").includes("ETag"), true);
  assertEquals(exposed.split(", ").includes("*"), true);
});
