/**
 * What went wrong in the object store, in words that belong to neither S3 nor the Hub:
 *
 * - `no_such_bucket`, `no_such_key`: it is not there;
 * - `no_such_version`: the object or the bucket has no such version;
 * - `bucket_exists`: somebody else has that name; `bucket_not_empty`: it holds objects;
 * - `bad_bucket_name`, `bad_key`: the name cannot be stored; the message names the rule;
 * - `precondition_failed`: a condition of a write does not hold;
 * - `conflict`: another operation stands in the way, a retry may help;
 * - `denied`: the token lacks the right;
 * - `too_large`: the object exceeds a limit;
 * - `slow_down`: a quota is spent or the gateway is overloaded, see `retryAfterSeconds`;
 * - `unavailable`: the Hub or the CAS does not work for now;
 * - `corrupt`: stored bytes are not what their hash says.
 */
export type StoreErrorKind =
  | "no_such_bucket"
  | "no_such_key"
  | "no_such_version"
  | "bucket_exists"
  | "bucket_not_empty"
  | "bad_bucket_name"
  | "bad_key"
  | "precondition_failed"
  | "conflict"
  | "denied"
  | "too_large"
  | "slow_down"
  | "unavailable"
  | "corrupt";

/** What a {@linkcode StoreError} can carry besides kind and message. */
export interface StoreErrorOptions {
  /** Seconds to wait before a retry, for `slow_down` and `unavailable`. */
  readonly retryAfterSeconds?: number;
  /** The name that the `bad_*` kinds are about; may be shown to the client. */
  readonly subject?: string;
  /** What led to it; goes to the log and never to the client. */
  readonly cause?: unknown;
}

/** An error of the object store. Its message may be shown to the client for the `bad_*` kinds. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** What went wrong. */
  readonly kind: StoreErrorKind;
  /** Seconds to wait before a retry. */
  readonly retryAfterSeconds: number | undefined;
  /** The name that the `bad_*` kinds are about. */
  readonly subject: string | undefined;

  /**
   * @param kind What went wrong.
   * @param message A sentence with the offending value and no secret.
   * @param options Wait and cause.
   */
  constructor(kind: StoreErrorKind, message: string, options: StoreErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.subject = options.subject;
  }
}
