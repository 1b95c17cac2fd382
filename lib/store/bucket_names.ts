import { StoreError } from "../errors/store_error.ts";
import { compareUtf8 } from "../flow/utf8_order.ts";

/**
 * How S3 bucket names and Hub bucket ids correspond: `name` is `<namespace>/name` in the default
 * namespace, `ns--name` is `ns/name`. The Hub forbids `--` in names, so this is unambiguous, and it is how
 * the Hub's own cache writes them.
 *
 * @module
 */

const SEPARATOR = "--";

/** What the Hub takes as a namespace or a bucket name, as far as its clients show. */
const HUB_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;

/** "Bucket naming rules" in the Amazon S3 user guide; each with what the message says. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^.{3,63}$/s, "must be 3 to 63 characters long"],
  [/^[a-z0-9.-]*$/, "may hold only lower-case letters, digits, '.' and '-'"],
  [/^[a-z0-9].*[a-z0-9]$/s, "must begin and end with a letter or digit"],
  [/^(?!.*\.\.)/s, "must not contain '..'"],
  [/^(?!.*(?:\.-|-\.))/s, "must not contain '.-' or '-.'"],
  [/^(?!\d+\.\d+\.\d+\.\d+$)/, "must not look like an IPv4 address"],
  [/^(?!xn--|sthree-|amzn-s3-demo-)/, "must not begin with a reserved prefix"],
  [/^(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)/s, "must not end with a reserved suffix"],
];

/**
 * Refuses names that a new bucket cannot have.
 *
 * @param bucket An S3 bucket name, `name` or `ns--name`.
 * @throws {StoreError} `bad_bucket_name`, with a message that names the rule.
 */
export function checkNewBucketName(bucket: string): void {
  const rule = RULES.find(([pattern]) => !pattern.test(bucket))?.[1] ?? separatorRule(bucket);
  if (rule !== undefined) {
    throw new StoreError("bad_bucket_name", `The specified bucket is not valid: it ${rule}.`);
  }
}

function separatorRule(bucket: string): string | undefined {
  const at = bucket.indexOf(SEPARATOR);
  if (at < 0) return undefined;
  const name = bucket.slice(at + SEPARATOR.length);
  if (!name.includes(SEPARATOR) && HUB_NAME.test(name) && HUB_NAME.test(bucket.slice(0, at))) {
    return undefined;
  }
  return "may contain '--' only once, between a Hub namespace and a bucket name";
}

/**
 * The Hub id `namespace/name` of an S3 bucket name; undefined for a name that the Hub cannot hold, which
 * is therefore no bucket. Names that S3 would not allow, such as `My_Bucket`, exist on the Hub.
 */
export function hubIdOf(bucket: string, defaultNamespace: string): string | undefined {
  const at = bucket.indexOf(SEPARATOR);
  const namespace = at < 0 ? defaultNamespace : bucket.slice(0, at);
  const name = at < 0 ? bucket : bucket.slice(at + SEPARATOR.length);
  const possible = HUB_NAME.test(namespace) && HUB_NAME.test(name) && !name.includes(SEPARATOR);
  return possible ? `${namespace}/${name}` : undefined;
}

/** Whether an S3 bucket name says the namespace that the bucket is in. */
export const hasNamespace = (bucket: string): boolean => bucket.includes(SEPARATOR);

/** The S3 name of a Hub bucket id. */
export function bucketNameOf(hubId: string, defaultNamespace: string): string {
  const slash = hubId.indexOf("/");
  const namespace = hubId.slice(0, slash);
  const name = hubId.slice(slash + 1);
  return namespace === defaultNamespace ? name : `${namespace}${SEPARATOR}${name}`;
}

/** For sorting by name in byte order. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  compareUtf8(a.name, b.name);
