import { S3Error } from "../errors/s3_error.ts";
import type { CorsRule } from "../store/object_store.ts";
import type { RequestElement } from "../xml/read.ts";
import { el, optional } from "../xml/write.ts";
import { documentAnswer, emptyAnswer } from "./answers.ts";
import { CORS_METHODS, HEADER_NAME } from "./cors_match.ts";
import type { PutBucketCorsInput } from "./operations.ts";
import { bucketInput, readXmlBody } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** The largest configuration and the most rules (Amazon S3 API reference, PutBucketCors). */
const MAX_DOCUMENT_BYTES = 64 * 1024;
const MAX_RULES = 100;
const MAX_ID_CHARACTERS = 255;

/**
 * Reads PutBucketCors: PUT `/b?cors`.
 *
 * @throws {S3Error} MalformedXML for a document of another form, InvalidRequest for a rule that means
 * nothing.
 */
export async function readPutBucketCors(request: S3Request): Promise<PutBucketCorsInput> {
  const input = bucketInput(request);
  const root = await readXmlBody(request, "CORSConfiguration", { maxBytes: MAX_DOCUMENT_BYTES });
  const rules = root.children("CORSRule").map(readRule);
  if (rules.length === 0 || rules.length > MAX_RULES) throw new S3Error("MalformedXML");
  return { ...input, rules };
}

function readRule(rule: RequestElement): CorsRule {
  const texts = (name: string): readonly string[] =>
    rule.children(name).map(({ text }) => text.trim());
  const id = rule.textOf("ID");
  const maxAgeSeconds = readMaxAge(rule.textOf("MaxAgeSeconds")?.trim());
  const read: CorsRule = {
    ...(id !== undefined && { id }),
    allowedOrigins: texts("AllowedOrigin"),
    allowedMethods: texts("AllowedMethod"),
    allowedHeaders: texts("AllowedHeader"),
    exposeHeaders: texts("ExposeHeader"),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  };
  requireRule(read);
  return read;
}

function readMaxAge(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  // A negative one is taken, as by S3: browsers then keep no answer (Fetch Standard, "CORS check").
  if (!/^-?\d{1,9}$/.test(text)) throw new S3Error("MalformedXML");
  return Number(text);
}

function requireRule(rule: CorsRule): void {
  const { allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders, id = "" } = rule;
  if (allowedOrigins.length === 0 || allowedMethods.length === 0) throw new S3Error("MalformedXML");
  if (id.length > MAX_ID_CHARACTERS) {
    throw invalid(`The ID of a rule is longer than 255 characters.`);
  }
  for (const method of allowedMethods) {
    if (!CORS_METHODS.includes(method)) {
      throw invalid(
        `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
      );
    }
  }
  for (const origin of allowedOrigins) {
    // A control character would become part of the answer's headers.
    if (!/^[\x21-\x7e]+$/.test(origin)) {
      throw invalid(`AllowedOrigin "${origin}" is not an origin.`);
    }
    requireOneWildcard("AllowedOrigin", origin);
  }
  for (const header of allowedHeaders) {
    requireHeaderName("AllowedHeader", header);
    requireOneWildcard("AllowedHeader", header);
  }
  for (const header of exposeHeaders) {
    requireHeaderName("ExposeHeader", header);
    if (header.includes("*")) {
      throw invalid(
        `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      );
    }
  }
}

function requireHeaderName(element: string, value: string): void {
  if (!HEADER_NAME.test(value)) throw invalid(`${element} "${value}" contains invalid character.`);
}

function requireOneWildcard(element: string, value: string): void {
  if (value.split("*").length <= 2) return;
  throw invalid(`${element} "${value}" can not have more than one wildcard.`);
}

const invalid = (message: string): S3Error => new S3Error("InvalidRequest", { message });

/** Writes `CORSConfiguration`. */
export function writeGetBucketCors({ rules }: { readonly rules: readonly CorsRule[] }): Response {
  const all = (name: string, values: readonly string[]) => values.map((value) => el(name, value));
  return documentAnswer(
    "CORSConfiguration",
    rules.map((rule) =>
      el(
        "CORSRule",
        optional("ID", rule.id),
        all("AllowedOrigin", rule.allowedOrigins),
        all("AllowedMethod", rule.allowedMethods),
        all("AllowedHeader", rule.allowedHeaders),
        all("ExposeHeader", rule.exposeHeaders),
        optional("MaxAgeSeconds", rule.maxAgeSeconds),
      )
    ),
  );
}

/** Writes the answer of PutBucketCors: 200 without a body. */
export function writePutBucketCors(): Response {
  return emptyAnswer(200);
}
