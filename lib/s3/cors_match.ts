/**
 * Which CORS rule a browser's request meets, and what it is told (Fetch Standard, "CORS protocol"; Amazon S3
 * user guide, "How does Amazon S3 evaluate the CORS configuration on a bucket?").
 *
 * @module
 */

import { CHECKSUM_ALGORITHMS, checksumHeader } from "../checksum/algorithms.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { CorsRule } from "../store/object_store.ts";
import { emptyAnswer } from "./answers.ts";
import { headerToUtf8 } from "./header_text.ts";

/** The methods that a rule can allow. */
export const CORS_METHODS: readonly string[] = ["GET", "PUT", "POST", "DELETE", "HEAD"];
/** What a header's name can be made of (RFC 9110 section 5.6.2); `*` is a wildcard in rules. */
export const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/** What scripts may read of any answer by the setting of the whole gateway. */
const GATEWAY_EXPOSES: readonly string[] = [
  "Accept-Ranges",
  "Content-Disposition",
  "Content-Encoding",
  "Content-Range",
  "ETag",
  ...CHECKSUM_ALGORITHMS.map(checksumHeader),
  "x-amz-checksum-type",
  "x-amz-id-2",
  "x-amz-mp-parts-count",
  "x-amz-request-id",
  "x-amz-tagging-count",
  "x-hf-xet-hash",
  // User metadata: for requests without cookies, which those of SDKs are, it stands for every name.
  "*",
];

/**
 * The rule of the whole gateway, for buckets without rules.
 *
 * @param origins The origins that are let in, as in `AllowedOrigin`; none makes no rule.
 */
export function gatewayCorsRules(origins: readonly string[]): readonly CorsRule[] {
  if (origins.length === 0) return [];
  return [{
    allowedOrigins: origins,
    allowedMethods: CORS_METHODS,
    allowedHeaders: ["*"],
    exposeHeaders: GATEWAY_EXPOSES,
    maxAgeSeconds: 3600,
  }];
}

/**
 * The answer to a preflight.
 *
 * @param headers Its headers.
 * @param rules The rules of what it asks about, in order.
 * @throws {S3Error} BadRequest when it does not say what is asked; AccessForbidden when no rule allows it.
 */
export function answerPreflight(headers: Headers, rules: readonly CorsRule[]): Response {
  const origin = headers.get("origin");
  const method = headers.get("access-control-request-method");
  if (!origin) {
    throw new S3Error("BadRequest", {
      message: "Insufficient information. Origin request header needed.",
    });
  }
  if (method === null || !CORS_METHODS.includes(method)) {
    throw new S3Error("BadRequest", {
      message: `Invalid Access-Control-Request-Method: ${method}`,
    });
  }
  const asked = requestedHeaders(headers);
  const rule = rules.find((rule) =>
    matchesOrigin(rule, origin) && rule.allowedMethods.includes(method) &&
    asked.every((name) => matchesHeader(rule, name))
  );
  if (rule === undefined) {
    throw new S3Error("AccessForbidden", {
      message: rules.length === 0
        ? "CORSResponse: CORS is not enabled for this bucket."
        : "CORSResponse: This CORS request is not allowed. This is usually because the evalution of " +
          "Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers " +
          "are not whitelisted by the resource's CORS spec.",
    });
  }
  return emptyAnswer(200, ruleHeaders(rule, origin, asked));
}

/**
 * The headers that let a script see the answer to its request; none when no rule allows it.
 *
 * @param method The request's method.
 * @param headers The request's headers.
 * @param rules The rules of what it is about, in order.
 */
export function corsHeaders(
  method: string,
  headers: Headers,
  rules: readonly CorsRule[],
): Readonly<Record<string, string>> {
  const origin = headers.get("origin");
  if (!origin) return {};
  const asked = headers.get("access-control-request-method") ?? method;
  const rule = rules.find((rule) =>
    matchesOrigin(rule, origin) && rule.allowedMethods.includes(asked)
  );
  return rule === undefined ? {} : ruleHeaders(rule, origin, []);
}

function ruleHeaders(
  rule: CorsRule,
  origin: string,
  asked: readonly string[],
): Readonly<Record<string, string>> {
  // Signatures are no credentials of a browser, and an origin that is shown back must not get answers to what cookies
  // or a proxy's password let through: Access-Control-Allow-Credentials is never sent, unlike S3.
  const anyone = rule.allowedOrigins.find((pattern) => matches(pattern, origin)) === "*";
  return {
    "Access-Control-Allow-Origin": anyone ? "*" : origin,
    "Access-Control-Allow-Methods": rule.allowedMethods.join(", "),
    ...(asked.length > 0 && { "Access-Control-Allow-Headers": asked.join(", ") }),
    ...(rule.exposeHeaders.length > 0 && {
      "Access-Control-Expose-Headers": rule.exposeHeaders.join(", "),
    }),
    ...(rule.maxAgeSeconds !== undefined && {
      "Access-Control-Max-Age": String(rule.maxAgeSeconds),
    }),
    Vary: VARY,
  };
}

function requestedHeaders(headers: Headers): readonly string[] {
  const names = (headers.get("access-control-request-headers") ?? "").split(",")
    .filter((name) => name.trim() !== "");
  const unnamable = names.find((name) => !HEADER_NAME.test(name.trim()));
  if (unnamable !== undefined) {
    const shown = headerToUtf8(unnamable) ?? unnamable;
    throw new S3Error("BadRequest", {
      message: `Access-Control-Request-Headers "${shown}" contains invalid character.`,
    });
  }
  return names.map((name) => name.trim().toLowerCase());
}

const matchesOrigin = (rule: CorsRule, origin: string): boolean =>
  rule.allowedOrigins.some((pattern) => matches(pattern, origin));

const matchesHeader = (rule: CorsRule, name: string): boolean =>
  rule.allowedHeaders.some((pattern) => matches(pattern.toLowerCase(), name));

/** One `*` stands for any characters. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) &&
    text.endsWith(after);
}
