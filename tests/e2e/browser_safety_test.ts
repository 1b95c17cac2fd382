import { assertEquals } from "@std/assert";
import { startGateway } from "../support/start_gateway.ts";

const OPEN = { credentials: [], allowAnonymous: true };
const PAGE = "<script>fetch('/').then((r) => r.text()).then(alert)</script>";

async function answerOf(request: Promise<Response>) {
  const { status, headers, ...response } = await request.then(async (response) => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  }));
  return {
    ...response,
    status,
    nosniff: headers.get("x-content-type-options"),
    policy: headers.get("content-security-policy"),
    credentials: headers.get("access-control-allow-credentials"),
  };
}

async function withPage(url: string, type: string): Promise<string> {
  await answerOf(fetch(`${url}/bucket`, { method: "PUT" }));
  const headers = { "Content-Type": type };
  await answerOf(fetch(`${url}/bucket/page`, { method: "PUT", body: PAGE, headers }));
  return `${url}/bucket/page`;
}

Deno.test("a stored page is served without scripts and origin, however it is asked for", async () => {
  await using gateway = await startGateway(OPEN);
  for (const type of ["text/html", "image/svg+xml", "text/plain, text/html"]) {
    const page = await withPage(gateway.url, type);
    for (const init of [{}, { method: "HEAD" }, { headers: { Range: "bytes=0-9" } }]) {
      const { nosniff, policy } = await answerOf(fetch(page, init));
      assertEquals([nosniff, policy], ["nosniff", "sandbox"], type);
    }
  }
  const plain = await answerOf(fetch(await withPage(gateway.url, "text/plain")));
  assertEquals([plain.nosniff, plain.policy, plain.text], ["nosniff", null, PAGE]);
});

Deno.test("errors and listings are no pages either", async () => {
  await using gateway = await startGateway(OPEN);
  await withPage(gateway.url, "text/html");
  const targets = ["/", "/bucket", "/bucket/%3Cscript%3E", "/no-such", "/bucket?policy"];
  for (const target of targets) {
    const { nosniff, policy, text } = await answerOf(fetch(gateway.url + target));
    assertEquals([nosniff, policy], ["nosniff", "sandbox"], target);
    assertEquals(text.includes("<script"), false, text);
  }
});

Deno.test("a gateway that is told so serves pages as they are", async () => {
  await using gateway = await startGateway({ ...OPEN, sandbox: false });
  const { nosniff, policy } = await answerOf(fetch(await withPage(gateway.url, "text/html")));
  assertEquals([nosniff, policy], ["nosniff", null]);
});

Deno.test("no origin gets answers that credentials of a browser have let through", async () => {
  await using gateway = await startGateway({ ...OPEN, corsOrigins: ["https://app.test"] });
  const page = await withPage(gateway.url, "text/html");
  const rules = "<CORSConfiguration><CORSRule><AllowedOrigin>https://own.test</AllowedOrigin>" +
    "<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
  for (const origin of ["https://app.test", "https://own.test"]) {
    const headers = { Origin: origin, "Access-Control-Request-Method": "GET", Cookie: "a=b" };
    for (const method of ["GET", "OPTIONS"]) {
      const response = await fetch(page, { method, headers });
      await response.body?.cancel();
      assertEquals(response.headers.get("access-control-allow-origin"), origin);
      assertEquals(response.headers.get("access-control-allow-credentials"), null);
    }
    await answerOf(fetch(`${gateway.url}/bucket?cors`, { method: "PUT", body: rules }));
  }
});

Deno.test("the rules of a bucket make no headers but their own", async () => {
  await using gateway = await startGateway(OPEN);
  const page = await withPage(gateway.url, "text/plain");
  const element = (name: string, value: string) => `<${name}>${value}</${name}>`;
  const good = { AllowedOrigin: "https://own.test", AllowedMethod: "GET", ExposeHeader: "ETag" };
  for (const name of ["ExposeHeader", "AllowedHeader", "AllowedOrigin", "AllowedMethod", "ID"]) {
    for (const line of ["&#13;&#10;", "&#10;", "&#13;", "\n", "&#x85;", "&#x2028;"]) {
      const rule = { ...good, [name]: `X-A${line}Set-Cookie: a=b` };
      const elements = Object.entries(rule).map(([key, value]) => element(key, value)).join("");
      const body = element("CORSConfiguration", element("CORSRule", elements));
      await answerOf(fetch(`${gateway.url}/bucket?cors`, { method: "PUT", body }));
      const headers = { Origin: "https://own.test", "Access-Control-Request-Method": "GET" };
      for (const method of ["GET", "OPTIONS"]) {
        const response = await fetch(page, { method, headers });
        await response.body?.cancel();
        assertEquals(response.headers.get("set-cookie"), null, `${name} ${line}`);
        assertEquals([200, 403].includes(response.status), true, `${name} ${line}`);
      }
    }
  }
});
