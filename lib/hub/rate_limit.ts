/** No sane server asks for a longer wait; a larger figure is taken for it. */
const LONGEST_WAIT_SECONDS = 86_400;

/**
 * How long the Hub wants us to stay away. With its quota spent it says
 * `RateLimit: "api";r=0;t=55`, where `t` counts the seconds to the next window; one second is added,
 * as `huggingface_hub` does. Otherwise `Retry-After` counts, as seconds or as a date (RFC 9110,
 * 10.2.3).
 *
 * @param headers The headers of a refusal.
 * @param now The present, in milliseconds since 1970.
 * @returns Seconds, or undefined if nothing (readable) was said.
 */
export function waitFromHeaders(headers: Headers, now: number): number | undefined {
  const wait = fromRateLimit(headers.get("ratelimit")) ??
    fromRetryAfter(headers.get("retry-after"), now);
  return wait === undefined ? undefined : Math.min(wait, LONGEST_WAIT_SECONDS);
}

function fromRateLimit(value: string | null): number | undefined {
  const waits = (value ?? "").split(",").map((limit) => {
    const [, ...parameters] = limit.split(";").map((part) => part.trim());
    const remaining = parameters.find((parameter) => /^r=0+$/.test(parameter));
    const reset = parameters.find((parameter) => /^t=[0-9]{1,9}$/.test(parameter));
    return remaining === undefined || reset === undefined ? undefined : Number(reset.slice(2)) + 1;
  }).filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function fromRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^[0-9]{1,9}(\.[0-9]{1,9})?$/.test(text)) return Number(text);
  // An HTTP date begins with the day's name; `Date.parse` alone would take far too much for a date.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
