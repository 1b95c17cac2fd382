/** Keyboard, screen readers, colours, small screens. */

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const process = require("node:process");
const { CONSOLE, openConsole, s3, signIn } = require("./harness.cjs");

const Bucket = "console-access";
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong. It styles elements, which the page's policy forbids where it is not bypassed. */
async function problems(page) {
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run({ exclude: ["iframe"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

module.exports = (browser) => ({
  "axe finds nothing wrong, in light and dark": async () => {
    await s3.createBucket({ Bucket });
    await s3.putObject({ Bucket, Key: "folder/in it", Body: "x" });
    await s3.putObject({ Bucket, Key: "object.txt", Body: "x", ContentType: "text/plain" });
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.context({ colorScheme, bypassCSP: true });
      const page = await context.newPage();
      await page.goto(CONSOLE);
      const clean = async (what) => assert.deepEqual(await problems(page), [], what);
      await clean("sign-in");
      await signIn(page);
      await page.getByRole("link", { name: Bucket }).waitFor();
      await clean("buckets");
      await page.getByRole("link", { name: Bucket }).click();
      await page.getByLabel("Select object.txt").check();
      await clean("objects");
      await page.getByRole("button", { name: "Delete selected (1)" }).click();
      await page.getByText("will be gone for good").waitFor();
      await clean("a question");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Copy link to object.txt" }).click();
      await clean("a link");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "object.txt", exact: true }).click();
      await page.frameLocator("iframe").getByText("x").waitFor();
      await clean("details");
      await page.keyboard.press("Escape");
      await page.getByLabel("Files to upload").setInputFiles({
        name: "object.txt",
        mimeType: "text/plain",
        buffer: Buffer.from("y"),
      });
      await page.getByText("There is an object of this name already.").waitFor();
      await clean("uploads");
      await context.close();
    }
  },
  "all of it can be done with keys": async () => {
    const context = await browser.context();
    const page = await context.newPage();
    await page.goto(CONSOLE);
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    await page.getByLabel("Access key ID").waitFor();
    await page.keyboard.type(AWS_ACCESS_KEY_ID);
    await page.keyboard.press("Tab");
    await page.keyboard.type(AWS_SECRET_ACCESS_KEY);
    await page.keyboard.press("Enter");
    const link = page.getByRole("link", { name: Bucket });
    await link.waitFor();
    const focus = () => page.evaluate(() => document.activeElement.textContent);
    assert.equal(await focus(), "Buckets");
    const tabTo = async (locator) => {
      for (let presses = 0; presses < 60; presses++) {
        if (await locator.evaluate((element) => element === document.activeElement)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error("Tab does not lead there");
    };
    await tabTo(link);
    await page.keyboard.press("Enter");
    const remove = page.getByRole("button", { name: "Delete object.txt" });
    await remove.waitFor();
    assert.equal(await focus(), Bucket);
    await tabTo(remove);
    await page.keyboard.press("Enter");
    await page.getByText("will be gone for good").waitFor();
    assert.equal(await focus(), "Cancel");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await remove.waitFor({ state: "detached" });
    await context.close();
  },
  "nothing is wider than a small screen": async () => {
    const Key = `folder/${"a-name-without-any-end-".repeat(8)}.txt`;
    await s3.putObject({ Bucket, Key, Body: "x" });
    const context = await browser.context({ viewport: { width: 320, height: 600 } });
    const page = await openConsole(context, `#/${Bucket}/folder/`);
    await page.getByRole("button", { name: "in it", exact: true }).waitFor();
    const overflow = () =>
      page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth
      );
    assert.equal(await overflow(), 0);
    await page.getByRole("button", { name: "Copy link to in it" }).click();
    assert.equal(await overflow(), 0);
    await context.close();
  },
});
