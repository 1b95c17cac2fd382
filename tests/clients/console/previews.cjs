/** What strangers' objects may do: nothing. */

const assert = require("node:assert/strict");
const { CONSOLE, openConsole, s3 } = require("./harness.cjs");

const Bucket = "console-previews";
const ACT =
  "parent.acted = top.acted = globalThis.acted = document.title = 'acted'; fetch('/acted')";
const HTML =
  `<!doctype html><title>quiet</title><img src=x onerror="${ACT}"><script>${ACT}</script>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="${ACT}">` +
  `<rect width="40" height="30" fill="rgb(255,0,0)"/><script>${ACT}</script></svg>`;
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

async function preview(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
  const frame = page.frameLocator("iframe");
  await frame.locator("body > *").first().waitFor();
  return frame;
}

module.exports = (browser) => ({
  "text and images are shown, HTML and SVG do nothing": async () => {
    await s3.createBucket({ Bucket });
    const put = (Key, Body, ContentType) => s3.putObject({ Bucket, Key, Body, ContentType });
    await put("page.html", HTML, "text/html");
    await put("drawing.svg", SVG, "image/svg+xml");
    await put("pixel.png", PNG, "image/png");
    await put("text.txt", "plain 文本", "text/plain");
    await put("noise.bin", Buffer.from([0, 255, 254, 1]), "application/octet-stream");
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/`);
    const acted = [];
    page.on("request", (request) => request.url().endsWith("/acted") && acted.push(request.url()));

    await (await preview(page, "text.txt")).getByText("plain 文本").waitFor();
    assert.equal(await page.locator("iframe").getAttribute("sandbox"), "");
    await page.keyboard.press("Escape");
    for (const name of ["pixel.png", "drawing.svg"]) {
      const image = (await preview(page, name)).locator("img");
      await image.waitFor();
      assert.ok(await image.evaluate((img) => img.decode().then(() => img.naturalWidth)) > 0);
      await page.keyboard.press("Escape");
    }
    await (await preview(page, "page.html")).getByText("<script>").waitFor();
    assert.equal(await page.frames()[1].evaluate(() => globalThis.origin), "null");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "noise.bin", exact: true }).click();
    await page.getByText("There is no preview of this kind of content.").waitFor();
    assert.equal(await page.evaluate(() => globalThis.acted), undefined);
    assert.deepEqual(acted, []);
    await context.close();
  },
  "objects that are opened by their links have an origin of their own": async () => {
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/`);
    for (const name of ["page.html", "drawing.svg"]) {
      await page.getByRole("button", { name: `Copy link to ${name}` }).click();
      const link = await page.getByLabel("Link", { exact: true }).inputValue();
      await page.getByRole("button", { name: "Close" }).click();
      const opened = await context.newPage();
      await opened.goto(link);
      assert.equal(await opened.evaluate(() => globalThis.origin), "null");
      await assert.rejects(opened.evaluate(() => sessionStorage.length), /sandboxed/);
      await opened.close();
    }
    // Not even in the tab that has signed in.
    await page.getByRole("button", { name: "Copy link to page.html" }).click();
    await page.goto(await page.getByLabel("Link", { exact: true }).inputValue());
    await assert.rejects(page.evaluate(() => sessionStorage.length), /sandboxed/);
    await context.close();
  },
  "other pages cannot frame the console": async () => {
    const answer = await fetch(CONSOLE);
    const policy = answer.headers.get("content-security-policy");
    for (const rule of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.split("; ").includes(rule), `${rule} is not in ${policy}`);
    }
    assert.ok(!policy.includes("unsafe"), policy);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
    assert.equal(answer.headers.get("cache-control"), "no-store");
  },
});
