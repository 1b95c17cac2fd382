/** The bucket library in one file, in a page of Chromium: reading and writing from bytes, Blobs and streams. */

const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const http = require("node:http");
const process = require("node:process");
const { chromium } = require("playwright-core");

const { DENO, FOLDER, CHROMIUM, HF_ENDPOINT, HF_TOKEN } = process.env;
const bundle = `${FOLDER}/buckets.js`;
execFileSync(DENO, ["bundle", "--quiet", "--platform=browser", "-o", bundle, "lib/buckets/mod.ts"]);

const PAGE = "<!doctype html><meta charset=utf-8><title>Buckets</title>";
const SCRIPTS = {
  "/page/buckets.js": bundle,
  "/page/library_checks.mjs": "tests/clients/library_checks.mjs",
};

/** The page, and behind it the hub, so that both have one origin as a page and its proxy have. */
const server = http.createServer((request, response) => {
  if (request.url === "/page/") return response.setHeader("content-type", "text/html").end(PAGE);
  const script = SCRIPTS[request.url];
  if (script !== undefined) {
    return response.setHeader("content-type", "text/javascript").end(readFileSync(script));
  }
  const { method, headers } = request;
  const onward = http.request(new URL(request.url, HF_ENDPOINT), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
});

async function main() {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    page.on("console", (message) => {
      if (message.type() === "log") console.log(message.text());
    });
    page.on("pageerror", (error) => console.log(error.stack));
    await page.goto(`${origin}/page/`);
    const run = async ({ origin, token }) => {
      const { libraryChecks, runChecks } = await import(`${origin}/page/library_checks.mjs`);
      const library = await import(`${origin}/page/buckets.js`);
      const checks = libraryChecks(library, origin, token, "library-browser");
      return await runChecks({
        "there is nothing of Node here": () => {
          if ("process" in globalThis) throw new Error("process");
        },
        "a local path is refused": async () => {
          const client = new library.BucketClient({ endpoint: origin, token });
          const refused = await client.uploadFile("x/y", "/etc/hostname", "z").catch((e) => e);
          if (!(refused instanceof TypeError)) throw new Error(`${refused}`);
        },
        ...checks,
      }, console.log);
    };
    const { passed, failed } = await page.evaluate(run, { origin, token: HF_TOKEN });
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}

main().catch((error) => {
  console.log(error.stack);
  process.exitCode = 1;
});
