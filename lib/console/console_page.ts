import type { Page } from "../pages/page.ts";
import { textAnswer } from "../pages/pages.ts";

/** What the page is told. */
export interface ConsoleOptions {
  /** The region that it signs for. */
  readonly region: string;
  /** Whether requests have to be signed. */
  readonly authentication: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** Said with each file. `no-store` is what all pages say. */
const HEADERS: Readonly<Record<string, string>> = {
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * `/-/console`: a page to look into buckets with. It is an S3 client like others: nothing is served to it that is not
 * served to all, and whoever may load it may do nothing before he has signed.
 *
 * @param options What it is told.
 */
export function consolePage(options: ConsoleOptions): Page {
  return {
    hasMore: true,
    async answer({ rest }) {
      // Not before somebody wants it: a gateway begins sooner without.
      const { PAGE, PAGE_FILES } = await import("./page_files.ts");
      if (rest === "" || rest === "/") {
        return htmlAnswer(PAGE, options, rest === "" ? "console" : ".");
      }
      const name = rest.slice(1);
      const text = PAGE_FILES.get(name);
      if (text === undefined) return textAnswer(404, "There is no such page");
      const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
      return new Response(text, { headers: { ...HEADERS, "Content-Type": type } });
    },
  };
}

/**
 * @param page The page, with places for what it is told.
 * @param base Where the other files are, seen from the page.
 */
function htmlAnswer(
  page: string,
  { region, authentication }: ConsoleOptions,
  base: string,
): Response {
  const nonce = crypto.getRandomValues(new Uint8Array(16)).toBase64({ omitPadding: true });
  const values: Readonly<Record<string, string>> = {
    region,
    authentication: authentication ? "on" : "off",
    base,
    nonce,
  };
  const html = page.replace(/\{\{(\w+)\}\}/g, (_, name) => escapeHtml(values[name] ?? ""));
  return new Response(html, {
    headers: {
      ...HEADERS,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policyOf(nonce),
      // Whoever opened the page, or is opened by it, has no hold on it.
      "Cross-Origin-Opener-Policy": "same-origin",
      "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    },
  });
}

/**
 * What the page may do: run its own scripts, which are told from objects on the same origin by the nonce, and
 * ask this origin. `data:` and `blob:` are previews, in frames without scripts.
 */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "frame-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
