/** Signing in, and what of it stays where. */

const assert = require("node:assert/strict");
const process = require("node:process");
const { CONSOLE, openConsole, signIn } = require("./harness.cjs");

const { AWS_SECRET_ACCESS_KEY } = process.env;

module.exports = (browser) => ({
  "wrong keys are refused in words": async () => {
    const context = await browser.context();
    const page = await context.newPage();
    await page.goto(CONSOLE);
    await signIn(page, "nobody");
    await page.getByRole("alert").getByText(/does not know the access key.*InvalidAccessKeyId/)
      .waitFor();
    await signIn(page, undefined, "wrong-secret");
    await page.getByRole("alert").getByText(/secret does not belong.*SignatureDoesNotMatch/)
      .waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await context.close();
  },
  "the right keys show the buckets, after loading anew too": async () => {
    const context = await browser.context();
    const page = await openConsole(context);
    await page.getByRole("heading", { name: "Buckets" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Buckets" }).waitFor();
    const stored = await page.evaluate(() =>
      JSON.stringify({ ...sessionStorage, ...localStorage })
    );
    assert.ok(!stored.includes(AWS_SECRET_ACCESS_KEY), "the secret is stored");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Secret access key").waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await context.close();
  },
  "a clock that is hours off is put right": async () => {
    const context = await browser.context();
    await context.clock.install({ time: Date.now() - 5 * 60 * 60 * 1000 });
    const page = await openConsole(context);
    await page.getByRole("heading", { name: "Buckets" }).waitFor();
    await context.close();
  },
});
