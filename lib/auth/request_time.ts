import { S3Error } from "../errors/s3_error.ts";
import { formatIsoBasic, formatIsoMillis, parseHttpDate, parseIsoBasic } from "../http/dates.ts";

/** How far a client's clock may be off, either way. */
export const MAX_SKEW_MS = 15 * 60 * 1000;
/** How long a presigned URL may live. */
export const MAX_PRESIGNED_SECONDS = 7 * 24 * 60 * 60;

/**
 * The time a request says it was made: `x-amz-date`, else `Date`, each as RFC 1123 or ISO basic.
 *
 * @param headers The request's headers.
 * @throws {S3Error} AccessDenied when there is none, it can't be read, or it lies before 1970.
 */
export function requestTime(headers: Headers): Date {
  const text = headers.get("x-amz-date") ?? headers.get("date");
  const time = text === null ? undefined : parseIsoBasic(text) ?? parseHttpDate(text);
  if (time === undefined || time.getTime() < 0) {
    throw new S3Error("AccessDenied", {
      message: "AWS authentication requires a valid Date or x-amz-date header",
    });
  }
  return time;
}

/**
 * Checks a request's time against the clock.
 *
 * @param time When the request says it was made.
 * @param now The clock.
 * @throws {S3Error} RequestTimeTooSkewed when they are more than 15 minutes apart.
 */
export function requireFresh(time: Date, now: Date): void {
  if (Math.abs(now.getTime() - time.getTime()) <= MAX_SKEW_MS) return;
  throw new S3Error("RequestTimeTooSkewed", {
    fields: {
      RequestTime: formatIsoBasic(time),
      ServerTime: formatIsoMillis(now),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    },
  });
}

/**
 * The error of a presigned URL whose time is over.
 *
 * @param expires When it was over.
 * @param now The clock.
 * @param seconds `X-Amz-Expires`, which SigV4 has.
 */
export function expiredError(expires: Date, now: Date, seconds?: number): S3Error {
  return new S3Error("AccessDenied", {
    message: "Request has expired",
    fields: {
      ...(seconds !== undefined && { "X-Amz-Expires": String(seconds) }),
      Expires: formatIsoMillis(expires),
      ServerTime: formatIsoMillis(now),
    },
  });
}
