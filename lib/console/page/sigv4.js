/**
 * Signature Version 4 as S3 has it, made in the browser (AWS General Reference, "Create a signed AWS API request").
 * The secret goes into WebCrypto once and cannot be read out of it again.
 *
 * @module
 */

import { percentEncode } from "./percent.js";

/**
 * @typedef {readonly (readonly [name: string, value: string])[]} Query Parameters, decoded.
 *
 * @typedef {object} Signer
 * @property {string} accessKeyId
 * @property {string} region
 * @property {(day: string) => Promise<CryptoKey>} keyOf The signing key of a day, `YYYYMMDD` in UTC.
 *
 * @typedef {object} Signable A request as it will be sent.
 * @property {string} method
 * @property {string} host With the port, unless it is the scheme's own.
 * @property {string} path Encoded.
 * @property {Query} query
 * @property {Readonly<Record<string, string>>} headers All of them are signed; names in lower case.
 * @property {Date} time
 */

const ALGORITHM = "AWS4-HMAC-SHA256";
/** Says that the signature does not cover the body. */
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
/** The longest life of a presigned URL, in seconds. */
export const MAX_PRESIGNED_SECONDS = 7 * 24 * 60 * 60;

/**
 * Takes the secret into WebCrypto.
 *
 * @param {string} secretAccessKey
 * @returns {Promise<CryptoKey>} What the signing keys are made of; it cannot be exported.
 */
export function importSecret(secretAccessKey) {
  return importSigningKey(bytesOf(`AWS4${secretAccessKey}`));
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<CryptoKey>} A key to sign with; it cannot be exported.
 */
export function importSigningKey(bytes) {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/**
 * Makes the signing key of a day: all that it can sign is requests of that day.
 *
 * @param {CryptoKey} secret What `importSecret` gave.
 * @param {string} day `YYYYMMDD`
 * @param {string} region
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function deriveSigningKey(secret, day, region) {
  let key = await hmac(secret, day);
  for (const part of [region, "s3", "aws4_request"]) {
    key = await hmac(await importSigningKey(key), part);
  }
  return key;
}

/**
 * Signs a request in its headers.
 *
 * @param {Signer} signer
 * @param {Signable} request
 * @param {string} payloadHash The body's SHA-256 in hex, or `UNSIGNED-PAYLOAD`.
 * @returns {Promise<Record<string, string>>} The headers to send: those of the request and the signature's.
 */
export async function signRequest(signer, request, payloadHash) {
  const timestamp = timestampOf(request.time);
  const headers = {
    ...request.headers,
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": timestamp,
  };
  const { signature, names } = await sign(signer, { ...request, headers }, payloadHash, timestamp);
  const credential = `${signer.accessKeyId}/${scopeOf(signer, timestamp)}`;
  return {
    ...headers,
    authorization:
      `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/**
 * Signs a request in its query, for a link that works by itself.
 *
 * @param {Signer} signer
 * @param {Signable} request
 * @param {number} seconds How long the link works, at most seven days.
 * @returns {Promise<string>} The query, encoded.
 */
export async function presign(signer, request, seconds) {
  const timestamp = timestampOf(request.time);
  const names = canonicalHeaders(request).map(([name]) => name).join(";");
  /** @type {Query} */
  const query = [
    ...request.query,
    ["X-Amz-Algorithm", ALGORITHM],
    ["X-Amz-Credential", `${signer.accessKeyId}/${scopeOf(signer, timestamp)}`],
    ["X-Amz-Date", timestamp],
    ["X-Amz-Expires", String(seconds)],
    ["X-Amz-SignedHeaders", names],
  ];
  const { signature } = await sign(signer, { ...request, query }, UNSIGNED_PAYLOAD, timestamp);
  return `${encodeQuery(query)}&X-Amz-Signature=${signature}`;
}

/**
 * A query in the order and encoding that are signed.
 *
 * @param {Query} query
 */
export function encodeQuery(query) {
  return query.map(([name, value]) => [percentEncode(name), percentEncode(value)])
    .sort(([a = "", x = ""], [b = "", y = ""]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/**
 * The SHA-256 of some bytes, in hex.
 *
 * @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes
 */
export async function sha256(bytes) {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/**
 * The UTC day of a time as signatures have it, `YYYYMMDD`.
 *
 * @param {Date} time
 */
export function dayOf(time) {
  return timestampOf(time).slice(0, 8);
}

/**
 * @param {Signer} signer
 * @param {Signable} request
 * @param {string} payloadHash
 * @param {string} timestamp
 */
async function sign(signer, request, payloadHash, timestamp) {
  const headers = canonicalHeaders(request);
  const names = headers.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    request.path,
    encodeQuery(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    payloadHash,
  ].join("\n");
  const text = [
    ALGORITHM,
    timestamp,
    scopeOf(signer, timestamp),
    await sha256(bytesOf(canonical)),
  ].join("\n");
  const key = await signer.keyOf(timestamp.slice(0, 8));
  return { signature: hexOf(await hmac(key, text)), names };
}

/**
 * @param {Signable} request
 * @returns {[string, string][]}
 */
function canonicalHeaders({ host, headers }) {
  return Object.entries({ ...headers, host })
    .map((
      [name, value],
    ) => /** @type {[string, string]} */ ([name, value.trim().replace(/ +/g, " ")]))
    .sort(([a], [b]) => compare(a, b));
}

/**
 * @param {Signer} signer
 * @param {string} timestamp
 */
function scopeOf({ region }, timestamp) {
  return `${timestamp.slice(0, 8)}/${region}/s3/aws4_request`;
}

/** @param {Date} time */
function timestampOf(time) {
  return time.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/**
 * @param {CryptoKey} key
 * @param {string} text
 */
async function hmac(key, text) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(text)));
}

/** @param {string} text */
function bytesOf(text) {
  return new TextEncoder().encode(text);
}

/** @param {Uint8Array} bytes */
function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
