/** The console in Chromium, as somebody uses it. */

const process = require("node:process");
const { check, finish } = require("../checks.cjs");
const { Browser } = require("./harness.cjs");

const GROUPS = ["sign_in", "buckets", "uploads", "previews", "access", "anonymous"];
/** What holds of all that was done before. */
const overall = (browser) => ({
  "the secret was in no request": () => {
    if (browser.seen < 100) throw new Error(`only ${browser.seen} were seen`);
    if (browser.telling.length > 0) throw new Error(browser.telling[0]);
  },
  "nobody but the gateway was asked": () => {
    if (browser.strangers.size > 0) throw new Error([...browser.strangers].join("\n"));
  },
  "the policy had nothing to forbid, and no script failed": () => {
    if (browser.complaints.length > 0) throw new Error(browser.complaints.join("\n"));
  },
});

async function main() {
  const browser = await Browser.launch();
  try {
    const groups = process.argv.length > 2 ? process.argv.slice(2) : GROUPS;
    for (const group of groups) {
      for (const [name, run] of Object.entries(require(`./${group}.cjs`)(browser))) {
        await check(name, run);
      }
    }
    for (const [name, run] of Object.entries(overall(browser))) await check(name, run);
  } finally {
    await browser.close();
  }
  finish();
}

main().catch((error) => {
  console.log(error.stack);
  process.exitCode = 1;
});
