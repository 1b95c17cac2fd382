/**
 * What went wrong between us and the Hub:
 *
 * - `unauthorized` (401), `forbidden` (403), `not_found` (404), `conflict` (409), `too_large` (413),
 *   `unprocessable` (422), `rate_limited` (429), `server_error` (5xx), `bad_request` (other 4xx):
 *   the Hub said so; for `unprocessable` also for a single operation of a batch;
 * - `network`, `timeout`: no answer, or not all of it, came;
 * - `malformed`: an answer came that is not of the documented shape;
 * - `redirect`: the answer leads to a place where the token must not go.
 */
export type HubErrorKind =
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "unprocessable"
  | "rate_limited"
  | "server_error"
  | "bad_request"
  | "network"
  | "timeout"
  | "malformed"
  | "redirect";

/** What a {@linkcode HubError} can carry besides kind and message. */
export interface HubErrorOptions {
  /** The HTTP status; absent when no answer came. */
  readonly status?: number | undefined;
  /** The header `X-Error-Code`, such as `RepoNotFound`. */
  readonly code?: string | undefined;
  /** The Hub's own words, without the token. */
  readonly detail?: string | undefined;
  /** The Hub's name of the request, to quote when asking for help. */
  readonly requestId?: string | undefined;
  /** Seconds to wait before a retry. */
  readonly retryAfterSeconds?: number | undefined;
  /** The call changes something, and whether it did is not known. */
  readonly outcomeUnknown?: boolean | undefined;
  /** What led to it. */
  readonly cause?: unknown;
}

/** An error of a call to the Hub. Neither its message nor its fields ever hold a token. */
export class HubError extends Error {
  /** The name of the class. */
  override readonly name: string = "HubError";
  /** What went wrong. */
  readonly kind: HubErrorKind;
  /** The HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** The Hub's `X-Error-Code`, such as `RepoNotFound` or `EntryNotFound`. */
  readonly code: string | undefined;
  /** The Hub's own words. */
  readonly detail: string | undefined;
  /** The Hub's name of the request. */
  readonly requestId: string | undefined;
  /** Seconds to wait before a retry, when the Hub named a time. */
  readonly retryAfterSeconds: number | undefined;
  /** Whether the same call may succeed later with nothing else changed. */
  readonly retryable: boolean;
  /** Whether a call that changes something may or may not have changed it. */
  readonly outcomeUnknown: boolean;

  /**
   * Makes an error.
   *
   * @param kind What went wrong.
   * @param message A sentence that names the call; no secret.
   * @param options The rest.
   */
  constructor(kind: HubErrorKind, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.status = options.status;
    this.code = options.code;
    this.detail = options.detail;
    this.requestId = options.requestId;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.outcomeUnknown = options.outcomeUnknown ?? false;
    this.retryable = isRetryable(kind, options.status);
  }
}

/** The kind of error that an HTTP status of 400 or more stands for. */
export function kindOfStatus(status: number): HubErrorKind {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    case 413:
      return "too_large";
    case 422:
      return "unprocessable";
    case 429:
      return "rate_limited";
    default:
      return status >= 500 ? "server_error" : "bad_request";
  }
}

/** `huggingface_hub` retries 408, 429, 500, 502, 503, 504 and network errors. */
function isRetryable(kind: HubErrorKind, status: number | undefined): boolean {
  switch (kind) {
    case "network":
    case "timeout":
    case "rate_limited":
      return true;
    case "server_error":
      return status !== 501 && status !== 505;
    case "bad_request":
      return status === 408;
    case "unauthorized":
    case "forbidden":
    case "not_found":
    case "conflict":
    case "too_large":
    case "unprocessable":
    case "malformed":
    case "redirect":
      return false;
    default:
      return kind satisfies never;
  }
}
