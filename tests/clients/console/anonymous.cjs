/** The console of a gateway without key pairs, which has the network and the environment and nothing else. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const process = require("node:process");
const { read, row, s3 } = require("./harness.cjs");

const Bucket = "console-anonymous";
const { DENO, HF_ENDPOINT, HF_TOKEN, PATH, HOME } = process.env;

/** Starts a gateway on a port of the system's choice, in front of the hub that is there. */
async function startGateway(settings = {}) {
  const args = ["run", "--no-prompt", "--allow-net", "--allow-env", "main.ts"];
  const env = { PATH, HOME, HF_ENDPOINT, HF_TOKEN, HUGBUCKET_PORT: "0", ...settings };
  const child = spawn(DENO, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const piece of child.stdout) {
    printed += piece;
    const [, url] = /S3 endpoint +(\S+)\n[^]*\n\n/.exec(printed) ?? [];
    if (url !== undefined) return { url, printed, stop: () => child.kill() };
  }
  throw new Error(`it ended early: ${printed}`);
}

module.exports = (browser) => ({
  "with authentication off there is no sign-in, and all the rest": async () => {
    const gateway = await startGateway();
    assert.ok(gateway.printed.includes(`${gateway.url}/-/console`), gateway.printed);
    await s3.createBucket({ Bucket });
    const context = await browser.context({}, gateway.url);
    const page = await context.newPage();
    await page.goto(`${gateway.url}/-/console#/${Bucket}/`);
    await page.getByText("Authentication is off").waitFor();
    await page.getByLabel("Files to upload").setInputFiles({
      name: "a b.html",
      mimeType: "text/html",
      buffer: Buffer.from("<h1>here</h1>"),
    });
    await row(page, "a b.html").waitFor();
    assert.equal(String(await read(Bucket, "a b.html")), "<h1>here</h1>");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download a b.html" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "a b.html");
    await page.getByRole("button", { name: "Copy link to a b.html" }).click();
    const link = page.getByLabel("Link", { exact: true });
    assert.equal(await link.inputValue(), `${gateway.url}/${Bucket}/a%20b.html`);
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Delete a b.html" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).last().click();
    await row(page, "a b.html").waitFor({ state: "detached" });
    await context.close();
    gateway.stop();
  },
  "where it is switched off there is none": async () => {
    const gateway = await startGateway({ HUGBUCKET_CONSOLE: "false" });
    for (const path of ["/-/console", "/-/console/", "/-/console/app.js"]) {
      assert.equal((await fetch(`${gateway.url}${path}`)).status, 404);
    }
    assert.ok(!gateway.printed.includes("console"), gateway.printed);
    gateway.stop();
  },
});
