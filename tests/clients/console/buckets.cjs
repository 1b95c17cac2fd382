/** Buckets and the names in them. */

const assert = require("node:assert/strict");
const { openConsole, row, s3 } = require("./harness.cjs");

const Bucket = "console-names";
const ODD = [
  "日本語/ファイル 🤗.txt",
  "odd/percent%2F#hash?&=+.txt",
  "odd/a <b> \"quoted\" 'single'.txt",
  "odd/./dots./x",
  "odd/tab\tand\u0001control",
  "odd/\u202egpj.exe",
];

module.exports = (browser) => ({
  "a bucket is created, refused twice over, and deleted when it is empty": async () => {
    const context = await browser.context();
    const page = await openConsole(context);
    await page.getByRole("button", { name: "New bucket" }).click();
    await page.getByLabel("Name", { exact: true }).fill("No_Such NAME");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("alert").getByText("InvalidBucketName").waitFor();
    await page.getByRole("button", { name: "New bucket" }).click();
    await page.getByLabel("Name", { exact: true }).fill(Bucket);
    await page.getByRole("button", { name: "Create" }).click();
    await row(page, Bucket).waitFor();
    await s3.putObject({ Bucket, Key: "x", Body: "x" });
    const remove = async () => {
      await page.getByRole("button", { name: `Delete bucket ${Bucket}` }).click();
      await page.getByRole("button", { name: "Delete bucket", exact: true }).click();
    };
    await remove();
    await page.getByRole("alert").getByText("BucketNotEmpty").waitFor();
    await s3.deleteObject({ Bucket, Key: "x" });
    await remove();
    await row(page, Bucket).waitFor({ state: "detached" });
    await assert.rejects(s3.headBucket({ Bucket }), { name: "NotFound" });
    await context.close();
  },
  "odd names are shown, opened and deleted": async () => {
    await s3.createBucket({ Bucket });
    for (const Key of ODD) await s3.putObject({ Bucket, Key, Body: `I am ${Key}` });
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/`);
    await page.getByRole("link", { name: "日本語/" }).click();
    await page.getByRole("button", { name: "ファイル 🤗.txt", exact: true }).click();
    const frame = page.frameLocator("iframe");
    await frame.getByText("I am 日本語/ファイル 🤗.txt").waitFor();
    await page.keyboard.press("Escape");
    await page.goBack();
    await page.getByRole("link", { name: "odd/" }).click();
    await page.getByRole("button", { name: "percent%2F#hash?&=+.txt", exact: true }).click();
    await frame.getByText("I am odd/percent%2F#hash?&=+.txt").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "./", exact: true }).click();
    await page.getByRole("link", { name: "dots./", exact: true }).click();
    await page.getByRole("button", { name: "x", exact: true }).click();
    await frame.getByText("I am odd/./dots./x").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "odd", exact: true }).click();
    await page.getByLabel("Select all that are shown").check();
    await page.getByRole("button", { name: "Delete selected (5)" }).click();
    await page.getByRole("button", { name: "Delete 5 objects" }).click();
    await page.getByText("5 objects deleted.").waitFor();
    const { Contents } = await s3.listObjectsV2({ Bucket });
    assert.deepEqual(Contents.map(({ Key }) => Key), [ODD[0]]);
    await context.close();
  },
  "1,200 names come in pages, and are deleted at once": async () => {
    const keys = Array.from({ length: 1200 }, (_, i) => `many/${String(i).padStart(4, "0")}`);
    for (let at = 0; at < keys.length; at += 100) {
      await Promise.all(
        keys.slice(at, at + 100).map((Key) => s3.putObject({ Bucket, Key, Body: "x" })),
      );
    }
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/many/`);
    await page.getByText("500 names shown, and there are more.").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("1,000 names shown, and there are more.").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("1,200 names", { exact: true }).waitFor();
    assert.equal(await page.locator("tbody tr").count(), 1200);
    await page.getByLabel("Names that begin with").fill("11");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("100 names", { exact: true }).waitFor();
    await page.getByRole("link", { name: Bucket }).click();
    await page.getByRole("button", { name: "Delete folder many/" }).click();
    await page.getByRole("button", { name: "Delete 1,200 objects" }).click();
    await page.getByRole("link", { name: "many/" }).waitFor({ state: "detached" });
    const { KeyCount } = await s3.listObjectsV2({ Bucket, Prefix: "many/" });
    assert.equal(KeyCount, 0);
    await context.close();
  },
  "repos are shown as such, and cannot be changed": async () => {
    const context = await browser.context();
    const page = await openConsole(context);
    await page.getByRole("button", { name: "Open by name" }).click();
    await page.getByLabel("Name", { exact: true }).fill("datasets--local--shards");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByText("A Dataset of the Hugging Face Hub.").waitFor();
    await page.getByRole("button", { name: "README.md", exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: /Upload|Delete|New folder/ }).count(), 0);
    assert.equal(await page.getByRole("checkbox").count(), 0);
    await context.close();
  },
});
