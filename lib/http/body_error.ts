import { S3Error } from "../errors/s3_error.ts";

/** What Deno's HTTP server says of a body that is no HTTP any more, such as a chunk without a size. */
const BROKEN = /^(invalid HTTP|error reading a body|connection closed)/;

/** Names of the errors with which Deno ends the body of a client that went away. */
const CUT_OFF: ReadonlySet<string> = new Set([
  "BadResource",
  "BrokenPipe",
  "ConnectionAborted",
  "ConnectionReset",
  "Http",
  "Interrupted",
  "NotConnected",
  "UnexpectedEof",
]);

/**
 * Turns what the runtime throws into a reader when the client cuts the connection or breaks the framing
 * into `IncompleteBody`. Every other error is returned as it is.
 *
 * @param error What `read` rejected with.
 */
export function bodyReadError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof S3Error) return error;
  const cut = CUT_OFF.has(error.name) || BROKEN.test(error.message) ||
    // The HTTP layer's own errors arrive as TypeErrors that speak of the connection or the body.
    (error instanceof TypeError && /\b(body|connection|request|resource)\b/i.test(error.message));
  return cut ? new S3Error("IncompleteBody", { cause: error }) : error;
}
