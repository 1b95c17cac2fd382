/**
 * Key pairs from JSON. All problems are told at once, and never with a value: any of them may be a secret
 * that stands in the wrong place.
 *
 * @module
 */

import * as v from "valibot";
import type { AccessCredential } from "./access_credential.ts";

/** Thrown for a text that does not hold key pairs; names every problem. */
export class CredentialsError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CredentialsError";
  /** One sentence per problem. */
  readonly problems: readonly string[];

  /**
   * Makes one.
   *
   * @param problems One sentence per problem.
   */
  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

const text = (message: string, pattern: RegExp) =>
  v.pipe(v.string(message), v.regex(pattern, message));

const ID_RULE = "must be 3 to 128 printable characters without blanks, '/', ':' and ','";
const SECRET_RULE = "must be 8 to 128 printable characters without blanks";
const TOKEN_RULE = "must be a Hub token, which has no blanks";
const NAMESPACE_RULE = "must be the name of a user or an organization";
const ACCESS_RULE = 'must be "read-only" or "read-write"';
const BUCKETS_RULE = "must be a list, not empty, of buckets or of bucket/prefix";
const EXPIRES_RULE = "must be a time with its zone, such as 2027-01-31T00:00:00Z";

const bucket = text(BUCKETS_RULE, /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}(\/[^\0]{0,1024})?$/u);
const expires = v.pipe(
  text(EXPIRES_RULE, /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/),
  v.check((value) => !Number.isNaN(Date.parse(value)), EXPIRES_RULE),
  v.transform((value) => new Date(value)),
);

const FIELDS = {
  accessKeyId: text(ID_RULE, /^[!-+\-.0-9;-~]{3,128}$/),
  secretAccessKey: text(SECRET_RULE, /^[!-~]{8,128}$/),
  hubToken: v.exactOptional(text(TOKEN_RULE, /^[!-~]+$/)),
  namespace: v.exactOptional(text(NAMESPACE_RULE, /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/)),
  access: v.exactOptional(v.picklist(["read-only", "read-write"], ACCESS_RULE)),
  buckets: v.exactOptional(
    v.pipe(v.array(bucket, BUCKETS_RULE), v.minLength(1, BUCKETS_RULE), v.readonly()),
  ),
  expires: v.exactOptional(expires),
};
const LIST_RULE = "must be a list, not empty, of key pairs";
const Pairs = v.pipe(
  v.array(v.record(v.string(), v.unknown(), "must be an object"), LIST_RULE),
  v.minLength(1, LIST_RULE),
);
const Pair = v.object(FIELDS);

/**
 * Reads key pairs.
 *
 * @param json A JSON list of objects with the fields of {@linkcode AccessCredential}, `expires` as text.
 * @throws {CredentialsError} Naming every problem by its place, never by its value.
 */
export function readCredentials(json: string): readonly AccessCredential[] {
  const list = v.safeParse(Pairs, parseJson(json));
  if (!list.success) throw new CredentialsError([...new Set(list.issues.map(placed))]);
  const problems: string[] = [];
  const pairs: AccessCredential[] = [];
  for (const [index, fields] of list.output.entries()) {
    const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(FIELDS, name));
    problems.push(...unknown.map((name) => `[${index}] has an unknown field${shown(name)}`));
    const pair = v.safeParse(Pair, fields);
    if (pair.success) pairs.push(pair.output);
    else problems.push(...new Set(pair.issues.map((issue) => `[${index}]${placed(issue)}`)));
  }
  if (problems.length > 0) throw new CredentialsError(problems);
  return pairs;
}

/**
 * Refuses pairs that cannot be used beside one another.
 *
 * @param pairs All that there are, wherever they come from.
 * @param own The gateway's own token and namespace.
 * @throws {CredentialsError} For two of one access key id, for two namespaces of one token, and for a pair without a token where
 * the gateway has none.
 */
export function requireTogether(
  pairs: readonly AccessCredential[],
  own: { readonly token?: string; readonly namespace?: string },
): void {
  const problems: string[] = [];
  const ids = new Set<string>();
  const namespaces = new Map<string, string | undefined>();
  if (own.token !== undefined) namespaces.set(own.token, own.namespace);
  for (const { accessKeyId, hubToken, namespace } of pairs) {
    if (ids.has(accessKeyId)) problems.push(`the access key id ${accessKeyId} is there twice`);
    ids.add(accessKeyId);
    if (hubToken === undefined) {
      if (own.token === undefined) {
        problems.push(`${accessKeyId} needs a hubToken: the gateway has none of its own`);
      }
      if (namespace !== undefined) {
        problems.push(`${accessKeyId} has a namespace, which needs a hubToken of its own`);
      }
    } else if (namespaces.has(hubToken) && namespaces.get(hubToken) !== namespace) {
      problems.push(`${accessKeyId} has another namespace than others with the same hubToken`);
    } else namespaces.set(hubToken, namespace);
  }
  if (problems.length > 0) throw new CredentialsError(problems);
}

/** The message of the parser would show some of the text. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new CredentialsError(["is not JSON"]);
  }
}

/** A name is shown if it looks like one. */
const shown = (name: string): string => /^[A-Za-z]{1,20}$/.test(name) ? ` ${name}` : "";

function placed(issue: v.BaseIssue<unknown>): string {
  const first = issue.path?.[0];
  if (first === undefined) return issue.message;
  if (typeof first.key === "number") return `[${first.key}] ${issue.message}`;
  return `.${String(first.key)} ${issue.input === undefined ? "is missing" : issue.message}`;
}
