import { timingSafeEqual } from "@std/crypto";
import type { Page } from "./page.ts";
import { textAnswer } from "./pages.ts";

/** Figures as text. */
export interface MetricsText {
  /** The media type. */
  readonly contentType: string;
  /** The figures as they are now. */
  text(): Promise<string>;
}

/**
 * `/-/metrics`: figures for Prometheus, to who knows the token.
 *
 * @param metrics What is shown.
 * @param token Without one everybody is shown them.
 */
export function metricsPage(metrics: MetricsText, token: string | undefined): Page {
  return {
    async answer({ request }) {
      if (token !== undefined && !bears(request.headers, token)) {
        return textAnswer(401, "The metrics need a bearer token", { "WWW-Authenticate": "Bearer" });
      }
      return new Response(await metrics.text(), {
        headers: { "Content-Type": metrics.contentType },
      });
    },
  };
}

/** Whether a request bears the token (RFC 6750, 2.1), compared in constant time. */
function bears(headers: Headers, token: string): boolean {
  const [, sent = ""] = /^Bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
  const [a, b] = [sent, token].map((text) => new TextEncoder().encode(text));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}
