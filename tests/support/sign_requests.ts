/**
 * Signs requests in all four ways, made from AWS's documents and independent of the code under test.
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";
import type { RawRequest } from "./raw_connection.ts";

/** What the credential of SigV4 names besides the key. */
export interface Scope {
  /** `yyyymmdd`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

/** Who signs, for what host, and when. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The Host header, with its port. */
  readonly host: string;
  /** The time that is signed. */
  readonly now: Date;
  /** What of the scope is another than S3 wants, signed all the same. */
  readonly scope?: Partial<Scope>;
  /** Headers that SigV4 leaves unsigned, names in lower case. Default none. */
  readonly unsigned?: readonly string[];
  /** The bucket, where the Host header names it: SigV2 signs it as part of the path. */
  readonly hostBucket?: string;
}

/** A signed request, with the signature in hex where it is SigV4's. */
export interface Signed extends RawRequest {
  readonly signature: string;
}

const EMPTY = new Uint8Array(0);

/** SHA-256 in hex; of text, a character a byte. */
export const sha256Hex = (data: Uint8Array | string): string =>
  (typeof data === "string"
    ? createHash("sha256").update(data, "latin1")
    : createHash("sha256").update(data)).digest("hex");

/** SigV4's timestamp. */
export const isoBasic = (time: Date): string => time.toISOString().replace(/[-:]|\.\d{3}/g, "");

/**
 * SigV4 in the Authorization header; all headers of the request are signed.
 *
 * @param payloadHash Of the body unless told otherwise.
 */
export function signHeaderV4(
  request: RawRequest,
  signer: Signer,
  payloadHash: string = sha256Hex(request.body ?? EMPTY),
): Signed {
  const timestamp = isoBasic(signer.now);
  const headers = {
    ...request.headers,
    "x-amz-date": timestamp,
    "x-amz-content-sha256": payloadHash,
  };
  const [path, query = ""] = splitTarget(request.target);
  const lines = signedLines(headers, signer);
  const names = lines.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    escaped(path),
    canonicalQuery(query),
    ...lines.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    payloadHash,
  ].join("\n");
  const signature = signatureV4(canonical, timestamp, signer);
  const credential = `${signer.accessKeyId}/${scopeOf(timestamp, signer)}`;
  return {
    ...request,
    headers: {
      ...headers,
      Host: signer.host,
      Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, ` +
        `Signature=${signature}`,
    },
    signature,
  };
}

/**
 * SigV4 in the query: a presigned URL that signs `host` and the request's headers. The body is covered if
 * `x-amz-content-sha256` is one of them.
 */
export function signQueryV4(request: RawRequest, signer: Signer, expires = 300): Signed {
  const timestamp = isoBasic(signer.now);
  const [path, query = ""] = splitTarget(request.target);
  const lines = signedLines(request.headers, signer);
  const names = lines.map(([name]) => name).join(";");
  const parameters = [
    ...(query === "" ? [] : [query]),
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encodeURIComponent(`${signer.accessKeyId}/${scopeOf(timestamp, signer)}`)}`,
    `X-Amz-Date=${timestamp}`,
    `X-Amz-Expires=${expires}`,
    `X-Amz-SignedHeaders=${encodeURIComponent(names)}`,
  ].join("&");
  const canonical = [
    request.method,
    escaped(path),
    canonicalQuery(parameters),
    ...lines.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    request.headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD",
  ].join("\n");
  const signature = signatureV4(canonical, timestamp, signer);
  return {
    ...request,
    target: `${path}?${parameters}&X-Amz-Signature=${signature}`,
    headers: { ...request.headers, Host: signer.host },
    signature,
  };
}

/** SigV2 in the Authorization header. */
export function signHeaderV2(request: RawRequest, signer: Signer): Signed {
  const headers = { ...request.headers, Date: signer.now.toUTCString() };
  const signature = signatureV2({ ...request, headers }, signer, headers.Date);
  const authorization = `AWS ${signer.accessKeyId}:${signature}`;
  return {
    ...request,
    headers: { ...headers, Host: signer.host, Authorization: authorization },
    signature,
  };
}

/** SigV2 in the query. */
export function signQueryV2(request: RawRequest, signer: Signer, seconds = 300): Signed {
  const expires = String(Math.floor(signer.now.getTime() / 1000) + seconds);
  const signature = signatureV2(request, signer, expires);
  const join = request.target.includes("?") ? "&" : "?";
  const target = `${request.target}${join}AWSAccessKeyId=${signer.accessKeyId}` +
    `&Expires=${expires}&Signature=${encodeURIComponent(signature)}`;
  return { ...request, target, headers: { ...request.headers, Host: signer.host }, signature };
}

function signatureV4(canonical: string, timestamp: string, signer: Signer): string {
  const scope = scopeOf(timestamp, signer);
  const text = ["AWS4-HMAC-SHA256", timestamp, scope, sha256Hex(canonical)].join("\n");
  return createHmac("sha256", signingKeyV4(timestamp, signer)).update(text).digest("hex");
}

/** SigV4's signing key: the chain of HMACs over the scope. */
export const signingKeyV4 = (timestamp: string, signer: Signer): string | Uint8Array =>
  scopeOf(timestamp, signer).split("/")
    .reduce<string | Uint8Array>(hmac, `AWS4${signer.secretAccessKey}`);

/** The sub-resources of "Signing and authenticating REST requests". */
const SIGNED_BY_V2 = new RegExp(
  "^(acl|cors|delete|lifecycle|location|logging|notification|partNumber|policy|requestPayment|" +
    "restore|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website|" +
    "response-[a-z-]+)$",
);

/** Whether SigV2 signs a query parameter. */
export const isSignedByV2 = (name: string): boolean => SIGNED_BY_V2.test(name);

function signatureV2(request: RawRequest, signer: Signer, date: string): string {
  const headers = new Map(headerLines(request.headers));
  const amz = [...headers].filter(([name]) => name.startsWith("x-amz-"));
  const [path, query = ""] = splitTarget(request.target);
  const parameters = query.split("&").filter((part) => isSignedByV2(part.split("=")[0] ?? ""));
  const text = [
    request.method,
    headers.get("content-md5") ?? "",
    headers.get("content-type") ?? "",
    date,
    ...amz.map(([name, value]) => `${name}:${value}`),
    (signer.hostBucket === undefined ? "" : `/${signer.hostBucket}`) + path +
    (parameters.length === 0 ? "" : `?${parameters.sort().join("&")}`),
  ].join("\n");
  return createHmac("sha1", signer.secretAccessKey).update(text).digest("base64");
}

/** The scope of a credential, as text. */
export function scopeOf(timestamp: string, { scope = {} }: Signer): string {
  const { date = timestamp.slice(0, 8), region = "us-east-1", service = "s3" } = scope;
  return [date, region, service, scope.terminator ?? "aws4_request"].join("/");
}

const hmac = (key: string | Uint8Array, text: string): Uint8Array =>
  createHmac("sha256", key).update(text).digest();

const splitTarget = (target: string): readonly [string, string?] => {
  const question = target.indexOf("?");
  return question < 0 ? [target] : [target.slice(0, question), target.slice(question + 1)];
};

const signedLines = (
  headers: Readonly<Record<string, string>>,
  { host, unsigned = [] }: Signer,
): (readonly [string, string])[] =>
  headerLines({ ...headers, host }).filter(([name]) => !unsigned.includes(name));

/** Names that differ in case only are lines of one header, which are joined by a comma. */
function headerLines(headers: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const lines = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]);
  const byName = Map.groupBy(lines, ([name = ""]) => name);
  return [...byName].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, values]) => [name, values.map(([, value]) => value).join(",")] as const);
}

/** Every byte but the unreserved ones and `/` escaped, whatever was escaped before. */
const escaped = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    .replace(
      /[^A-Za-z0-9\-._~/]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );

const canonicalQuery = (query: string): string =>
  query.split("&").filter((part) => part !== "")
    .map((part) => {
      const [name = "", ...value] = part.split("=");
      return `${escaped(name)}=${escaped(value.join("=")).replaceAll("/", "%2F")}`;
    })
    .sort()
    .join("&");
