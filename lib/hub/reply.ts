import * as v from "valibot";
import { HubError, kindOfStatus } from "./hub_error.ts";
import { hubError } from "./hub_errors.ts";
import { waitFromHeaders } from "./rate_limit.ts";
import { ErrorSchema } from "./wire.ts";

/** An answer of the Hub, read whole. */
export interface HubReply {
  /** The call in words. */
  readonly call: string;
  readonly status: number;
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
}

const MAX_DETAIL_LENGTH = 500;

/**
 * Reads an answer by its schema. What does not fit is named by its place, never by its value, which
 * may be a token.
 *
 * @param reply The answer.
 * @param schema What it must be; unknown fields are passed over.
 * @param changes Whether the call changes something: then its outcome is unknown if this throws.
 * @throws HubError of kind `malformed`.
 */
export function parseReply<T>(
  reply: HubReply,
  schema: v.GenericSchema<unknown, T>,
  changes = false,
): T {
  const parsed = v.safeParse(schema, parseJson(reply, changes), { abortEarly: true });
  if (parsed.success) return parsed.output;
  const place = parsed.issues.map((issue) => v.getDotPath(issue) ?? "the whole").join(", ");
  throw malformed(reply, `unexpected at ${place}`, changes);
}

/** A `malformed` error about a reply. */
export function malformed(reply: HubReply, what: string, changes = false): HubError {
  return new HubError("malformed", `The Hub's answer to ${reply.call} is not understood: ${what}`, {
    status: reply.status,
    requestId: requestId(reply.headers),
    outcomeUnknown: changes,
  });
}

function parseJson(reply: HubReply, changes: boolean): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    // The parser's own message quotes the text.
    throw malformed(reply, "not JSON", changes);
  }
}

/**
 * The error that an answer with an error status stands for.
 *
 * @param reply The answer.
 * @param context The present, the token to strike out, and whether the call changes something.
 */
export function refusal(
  reply: HubReply,
  context: {
    readonly now: number;
    readonly secret: string | undefined;
    readonly changes: boolean;
  },
): HubError {
  const { status, headers } = reply;
  const detail = clean(errorText(reply), context.secret);
  const code = clean(headers.get("x-error-code") ?? undefined, context.secret);
  const words = [String(status), code, detail && `(${detail})`].filter((word) => word).join(" ");
  const options = {
    status,
    code,
    detail,
    requestId: requestId(headers),
    retryAfterSeconds: waitFromHeaders(headers, context.now),
    outcomeUnknown: context.changes && (status >= 500 || status === 408),
  };
  const message = `The Hub answered ${words} to ${reply.call}`;
  return hubError(kindOfStatus(status), message, options, reply.call);
}

/** The order that `huggingface_hub` takes them in. */
function requestId(headers: Headers): string | undefined {
  return headers.get("x-request-id") ?? headers.get("x-amzn-trace-id") ??
    headers.get("x-amz-cf-id") ?? undefined;
}

function errorText(reply: HubReply): string | undefined {
  const header = reply.headers.get("x-error-message") ?? undefined;
  try {
    const parsed = v.safeParse(ErrorSchema, JSON.parse(reply.text));
    return (parsed.success ? parsed.output.error ?? parsed.output.message : undefined) ?? header;
  } catch {
    // Proxies answer with pages of HTML; the status says enough.
    return header;
  }
}

/** One line of bounded length without the token. */
function clean(text: string | undefined, secret: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const struck = secret === undefined ? text : text.replaceAll(secret, "***");
  return struck.replaceAll(/\p{Cc}+/gu, " ").slice(0, MAX_DETAIL_LENGTH);
}
