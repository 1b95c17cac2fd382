import { createHmac } from "node:crypto";
import { decodeToText } from "../http/percent.ts";
import { type PlusMeaning, splitQuery } from "../http/query.ts";
import type { AuthRequest } from "./auth_request.ts";
import { canonicalPaths } from "./canonical_request.ts";
import { changedHeaders, headerReadings, type HeaderValues } from "./header_lines.ts";
import { latin1AsUtf8, signaturesEqual, utf8AsLatin1 } from "./hmac.ts";
import { signatureMismatch } from "./signature_mismatch.ts";

/** What a SigV2 signature covers besides the request itself. */
export interface SignatureV2 {
  /** Whose key signed. */
  readonly accessKeyId: string;
  /** The key to check with. */
  readonly secretAccessKey: string;
  /** In base64. */
  readonly signature: string;
  /** The Date line: the `Date` header, empty beside `x-amz-date`, `Expires` of a presigned URL. */
  readonly dateLine: string;
  /** Whether it stands in the query: then signed headers may have been moved there too. */
  readonly presigned: boolean;
}

/** How a signature that matches has to be read. */
export interface ReadingV2 {
  /** What a bare `+` in the query means. */
  readonly plus: PlusMeaning;
  /** The signed headers that the runtime shows otherwise than this reading has them. */
  readonly rejoined: HeaderValues;
  /** Whether the signature covers parameters as headers that were moved into the query. */
  readonly hoisted: boolean;
}

/** The sub-resources that SigV2 signs ("Signing and authenticating REST requests"). */
const SUB_RESOURCES: ReadonlySet<string> = new Set(
  ("acl cors delete lifecycle location logging notification partNumber policy requestPayment " +
    "restore tagging torrent uploadId uploads versionId versioning versions website " +
    "response-cache-control response-content-disposition response-content-encoding " +
    "response-content-language response-content-type response-expires").split(" "),
);
/** What botocore signs beyond these. */
const BOTOCORE_SUB_RESOURCES: ReadonlySet<string> = new Set(
  ("accelerate analytics defaultObjectAcl inventory metrics object-lock replication select " +
    "select-type storageClass").split(" "),
);

/**
 * Verifies a SigV2 signature: HMAC-SHA1 over method, Content-MD5, Content-Type, date, amz headers
 * and resource.
 *
 * @param request The request.
 * @param claim Its signature and what it is checked with.
 * @returns How the signer meant the query.
 * @throws {S3Error} SignatureDoesNotMatch.
 */
export function verifyV2(request: AuthRequest, claim: SignatureV2): ReadingV2 {
  let first: string | undefined;
  for (const { text, ...reading } of stringsToSign(request, claim)) {
    first ??= text;
    const expected = createHmac("sha1", claim.secretAccessKey).update(text, "latin1");
    if (signaturesEqual(expected.digest("base64"), claim.signature)) return reading;
  }
  throw signatureMismatch(claim, claim.signature, { stringToSign: latin1AsUtf8(first ?? "") });
}

/** All readings that a signer may have meant, likeliest first; a character is a byte. */
function* stringsToSign(
  request: AuthRequest,
  claim: SignatureV2,
): Generator<ReadingV2 & { readonly text: string }, void, undefined> {
  const sent = amzHeaders(new Map(request.headers));
  for (const [i, headers] of placements(request, claim.presigned).entries()) {
    const lines = [
      request.method,
      headers.get("content-md5") ?? "",
      headers.get("content-type") ?? "",
      claim.dateLine,
    ].join("\n");
    const amz = amzHeaders(headers);
    for (const reading of headerReadings(sent)) {
      const amzLines = [...new Map([...amz, ...reading])]
        .map(([name, value]) => `${name}:${value}\n`).join("");
      const rejoined = changedHeaders(reading, sent);
      for (const path of resourcePaths(request)) {
        for (const { text, plus } of subResources(request.rawQuery)) {
          yield { text: `${lines}\n${amzLines}${path}${text}`, plus, rejoined, hoisted: i > 0 };
        }
      }
    }
  }
}

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** As sent; then as botocore means it, which signs headers and moves them to the query. */
function placements(
  request: AuthRequest,
  presigned: boolean,
): readonly HeaderValues[] {
  const sent = new Map(request.headers);
  if (!presigned) return [sent];
  const moved = new Map<string, string>();
  for (const { name, value } of decodedParameters(request.rawQuery, "blank")) {
    const lower = name.toLowerCase();
    if (!/^(x-amz-.*|content-md5|content-type)$/s.test(lower)) continue;
    // Of two only one can be signed, and whoever reads them later may take the other. What no header can hold
    // would let one parameter sign for several.
    if (moved.has(lower) || !HEADER_NAME.test(lower) || /[\r\n]/.test(value ?? "")) return [sent];
    moved.set(lower, value ?? "");
  }
  const merged = new Map([...moved, ...sent]);
  return merged.size === sent.size ? [sent] : [sent, merged];
}

function amzHeaders(headers: HeaderValues): HeaderValues {
  return new Map(
    [...headers].filter(([name]) => name.startsWith("x-amz-")).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** The path as sent first; then with other escapes; a bucket's with and without its last slash. */
function resourcePaths(request: AuthRequest): readonly string[] {
  const prefix = request.hostBucket === undefined ? "" : `/${request.hostBucket}`;
  const paths = [...canonicalPaths(request.rawPath)].reverse().map((path) => prefix + path);
  const slashed = paths.flatMap((path) => {
    if (/^\/[^/]+$/.test(path)) return [`${path}/`];
    return /^\/[^/]+\/$/.test(path) ? [path.slice(0, -1)] : [];
  });
  return [...new Set([...paths, ...slashed])];
}

interface SignedParameter {
  readonly name: string;
  readonly value: string | undefined;
}

function* subResources(
  rawQuery: string | undefined,
): Generator<{ text: string; plus: PlusMeaning }, void, undefined> {
  const meanings: readonly PlusMeaning[] = rawQuery?.includes("+") ? ["plus", "blank"] : ["blank"];
  for (const plus of meanings) {
    const parameters = decodedParameters(rawQuery, plus);
    const seen = new Set<string>();
    for (const botocore of [false, true]) {
      const signed = parameters.filter(({ name }) =>
        SUB_RESOURCES.has(name) || (botocore && BOTOCORE_SUB_RESOURCES.has(name))
      );
      // Some sign `?uploads=` as it stands, some as `?uploads`.
      for (const dropEmpty of [false, true]) {
        const text = joinParameters(signed, dropEmpty);
        if (seen.has(text)) continue;
        seen.add(text);
        yield { text, plus };
      }
    }
  }
}

function decodedParameters(
  rawQuery: string | undefined,
  plus: PlusMeaning,
): readonly SignedParameter[] {
  const decode = (text: string): string =>
    decodeToText(plus === "blank" ? text.replaceAll("+", " ") : text);
  return splitQuery(rawQuery).map(([name, value]) => ({
    name: decode(name),
    value: value === undefined ? undefined : utf8AsLatin1(decode(value)),
  })).sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function joinParameters(parameters: readonly SignedParameter[], dropEmpty: boolean): string {
  if (parameters.length === 0) return "";
  const parts = parameters.map(({ name, value }) =>
    value === undefined || (dropEmpty && value === "") ? name : `${name}=${value}`
  );
  return `?${parts.join("&")}`;
}
