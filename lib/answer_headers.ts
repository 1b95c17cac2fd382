import { formatHttpDate } from "./http/dates.ts";
import { addBrowserSafety } from "./s3/browser_safety.ts";

/** What the headers of an answer are made of. */
export interface AnswerHeaderParts {
  readonly requestId: string;
  readonly hostId: string;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  /** Whether documents lose their scripts and their origin in browsers. */
  readonly sandbox: boolean;
  /** Whether nobody may change the answer on the way. */
  readonly noTransform: boolean;
}

/**
 * Adds what every answer has, whatever it answers (Amazon S3 API reference, "Common response headers").
 *
 * @param headers Those of the answer.
 * @param parts What they are made of.
 */
export function addAnswerHeaders(
  headers: Headers,
  { requestId, hostId, now, sandbox, noTransform }: AnswerHeaderParts,
): void {
  addBrowserSafety(headers, sandbox);
  headers.set("x-amz-request-id", requestId);
  headers.set("x-amz-id-2", hostId);
  headers.set("Server", "HugBucket");
  headers.set("Date", formatHttpDate(new Date(now)));
  // Deno Deploy's cache must not keep what the next write changes.
  headers.set("Deno-CDN-Cache-Control", "no-store");
  if (noTransform) forbidTransform(headers);
}

/** A compressed answer would have another length and a weak entity tag (RFC 9111, 5.2.2.6). */
function forbidTransform(headers: Headers): void {
  const given = headers.get("Cache-Control");
  if (given?.includes("no-transform")) return;
  headers.set("Cache-Control", given === null ? "no-transform" : `${given}, no-transform`);
}
