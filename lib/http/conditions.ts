import { parseHttpDate, wholeSeconds } from "./dates.ts";
import { bareETag, matchesETag } from "./etags.ts";

/** The condition headers of a read or of a copy's source, as sent. */
export interface ReadConditions {
  /** Entity tags of which one must be current, or `*`. */
  readonly ifMatch?: string;
  /** Entity tags of which none may be current, or `*`. */
  readonly ifNoneMatch?: string;
  /** A date header's text. */
  readonly ifModifiedSince?: string;
  /** A date header's text. */
  readonly ifUnmodifiedSince?: string;
}

/** What the conditions are held against. */
export interface Validators {
  /** The current entity tag, with or without quotes. */
  readonly etag: string;
  /** When the object was last changed; compared in whole seconds. */
  readonly lastModified: Date;
}

/** The name of a condition, as S3's `Condition` error field has it. */
export type ConditionName =
  | "If-Match"
  | "If-None-Match"
  | "If-Modified-Since"
  | "If-Unmodified-Since";

/** Whether a read goes on. */
export type ConditionOutcome =
  | { readonly kind: "proceed" }
  /** Answer 304. */
  | { readonly kind: "not-modified"; readonly condition: ConditionName }
  /** Answer 412. */
  | { readonly kind: "failed"; readonly condition: ConditionName };

const PROCEED: ConditionOutcome = { kind: "proceed" };

/**
 * Collects the conditions of a GET or HEAD (no prefix), or of a copy's source.
 *
 * @param headers The request's headers.
 * @param prefix What stands before each name: empty, or `x-amz-copy-source-`.
 */
export function readConditions(
  headers: Headers,
  prefix: "" | "x-amz-copy-source-" = "",
): ReadConditions {
  const ifMatch = headers.get(`${prefix}if-match`);
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  const ifModifiedSince = headers.get(`${prefix}if-modified-since`);
  const ifUnmodifiedSince = headers.get(`${prefix}if-unmodified-since`);
  return {
    ...(ifMatch !== null && { ifMatch }),
    ...(ifNoneMatch !== null && { ifNoneMatch }),
    ...(ifModifiedSince !== null && { ifModifiedSince }),
    ...(ifUnmodifiedSince !== null && { ifUnmodifiedSince }),
  };
}

/**
 * Evaluates the conditions of a GET or HEAD in the order of RFC 9110 section 13.2.2: a tag
 * condition silences the date condition of its kind. Dates compare in whole seconds; unreadable
 * ones are ignored, and so is an `If-Modified-Since` in the future.
 *
 * @param conditions The headers.
 * @param current The object's validators.
 * @param now The time of the request.
 */
export function evaluateRead(
  conditions: ReadConditions,
  current: Validators,
  now: Date,
): ConditionOutcome {
  const failed = failedPrecondition(conditions, current);
  if (failed !== undefined) return { kind: "failed", condition: failed };
  const unmodified = unmodifiedBy(conditions, current, now);
  return unmodified === undefined ? PROCEED : { kind: "not-modified", condition: unmodified };
}

/**
 * Evaluates the conditions on a copy's source: the same order, but every failure is a 412.
 *
 * @param conditions The headers, read with the copy-source prefix.
 * @param source The source's validators.
 * @param now The time of the request.
 */
export function evaluateCopySource(
  conditions: ReadConditions,
  source: Validators,
  now: Date,
): Exclude<ConditionOutcome, { kind: "not-modified" }> {
  const failed = failedPrecondition(conditions, source) ?? unmodifiedBy(conditions, source, now);
  return failed === undefined ? { kind: "proceed" } : { kind: "failed", condition: failed };
}

/**
 * Whether `If-Range` still holds, so that `Range` applies (RFC 9110 section 13.1.5). A weak tag
 * or an unreadable date never holds; a date must be the very second of the last change.
 *
 * @param header The value of `If-Range`.
 * @param current The object's validators.
 */
export function ifRangeHolds(header: string, current: Validators): boolean {
  const value = header.trim();
  if (value.startsWith("W/")) return false;
  const date = parseHttpDate(value);
  if (date !== undefined) return wholeSeconds(date) === wholeSeconds(current.lastModified);
  return bareETag(value) === bareETag(current.etag);
}

function failedPrecondition(
  conditions: ReadConditions,
  current: Validators,
): ConditionName | undefined {
  if (conditions.ifMatch !== undefined) {
    return matchesETag(conditions.ifMatch, current.etag) ? undefined : "If-Match";
  }
  const limit = parseOptionalDate(conditions.ifUnmodifiedSince);
  if (limit === undefined) return undefined;
  return wholeSeconds(current.lastModified) > wholeSeconds(limit)
    ? "If-Unmodified-Since"
    : undefined;
}

function unmodifiedBy(
  conditions: ReadConditions,
  current: Validators,
  now: Date,
): ConditionName | undefined {
  if (conditions.ifNoneMatch !== undefined) {
    return matchesETag(conditions.ifNoneMatch, current.etag) ? "If-None-Match" : undefined;
  }
  const since = parseOptionalDate(conditions.ifModifiedSince);
  if (since === undefined || wholeSeconds(since) > wholeSeconds(now)) return undefined;
  return wholeSeconds(current.lastModified) > wholeSeconds(since) ? undefined : "If-Modified-Since";
}

function parseOptionalDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : parseHttpDate(text);
}
