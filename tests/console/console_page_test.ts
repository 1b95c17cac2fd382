import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { consolePage } from "../../lib/console/console_page.ts";
import { PAGE_FILES } from "../../lib/console/page_files.ts";
import { createPagesHandler } from "../../lib/pages/pages.ts";
import { startGateway } from "../support/start_gateway.ts";

async function get(path: string, options = { region: "us-east-1", authentication: true }) {
  const handler = createPagesHandler({ pages: { console: consolePage(options) } });
  const answer = await handler(new Request(`http://localhost${path}`));
  assert(answer !== undefined);
  return { answer, text: await answer.text() };
}

Deno.test("the page comes with a policy that lets in its own scripts only, by a nonce of each answer", async () => {
  const { answer, text } = await get("/-/console");
  assertEquals(answer.headers.get("Content-Type"), "text/html; charset=utf-8");
  const policy = answer.headers.get("Content-Security-Policy") ?? "";
  const nonce = /script-src 'nonce-([^']{22})'/.exec(policy)?.[1];
  assert(nonce !== undefined, policy);
  assert(text.includes(`src="console/app.js" nonce="${nonce}"`), text);
  assert(!/unsafe|\*/.test(policy), policy);
  for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'none'"]) {
    assert(policy.split("; ").includes(rule), policy);
  }
  assertEquals(answer.headers.get("Cache-Control"), "no-store");
  assertEquals(answer.headers.get("X-Content-Type-Options"), "nosniff");
  assertEquals(answer.headers.get("Referrer-Policy"), "no-referrer");
  assertNotEquals((await get("/-/console")).text, text);
});

Deno.test("the page is told the region and whether requests have to be signed, as text", async () => {
  const { text } = await get("/-/console/", { region: `"><script>`, authentication: false });
  assertMatch(text, /data-region="&#34;&#62;&#60;script&#62;" data-authentication="off"/);
  assertMatch(text, /src="\.\/app\.js"/);
});

Deno.test("every file that the page loads is served, and every file of its folder", async () => {
  const served = [...PAGE_FILES.keys()].sort();
  const entries = await Array.fromAsync(Deno.readDir("lib/console/page"), ({ name }) => name);
  assertEquals(served, entries.filter((name) => /\.(js|css)$/.test(name)).sort());
  for (const name of served) {
    const { answer, text } = await get(`/-/console/${name}`);
    assertEquals(answer.status, 200);
    assertMatch(
      answer.headers.get("Content-Type") ?? "",
      /^text\/(javascript|css); charset=utf-8$/,
    );
    for (const [, imported = ""] of text.matchAll(/^(?:import|\} from).*"\.\/(.+)";$/gm)) {
      assert(PAGE_FILES.has(imported), `${name} imports ${imported}`);
    }
    assert(!/https?:\/\/(?!www\.w3\.org)/.test(text), `${name} names another host`);
  }
  assertEquals((await get("/-/console/check.json")).answer.status, 404);
  assertEquals((await get("/-/console/../console")).answer.status, 200);
});

Deno.test("a gateway serves the console only if it is told to", async () => {
  await using gateway = await startGateway();
  const absent = await fetch(`${gateway.url}/-/console`);
  assertEquals(absent.status, 404);
  await absent.body?.cancel();
  await using other = await startGateway({ console: true });
  const { status, headers, body } = await fetch(`${other.url}/-/console`);
  assertEquals([status, headers.get("Content-Type")], [200, "text/html; charset=utf-8"]);
  await body?.cancel();
});
