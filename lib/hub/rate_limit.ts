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
  const waits = parseItems(value).map(({ parameters }) => {
    const [left, reset] = [numberOf(parameters.get("r")), numberOf(parameters.get("t"))];
    return left === 0 && reset !== undefined ? reset + 1 : undefined;
  }).filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** What the Hub says of one of its quotas. */
export interface LimitState {
  /** The class of calls, such as `api`. */
  readonly name: string;
  /** Calls that are left in this window. */
  readonly left: number;
  /** Seconds to the next window. */
  readonly resetSeconds: number;
  /** Calls of a whole window. */
  readonly quota?: number;
  /** Seconds of a whole window. */
  readonly windowSeconds?: number;
}

/**
 * Reads `RateLimit: "api";r=998;t=55` with `RateLimit-Policy: "fixed window";"api";q=1000;w=300`. What
 * cannot be read is left out.
 */
export function readLimits(headers: Headers): readonly LimitState[] {
  const policies = parseItems(headers.get("ratelimit-policy"));
  return parseItems(headers.get("ratelimit")).flatMap(({ names, parameters }): LimitState[] => {
    const [name] = names;
    const [left, reset] = [numberOf(parameters.get("r")), numberOf(parameters.get("t"))];
    if (name === undefined || left === undefined || reset === undefined) return [];
    const policy = policies.find((item) => item.names.includes(name))?.parameters;
    const [quota, length] = [numberOf(policy?.get("q")), numberOf(policy?.get("w"))];
    return [{
      name,
      left,
      resetSeconds: Math.min(reset, LONGEST_WAIT_SECONDS),
      ...(quota !== undefined && quota > 0 && { quota }),
      ...(length !== undefined && length > 0 && { windowSeconds: length }),
    }];
  });
}

interface Item {
  /** Its strings, without their quotes. */
  readonly names: readonly string[];
  readonly parameters: ReadonlyMap<string, string>;
}

/** A list of items with parameters, in the few forms in which the Hub writes them. */
function parseItems(value: string | null): readonly Item[] {
  return (value ?? "").split(",").map((text) => {
    const parts = text.split(";").map((part) => part.trim());
    return {
      names: parts.flatMap((part) => /^"(?<name>[^"]*)"$/.exec(part)?.groups?.["name"] ?? []),
      parameters: new Map(
        parts.flatMap((part): [string, string][] => {
          const { key, digits } = /^(?<key>[a-z]+)=(?<digits>[0-9]+)$/.exec(part)?.groups ?? {};
          return key === undefined || digits === undefined ? [] : [[key, digits]];
        }),
      ),
    };
  });
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined || digits.length > 9 && !/^0+$/.test(digits)
    ? undefined
    : Number(digits);
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
