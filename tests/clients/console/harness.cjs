/** What the checks of the console stand on: a browser, pages whose requests are all noted, files, and S3 beside them. */

const { createHash } = require("node:crypto");
const process = require("node:process");
const S3 = require("@aws-sdk/client-s3");
const { chromium } = require("playwright-core");

const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, CHROMIUM } = process.env;
/** Where the console is. */
const CONSOLE = `${AWS_ENDPOINT_URL}/-/console`;
/** For whatever should come at once, on a machine that is busy. */
const TIMEOUT_MS = 60_000;
/** Looks at buckets from beside the console. */
const s3 = new S3.S3({ forcePathStyle: true });

/** Incompressible bytes, the same for the same seed. */
function randomBytes(length, seed) {
  return createHash("shake256", { outputLength: length }).update(String(seed)).digest();
}

/** Not deepEqual, which would print megabytes. */
function sameBytes(actual, expected) {
  if (Buffer.compare(Buffer.from(actual), Buffer.from(expected)) !== 0) {
    throw new Error(`${actual.length} bytes that differ from ${expected.length}`);
  }
}

async function read(Bucket, Key) {
  const { Body } = await s3.getObject({ Bucket, Key });
  return Buffer.from(await Body.transformToByteArray());
}

/** A browser, and what has been seen of all pages opened in it. */
class Browser {
  /** Requests with their headers and text bodies, as text. */
  requests = [];
  /** Hosts other than the gateway's that something was asked of. */
  strangers = new Set();
  /** What the policy has kept from happening, and errors of scripts. */
  complaints = [];
  #browser;

  static async launch() {
    const browser = new Browser();
    browser.#browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-background-networking"],
    });
    return browser;
  }

  /** A context of its own, in which only the gateway can be reached. */
  async context(options = {}, gateway = AWS_ENDPOINT_URL) {
    const context = await this.#browser.newContext({ acceptDownloads: true, ...options });
    context.setDefaultTimeout(TIMEOUT_MS);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    context.on("request", (request) => this.#note(request));
    context.on("console", (message) => {
      if (/Content Security Policy|Trusted/.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
    context.on("weberror", (error) => {
      // Objects that are opened have scripts of their own.
      const { stack } = error.error();
      if (stack.includes("/-/console")) this.complaints.push(stack);
    });
    await context.addInitScript(() => {
      globalThis.addEventListener("securitypolicyviolation", (event) => {
        console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const { host } = new URL(gateway);
    await context.route((url) => url.host !== host && /^http/.test(url.protocol), (route) => {
      this.strangers.add(route.request().url());
      return route.abort();
    });
    return context;
  }

  #note(request) {
    const body = request.postDataBuffer();
    const text = body === null || body.length > 100_000 ? "" : body.toString("latin1");
    const headers = Object.entries(request.headers()).map((pair) => pair.join(": "));
    this.requests.push([request.method(), request.url(), ...headers, text].join("\n"));
  }

  close() {
    return this.#browser.close();
  }
}

/** A page with the console, signed in. */
async function openConsole(context, hash = "") {
  const page = await context.newPage();
  await page.goto(`${CONSOLE}${hash}`);
  await signIn(page);
  return page;
}

async function signIn(page, keyId = AWS_ACCESS_KEY_ID, secret = AWS_SECRET_ACCESS_KEY) {
  await page.getByLabel("Access key ID").fill(keyId);
  await page.getByLabel("Secret access key").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The row of a table that a name stands in. */
function row(page, name) {
  return page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
}

module.exports = { Browser, CONSOLE, openConsole, randomBytes, read, row, s3, sameBytes, signIn };
