/**
 * The policy of a POST form: which fields it may have (Amazon S3 API reference, "Creating a POST policy").
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import { BlockReader } from "../http/block_reader.ts";
import { pullStream } from "../http/byte_streams.ts";
import { parseIsoDateTime } from "../http/dates.ts";

/** A condition on a field, its name in lower case. */
interface FieldCondition {
  readonly kind: "eq" | "starts-with";
  readonly field: string;
  readonly value: string;
}

/** What a policy says of the size of the file, in bytes, ends included. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

/** A policy that has been read. */
export interface PostPolicy {
  readonly expiration: Date;
  readonly conditions: readonly FieldCondition[];
  /** Every range must hold. */
  readonly sizes: readonly SizeRange[];
}

/**
 * Fields that no condition has to cover: the signature's own. A checksum needs none either, since it can
 * only make a form fail.
 */
const UNCOVERED: ReadonlySet<string> = new Set([
  "policy",
  "awsaccesskeyid",
  "signature",
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-signature",
]);

/**
 * Reads a policy.
 *
 * @param encoded The form's `policy`: base64 of JSON.
 * @throws {S3Error} InvalidPolicyDocument.
 */
export function readPostPolicy(encoded: string): PostPolicy {
  const document = parseJson(encoded);
  if (!isRecord(document)) throw invalid("The policy is not a JSON object.");
  const { expiration, conditions } = document;
  if (typeof expiration !== "string") throw invalid("Policy missing expiration.");
  if (conditions === undefined) throw invalid("Policy missing conditions.");
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.");
  const read = conditions.flatMap(readCondition);
  return {
    expiration: readExpiration(expiration),
    conditions: read.filter((condition) => condition.kind !== "size"),
    sizes: read.filter((condition) => condition.kind === "size"),
  };
}

/**
 * Holds a form against its policy.
 *
 * @param policy The policy, its signature verified.
 * @param fields The form's fields, names in lower case.
 * @param actual What fields are really: the bucket that was addressed, the key with the file's name in it.
 * @param now The clock.
 * @throws {S3Error} AccessDenied when it is over, when a condition does not hold, or when a field is not
 * covered by any.
 */
export function checkPostPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  actual: { readonly bucket: string; readonly key: string },
  now: Date,
): void {
  if (now.getTime() >= policy.expiration.getTime()) {
    throw denied("Invalid according to Policy: Policy expired.");
  }
  for (const condition of policy.conditions) {
    const values = valuesOf(condition.field, fields, actual);
    if (values.some((value) => holds(condition, value))) continue;
    const { kind, field, value } = condition;
    throw denied(
      `Invalid according to Policy: Policy Condition failed: ["${kind}", "$${field}", "${value}"]`,
    );
  }
  const covered = new Set(policy.conditions.map(({ field }) => field));
  const extra = [...new Set(["bucket", ...fields.keys()])].filter((name) =>
    !covered.has(name) && !UNCOVERED.has(name) && !/^x-(ignore|amz-checksum)-/.test(name)
  );
  if (extra.length > 0) {
    throw denied(`Invalid according to Policy: Extra input fields: ${extra.join(", ")}`);
  }
}

/**
 * Passes a file on and fails when it has a size that a policy does not allow.
 *
 * @param file The file.
 * @param sizes The ranges, all of which must hold.
 * @returns A stream that errors with EntityTooLarge as soon as it is, EntityTooSmall at its end.
 */
export function withinSizes(
  file: ReadableStream<Uint8Array>,
  sizes: readonly SizeRange[],
): ReadableStream<Uint8Array> {
  if (sizes.length === 0) return file;
  const min = Math.max(...sizes.map((range) => range.min));
  const max = Math.min(...sizes.map((range) => range.max));
  let size = 0;
  const refuse = (code: "EntityTooLarge" | "EntityTooSmall", bound: string, limit: number) =>
    new S3Error(code, { fields: { ProposedSize: String(size), [bound]: String(limit) } });
  return pullStream(new BlockReader(file), (block) => {
    size += block?.length ?? 0;
    if (size > max) throw refuse("EntityTooLarge", "MaxSizeAllowed", max);
    if (block === undefined && size < min) throw refuse("EntityTooSmall", "MinSizeAllowed", min);
    return block;
  });
}

/** The key may be meant with the file's name in it or with the variable. */
function valuesOf(
  field: string,
  fields: ReadonlyMap<string, string>,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): readonly string[] {
  if (field === "bucket") return [bucket];
  const sent = fields.get(field) ?? "";
  return field === "key" ? [key, sent] : [sent];
}

function holds({ kind, field, value }: FieldCondition, actual: string): boolean {
  if (kind === "eq") return actual === value;
  if (field !== "content-type") return actual.startsWith(value);
  return actual.split(",").every((type) => type.trim().startsWith(value));
}

type Condition = FieldCondition | (SizeRange & { readonly kind: "size" });

function readCondition(condition: unknown): readonly Condition[] {
  if (Array.isArray(condition)) return [readListCondition(condition)];
  if (!isRecord(condition)) throw invalid("Invalid condition test: must be a List or Object.");
  const entries = Object.entries(condition);
  if (entries.length !== 1) {
    throw invalid(
      "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
    );
  }
  return entries.map(([field, value]) => {
    if (typeof value !== "string") {
      throw invalid("Invalid Simple-Condition: value must be a string.");
    }
    return { kind: "eq", field: field.toLowerCase(), value };
  });
}

function readListCondition(condition: readonly unknown[]): Condition {
  const [operator, first, second] = condition;
  if (condition.length === 0) throw invalid("Invalid Condition: missing operation identifier.");
  if (condition.length !== 3) throw invalid(`Invalid ${operator}: wrong number of arguments.`);
  switch (operator) {
    case "eq":
    case "starts-with":
      if (typeof first !== "string" || !first.startsWith("$") || typeof second !== "string") {
        throw invalid(`A condition ${operator} needs a field like "$key" and a text.`);
      }
      return { kind: operator, field: first.slice(1).toLowerCase(), value: second };
    case "content-length-range": {
      const min = readSize(first);
      const max = readSize(second);
      return { kind: "size", min, max };
    }
    default:
      throw invalid(`Invalid Condition: unknown operation '${operator}'.`);
  }
}

function readSize(value: unknown): number {
  const size = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
  throw invalid("content-length-range needs two numbers of bytes.");
}

function readExpiration(text: string): Date {
  const date = parseIsoDateTime(text);
  if (date === undefined) throw invalid(`Invalid 'expiration' value: '${text}'`);
  return date;
}

function parseJson(encoded: string): unknown {
  if (encoded === "") throw invalid("Expecting '{' but found End-of-Input");
  try {
    const bytes = Uint8Array.fromBase64(encoded);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // JSON has no `\$`; policies do, for a dollar that begins no variable.
    return JSON.parse(text.replace(/\\[^]/g, (escape) => escape === "\\$" ? "$" : escape));
  } catch (cause) {
    throw new S3Error("InvalidPolicyDocument", {
      message: "Invalid Policy: Invalid JSON.",
      cause,
    });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const invalid = (reason: string): S3Error =>
  new S3Error("InvalidPolicyDocument", { message: `Invalid Policy: ${reason}` });

const denied = (message: string): S3Error => new S3Error("AccessDenied", { message });
