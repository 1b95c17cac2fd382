/** Bytes up and down. */

const assert = require("node:assert/strict");
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const process = require("node:process");
const { openConsole, randomBytes, read, row, s3, sameBytes } = require("./harness.cjs");

const MIB = 1024 * 1024;
const Bucket = "console-bytes";
const folder = `${process.env.FOLDER}/files`;
const large = randomBytes(30 * MIB, "large");

/** Files as a user has them on the disk. */
function writeFiles() {
  mkdirSync(`${folder}/tree/deep`, { recursive: true });
  writeFileSync(`${folder}/small.txt`, "small");
  writeFileSync(`${folder}/large.bin`, large);
  writeFileSync(`${folder}/empty`, "");
  writeFileSync(`${folder}/tree/one.txt`, "one");
  writeFileSync(`${folder}/tree/deep/two.txt`, "two");
}

/** Drops files on the page as a file manager would. */
async function drop(page, files) {
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of files) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    }
    return transfer;
  }, files.map(({ name, bytes }) => ({ name, base64: bytes.toString("base64") })));
  await page.dispatchEvent("main", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
}

module.exports = (browser) => ({
  "files are chosen and uploaded, large ones in parts": async () => {
    writeFiles();
    await s3.createBucket({ Bucket });
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/in/`);
    const parts = [];
    page.on("request", (request) => {
      if (request.url().includes("partNumber=")) parts.push(request.url());
    });
    await page.evaluate(() => {
      globalThis.seen = new Set();
      new MutationObserver(() => {
        for (const { value } of document.querySelectorAll("progress")) globalThis.seen.add(value);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    await page.getByLabel("Files to upload").setInputFiles(
      ["small.txt", "large.bin", "empty"].map((name) => `${folder}/${name}`),
    );
    await page.getByText("3 of 3 files uploaded").first().waitFor();
    await row(page, "large.bin").waitFor();
    assert.equal(new Set(parts).size, 4);
    const seen = await page.evaluate(() => [...globalThis.seen]);
    assert.ok(seen.some((value) => value > 0 && value < 1), `no progress was shown: ${seen}`);
    sameBytes(await read(Bucket, "in/large.bin"), large);
    assert.equal(String(await read(Bucket, "in/small.txt")), "small");
    assert.equal((await read(Bucket, "in/empty")).length, 0);
    assert.equal((await s3.headObject({ Bucket, Key: "in/small.txt" })).ContentType, "text/plain");
    await context.close();
  },
  "files are dropped, and large ones too": async () => {
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/`);
    await page.getByRole("heading", { name: Bucket }).waitFor();
    const bytes = randomBytes(30 * MIB, "dropped");
    await drop(page, [{ name: "dropped.bin", bytes }, { name: "ü.txt", bytes: Buffer.from("ü") }]);
    await page.getByText("2 of 2 files uploaded").first().waitFor();
    await row(page, "dropped.bin").waitFor();
    sameBytes(await read(Bucket, "dropped.bin"), bytes);
    assert.equal(String(await read(Bucket, "ü.txt")), "ü");
    // The same bytes once more take no new space.
    await page.getByLabel("Files to upload").setInputFiles({
      name: "twin.bin",
      mimeType: "",
      buffer: bytes,
    });
    await page.getByText("3 of 3 files uploaded").first().waitFor();
    const saved = await page.getByText(/Deduplication saved/).textContent();
    assert.match(saved, /Deduplication saved (29(\.\d)?|30) MiB/);
    await context.close();
  },
  "a folder is uploaded with its folders": async () => {
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/`);
    await page.getByLabel("Folder to upload").setInputFiles(`${folder}/tree`);
    await page.getByText("2 of 2 files uploaded").first().waitFor();
    assert.equal(String(await read(Bucket, "tree/one.txt")), "one");
    assert.equal(String(await read(Bucket, "tree/deep/two.txt")), "two");
    await context.close();
  },
  "what exists is replaced only when the user says so": async () => {
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/in/`);
    const chosen = { name: "small.txt", mimeType: "text/plain", buffer: Buffer.from("other") };
    await page.getByLabel("Files to upload").setInputFiles(chosen);
    await page.getByText("There is an object of this name already.").waitFor();
    assert.equal(String(await read(Bucket, "in/small.txt")), "small");
    await page.getByRole("button", { name: "Replace in/small.txt" }).click();
    await page.getByText("1 of 1 file uploaded").first().waitFor();
    assert.equal(String(await read(Bucket, "in/small.txt")), "other");
    await page.getByLabel("Files to upload").setInputFiles(`${folder}/large.bin`);
    await page.getByText("There is an object of this name already.").waitFor();
    await context.close();
  },
  "an upload goes on after failures, and leaves nothing behind when it is canceled": async () => {
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/`);
    let failures = 3;
    await page.route(
      /partNumber=2&/,
      (route) => failures-- > 0 ? route.fulfill({ status: 503, body: "" }) : route.fallback(),
    );
    await page.route(/partNumber=3&/, (route) => failures-- > 0 ? route.abort() : route.fallback());
    const file = (name) => ({ name, mimeType: "", buffer: randomBytes(30 * MIB, name) });
    await page.getByLabel("Files to upload").setInputFiles(file("bumpy"));
    await page.getByText("1 of 1 file uploaded").first().waitFor({ timeout: 60_000 });
    sameBytes(await read(Bucket, "bumpy"), file("bumpy").buffer);
    // One part is held back until the upload has been canceled.
    await page.route(/canceled.*partNumber=4&/, () => {});
    await page.getByLabel("Files to upload").setInputFiles(file("canceled"));
    await page.getByRole("button", { name: "Cancel upload of canceled" }).click();
    await page.getByText("1 canceled").first().waitFor();
    let uploads;
    do {
      ({ Uploads: uploads = [] } = await s3.listMultipartUploads({ Bucket }));
    } while (uploads.length > 0);
    await assert.rejects(s3.headObject({ Bucket, Key: "canceled" }), { name: "NotFound" });
    await context.close();
  },
  "a download is the object, byte for byte": async () => {
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/in/`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download large.bin" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "large.bin");
    sameBytes(readFileSync(await download.path()), large);
    await context.close();
  },
  "a link opens elsewhere, for as long as it was made for": async () => {
    const context = await browser.context();
    const page = await openConsole(context, `#/${Bucket}/in/`);
    await page.getByRole("button", { name: "Copy link to small.txt" }).click();
    await page.getByLabel("The link works for").selectOption("15 minutes");
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByText("Copied.").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const stranger = await (await browser.context()).newPage();
    const answer = await stranger.goto(link);
    assert.equal(await answer.text(), "other");
    assert.equal(new URL(link).searchParams.get("X-Amz-Expires"), "900");
    const longer = await fetch(link.replace("X-Amz-Expires=900", "X-Amz-Expires=9000"));
    assert.match(await longer.text(), /SignatureDoesNotMatch/);
    // A link that was made an hour ago for a quarter of one.
    const past = await browser.context();
    await past.clock.install({ time: Date.now() });
    const earlier = await openConsole(past, `#/${Bucket}/in/`);
    await earlier.getByRole("button", { name: "Copy link to small.txt" }).waitFor();
    await past.clock.setSystemTime(Date.now() - 60 * 60 * 1000);
    await earlier.getByRole("button", { name: "Copy link to small.txt" }).click();
    await earlier.getByLabel("The link works for").selectOption("15 minutes");
    const expired = await fetch(await earlier.getByLabel("Link", { exact: true }).inputValue());
    assert.equal(expired.status, 403);
    assert.match(await expired.text(), /Request has expired/);
    for (const one of [context, stranger.context(), past]) await one.close();
  },
});
