/**
 * S3 requests of the page: signed, repeated where that helps, refused with what S3 says.
 *
 * @module
 */

import { pathOf } from "./percent.js";
import { failureOf } from "./s3_failure.js";
import { encodeQuery, presign, sha256, signRequest, UNSIGNED_PAYLOAD } from "./sigv4.js";
import { NoAnswer, send } from "./transport.js";

/**
 * @import { Query, Signer } from "./sigv4.js"
 * @import { Answer } from "./transport.js"
 * @import { S3Failure } from "./s3_failure.js"
 *
 * @typedef {object} S3Request
 * @property {string} method
 * @property {string} [bucket]
 * @property {string} [key]
 * @property {Query} [query]
 * @property {Readonly<Record<string, string>>} [headers] Names in lower case.
 * @property {Blob | string} [body]
 * @property {boolean} [asBytes] Whether the answer is bytes and no document.
 * @property {AbortSignal} [signal]
 * @property {(sentBytes: number) => void} [onSent] Told how much of the body has gone out; falls when it is sent again.
 */

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 20_000;
/** Of longer bodies the signature does not cover the bytes: they would have to be in memory for it. */
const MAX_HASHED_BYTES = 64 * 1024 * 1024;
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Speaks S3 with the gateway that the page came from. */
export class S3Client {
  /** How far the gateway's clock is ahead of this one. */
  #skewMs = 0;
  #signer;

  /** @param {Signer | undefined} signer Who signs; nobody where authentication is off. */
  constructor(signer) {
    this.#signer = signer;
  }

  /**
   * Sends a request, again if there is no answer or the gateway is too busy.
   *
   * @param {S3Request} request
   * @returns {Promise<Answer>} A good one.
   * @throws {S3Failure | NoAnswer}
   */
  async send(request) {
    const { signal } = request;
    for (let attempt = 1;; attempt++) {
      let retryAfter;
      try {
        const answer = await this.#sendOnce(request);
        const failure = failureOf(answer);
        if (failure === undefined) return answer;
        const mendsClock = failure.code === "RequestTimeTooSkewed" && attempt === 1 &&
          this.#readClock(answer);
        if (!mendsClock && (failure.status < 500 || failure.status === 501)) throw failure;
        if (attempt >= ATTEMPTS) throw failure;
        if (mendsClock) continue;
        retryAfter = Number(answer.header("retry-after") ?? 0) * 1000;
      } catch (error) {
        if (!(error instanceof NoAnswer) || attempt >= ATTEMPTS) throw error;
      }
      request.onSent?.(0);
      await pause(pauseBefore(attempt, retryAfter), signal);
    }
  }

  /**
   * A link to an object that works without signing in.
   *
   * @param {{ readonly bucket: string, readonly key: string, readonly query?: Query }} object
   * @param {number} seconds How long it works.
   */
  async link({ bucket, key, query = [] }, seconds) {
    const path = pathOf(bucket, key);
    // Without signatures nothing may be asked for in the query.
    if (this.#signer === undefined) return `${location.origin}${path}`;
    const request = {
      method: "GET",
      host: location.host,
      path,
      query,
      headers: {},
      time: this.#now(),
    };
    return `${location.origin}${path}?${await presign(this.#signer, request, seconds)}`;
  }

  /**
   * @param {S3Request} request
   * @returns {Promise<Answer>}
   */
  async #sendOnce({ method, bucket, key, query = [], headers = {}, body, ...rest }) {
    const path = pathOf(bucket, key);
    const { payloadHash, bytes } = await readBody(body);
    const target = query.length === 0 ? path : `${path}?${encodeQuery(query)}`;
    const signed = this.#signer === undefined
      ? { ...headers, "x-amz-content-sha256": payloadHash }
      : await signRequest(
        this.#signer,
        { method, host: location.host, path, query, headers, time: this.#now() },
        payloadHash,
      );
    return await send({
      method,
      url: target,
      headers: signed,
      ...(bytes !== undefined && { body: bytes }),
      ...rest,
    });
  }

  #now() {
    return new Date(Date.now() + this.#skewMs);
  }

  /** @param {Answer} answer */
  #readClock(answer) {
    const theirs = Date.parse(answer.header("date") ?? "");
    if (Number.isNaN(theirs)) return false;
    this.#skewMs = theirs - Date.now();
    return true;
  }
}

/**
 * @param {Blob | string | undefined} body
 * @returns {Promise<{ payloadHash: string, bytes?: XMLHttpRequestBodyInit }>}
 */
async function readBody(body) {
  if (body === undefined) return { payloadHash: EMPTY_SHA256 };
  if (body instanceof Blob && body.size > MAX_HASHED_BYTES) {
    return { payloadHash: UNSIGNED_PAYLOAD, bytes: body };
  }
  const bytes = typeof body === "string"
    ? new TextEncoder().encode(body)
    : await body.arrayBuffer();
  return { payloadHash: await sha256(bytes), bytes };
}

/**
 * @param {number} attempt
 * @param {number} [retryAfterMs]
 */
function pauseBefore(attempt, retryAfterMs = 0) {
  const most = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
  return Math.max(Math.min(retryAfterMs, LONGEST_PAUSE_MS), most * (0.5 + Math.random() / 2));
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
