/**
 * What the values of variables must be, and what is made of them. The messages follow the variable's name.
 *
 * @module
 */

import * as v from "valibot";
import type { AccessCredential } from "../access/access_credential.ts";
import { CredentialsError, readCredentials } from "../access/read_credentials.ts";
import { LOG_LEVELS } from "./log_level.ts";

const MIB = 1024 * 1024;
const UNITS: Readonly<Record<string, number>> = { "": 1, KIB: 1024, MIB, GIB: 1024 * MIB };

export const text = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank"));
export const token = v.pipe(text, v.regex(/^[!-~]+$/, "must be a token, which has no blanks"));
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
export const namespace = v.pipe(
  text,
  v.regex(NAMESPACE, "must be the name of a user or an organization"),
);
export const port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, "must be a port number, 0 to 65535"),
  v.transform(Number),
  v.maxValue(65535, "must be a port number, 0 to 65535"),
);
export const seconds = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,8}$/, "must be a whole number of seconds, at least 1"),
  v.transform(Number),
);
export const delay = v.pipe(
  v.string(),
  v.regex(/^\d{1,6}$/, "must be a whole number of seconds"),
  v.transform(Number),
);
export const count = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,8}$/, "must be a whole number, at least 1"),
  v.transform(Number),
);
export const bytes = v.pipe(
  v.string(),
  v.regex(/^\d{1,15}( ?[KMG]iB)?$/i, "must be a number of bytes, such as 134217728 or 128MiB"),
  v.transform(parseBytes),
  v.minValue(32 * MIB, "must be at least 32MiB"),
);
export const workers = v.pipe(
  v.string(),
  v.regex(/^\d{1,2}$/, "must be a number of threads, 0 to 99"),
  v.transform(Number),
);
export const url = v.pipe(
  v.string(),
  v.check(isHttpUrl, "must be an http or https URL without user, password and query"),
  v.transform((value) => value.replace(/\/+$/, "")),
);
export const flag = v.pipe(
  v.picklist(["true", "false"], 'must be "true" or "false"'),
  v.transform((value) => value === "true"),
);
export const region = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,63}$/, "must be a region such as us-east-1"),
);
export const list = (each: RegExp, message: string) =>
  v.pipe(
    v.string(),
    v.transform((value) => value.split(",").map((item) => item.trim()).filter(Boolean)),
    v.check((items) => items.length > 0 && items.every((item) => each.test(item)), message),
    v.readonly(),
  );
export const domains = list(
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i,
  "must be domains without a port, such as s3.example.com, separated by commas",
);
export const namespaces = list(
  NAMESPACE,
  "must be names of users or organizations, separated by commas",
);
export const repos = list(
  /^(?:model|dataset|space)s--[A-Za-z0-9._-]+$/,
  "must be buckets such as datasets--namespace--name or models--name, separated by commas",
);
export const origins = list(
  /^[!-)+-~]*\*?[!-)+-~]*$/,
  "must be origins such as https://example.com, each with one * at most, separated by commas",
);
export const kv = v.pipe(
  text,
  v.check(
    (value) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || isHttpUrl(value),
    "must be a file, an http or https URL, default or memory",
  ),
);
export const credentials = v.pipe(
  v.string(),
  v.rawTransform<string, readonly AccessCredential[]>(({ dataset, addIssue, NEVER }) => {
    try {
      return readCredentials(dataset.value);
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      for (const message of error.problems) addIssue({ message });
      return NEVER;
    }
  }),
);
export const headerPairs = v.pipe(
  v.string(),
  v.regex(
    /^\s*[!#$%&'*+.^`|~\w-]+\s*=[^,\r\n]*(,\s*[!#$%&'*+.^`|~\w-]+\s*=[^,\r\n]*)*$/,
    "must be headers such as name=value,other=value, with values percent-encoded",
  ),
  v.transform(readHeaderPairs),
);
export const ratio = v.pipe(
  v.string(),
  v.regex(/^(0?\.\d+|[01](\.0*)?)$/, "must be a share, 0 to 1"),
  v.transform(Number),
);
export const logLevel = v.picklist(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`);

function parseBytes(value: string): number {
  const [, digits = "", unit = ""] = /^(\d+) ?(\w*)$/.exec(value) ?? [];
  return Number(digits) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
}

/** As OpenTelemetry's specification of exporters has it: names and percent-encoded values. */
function readHeaderPairs(value: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    value.split(",").map((pair) => {
      const at = pair.indexOf("=");
      const raw = pair.slice(at + 1).trim();
      return [
        pair.slice(0, at).trim(),
        /%(?![\dA-F]{2})/i.test(raw) ? raw : decodeURIComponent(raw),
      ];
    }),
  );
}

function isHttpUrl(value: string): boolean {
  const parsed = URL.parse(value);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.search === "" &&
    parsed.hash === "" && parsed.username === "" && parsed.password === "";
}
