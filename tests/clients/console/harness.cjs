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

/** How a text may stand in a request: as it is, escaped, in hex, or within something in Base64, wherever it begins there. */
function formsOf(text) {
  const bytes = Buffer.from(text);
  const inBase64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // Without what depends on the neighbours of the text.
    return whole.slice(before === 0 ? 0 : before + 1, Math.floor((before + bytes.length) / 3) * 4);
  });
  const inUrl = inBase64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [text, encodeURIComponent(text), bytes.toString("hex"), ...inBase64, ...inUrl];
}

/** What must be in no request. */
const SECRET_FORMS = formsOf(AWS_SECRET_ACCESS_KEY);

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
  /** How many requests were seen, with their headers and bodies. */
  seen = 0;
  /** Those with the secret, in whatever form. */
  telling = [];
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
    const body = request.postDataBuffer() ?? Buffer.alloc(0);
    const headers = Object.entries(request.headers()).map((pair) => pair.join(": "));
    const head = [request.method(), request.url(), ...headers].join("\n");
    this.seen += 1;
    if (SECRET_FORMS.some((form) => head.includes(form) || body.includes(form))) {
      this.telling.push(head);
    }
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
