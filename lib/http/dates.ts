/**
 * The date formats of HTTP (RFC 9110 section 5.6.7), of SigV4 and of S3's XML.
 *
 * @module
 */

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const RFC_1123 =
  /^(?:[A-Za-z]{3,9}, *)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) ?(GMT|UTC|UT|Z|[+-]\d{4})$/;
const RFC_850 =
  /^[A-Za-z]{6,9}, (\d{2})-([A-Za-z]{3})-(\d{2}|\d{4}) (\d{2}):(\d{2}):(\d{2}) (GMT|UTC)$/;
const ASCTIME = /^[A-Za-z]{3} ([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;
const ISO_EXTENDED =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})$/;
const ISO_BASIC = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** A date for a header, as in `Fri, 02 Jan 2026 03:04:05 GMT` (RFC 1123). */
export function formatHttpDate(date: Date): string {
  return date.toUTCString();
}

/** A date in SigV4's ISO 8601 basic form, as in `20260102T030405Z`. */
export function formatIsoBasic(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** A date for S3's XML: ISO 8601 with milliseconds, as in `2026-01-02T03:04:05.000Z`. */
export function formatIsoMillis(date: Date): string {
  return date.toISOString();
}

/** Seconds since 1970, the fraction cut off: what HTTP dates can express. */
export function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/**
 * Reads a date header: RFC 1123 (with `GMT`, `-0000` or a numeric zone), RFC 850 or asctime.
 *
 * @param text The header's value.
 * @returns The date, or nothing when it is none of the forms or no real date.
 */
export function parseHttpDate(text: string): Date | undefined {
  const value = text.trim();
  const rfc1123 = RFC_1123.exec(value);
  if (rfc1123 !== null) {
    const [, day, month, year, hours, minutes, seconds, zone = "GMT"] = rfc1123;
    return shifted(fromParts(year, monthNumber(month), day, hours, minutes, seconds), zone);
  }
  const rfc850 = RFC_850.exec(value);
  if (rfc850 !== null) {
    const [, day, month, year = "", hours, minutes, seconds] = rfc850;
    return fromParts(fullYear(year), monthNumber(month), day, hours, minutes, seconds);
  }
  const asctime = ASCTIME.exec(value);
  if (asctime === null) return undefined;
  const [, month, day, hours, minutes, seconds, year] = asctime;
  return fromParts(year, monthNumber(month), day, hours, minutes, seconds);
}

/**
 * Reads SigV4's ISO 8601 basic form, `yyyymmddThhmmssZ`.
 *
 * @param text The timestamp.
 * @returns The date, or nothing when it has another form or is no real date.
 */
export function parseIsoBasic(text: string): Date | undefined {
  const match = ISO_BASIC.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hours, minutes, seconds] = match;
  return fromParts(year, Number(month), day, hours, minutes, seconds);
}

/**
 * Reads ISO 8601 in its extended form with a zone, as in `2026-01-02T03:04:05.678Z`: that of S3's XML and of
 * POST policies.
 *
 * @param text The timestamp.
 * @returns The date in milliseconds, or nothing when it has another form or is no real date.
 */
export function parseIsoDateTime(text: string): Date | undefined {
  const match = ISO_EXTENDED.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hours, minutes, seconds, fraction = "", zone = "Z"] = match;
  const date = fromParts(year, Number(month), day, hours, minutes, seconds);
  date?.setUTCMilliseconds(Number(fraction.padEnd(3, "0").slice(0, 3)));
  return shifted(date, zone.replace(":", ""));
}

type Digits = string | undefined;

function fromParts(
  year: Digits,
  month: number,
  day: Digits,
  hours: Digits,
  minutes: Digits,
  seconds: Digits,
): Date | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month - 1, Number(day));
  // `Date` carries 31 February over into March; such a date was never meant.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== Number(day)) return undefined;
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds));
  return date;
}

function monthNumber(name: Digits): number {
  return MONTHS.findIndex((month) => month.toLowerCase() === name?.toLowerCase()) + 1;
}

function fullYear(digits: string): string {
  if (digits.length === 4) return digits;
  return Number(digits) < 70 ? `20${digits}` : `19${digits}`;
}

function shifted(date: Date | undefined, zone: string): Date | undefined {
  const offset = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (date === undefined || offset === null) return date;
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  const sign = offset[1] === "-" ? 1 : -1;
  return new Date(date.getTime() + sign * minutes * 60_000);
}
