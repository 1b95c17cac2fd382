/** What is known of a failed CAS call. */
export interface CasErrorOptions {
  /** The HTTP status; absent when there was no complete answer. */
  readonly status?: number | undefined;
  /** The CAS's own id of the request, for its operators. */
  readonly requestId?: string | undefined;
  /** Whether the same call may succeed when it is repeated. */
  readonly retryable: boolean;
  /** How long the CAS asked to wait, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** What led to it. */
  readonly cause?: unknown;
}

/** A call to the CAS, or a fetch of stored bytes, that failed. Never names a token or a signed URL. */
export class CasError extends Error {
  /** The name of the class. */
  override readonly name = "CasError";
  /** The HTTP status; absent when there was no complete answer. */
  readonly status: number | undefined;
  /** The CAS's own id of the request. */
  readonly requestId: string | undefined;
  /** Whether the same call may succeed when it is repeated. */
  readonly retryable: boolean;
  /** How long the CAS asked to wait, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  /**
   * Makes an error of a call to the CAS.
   *
   * @param message What failed.
   * @param options What is known of it.
   */
  constructor(message: string, options: CasErrorOptions) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryable = options.retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/**
 * The error for an answer that is not a success. Worth a repeat are 408, 429 and 5xx except 501.
 *
 * @param what Names the call in the message, as in "POST /v2/shards".
 * @param answer Status and headers.
 * @param now The time, for a Retry-After that is a date; milliseconds.
 */
export function refusal(
  what: string,
  answer: { readonly status: number; readonly headers: Headers },
  now: number,
): CasError {
  const { status, headers } = answer;
  return new CasError(`The CAS answered ${status} to ${what}`, {
    status,
    requestId: headers.get("x-request-id") ?? undefined,
    retryable: status === 408 || status === 429 || (status >= 500 && status !== 501),
    retryAfterSeconds: retryAfter(headers.get("retry-after"), now),
  });
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
