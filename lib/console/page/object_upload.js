/**
 * The upload of one file: in one request or, if it is large, in parts that go out in parallel.
 *
 * @module
 */

import { escapeXml } from "./deletes.js";
import { textOf } from "./buckets.js";
import { S3Failure } from "./s3_failure.js";

/**
 * @import { S3Client } from "./s3_client.js"
 * @import { Slots } from "./slots.js"
 * @import { Answer } from "./transport.js"
 */

const MIB = 1024 * 1024;
/** Larger files go in parts. */
const MAX_WHOLE_BYTES = 16 * MIB;
const MIN_PART_BYTES = 8 * MIB;
const MAX_PARTS = 10_000;

/** There is an object of this name already. */
export class KeyTaken extends Error {
  name = "KeyTaken";
  message = "There is an object of this name already.";
}

/** A file on its way; what has arrived stays when it is run again. */
export class ObjectUpload {
  /** Bytes that were stored already and so did not have to be sent on by the gateway, as far as it tells. */
  deduplicatedBytes = 0;
  #client;
  #slots;
  #target;
  #file;
  /** @type {string | undefined} */
  #uploadId;
  /** @type {Map<number, string>} Entity tags of the parts that have arrived. */
  #etags = new Map();
  /** @type {Map<number, number>} Bytes that have gone out, by part. */
  #sent = new Map();

  /**
   * @param {S3Client} client
   * @param {Slots} slots Shared by all requests that send bytes.
   * @param {{ readonly bucket: string, readonly key: string }} target
   * @param {File} file
   */
  constructor(client, slots, target, file) {
    this.#client = client;
    this.#slots = slots;
    this.#target = target;
    this.#file = file;
  }

  /**
   * Sends what is not there yet, and makes the object.
   *
   * @param {object} options
   * @param {boolean} options.replace Whether an object of this name is overwritten.
   * @param {AbortSignal} options.signal
   * @param {(sentBytes: number) => void} options.onProgress
   * @throws {KeyTaken} If there is one and it is not to be overwritten.
   */
  async run({ replace, signal, onProgress }) {
    const told = (/** @type {number} */ part, /** @type {number} */ bytes) => {
      this.#sent.set(part, bytes);
      onProgress(this.#sent.values().reduce((sum, sent) => sum + sent, 0));
    };
    try {
      if (this.#file.size <= MAX_WHOLE_BYTES) await this.#putWhole(replace, signal, told);
      else await this.#putParts(replace, signal, told);
    } catch (error) {
      if (!(error instanceof S3Failure)) throw error;
      if (error.code === "NoSuchUpload") this.#forget();
      throw error.code === "PreconditionFailed" ? new KeyTaken() : error;
    }
  }

  /** Has the gateway forget the parts of an upload that will not be finished. */
  async discard() {
    const uploadId = this.#uploadId;
    if (uploadId === undefined) return;
    this.#forget();
    await this.#client.send({
      method: "DELETE",
      ...this.#target,
      query: [["uploadId", uploadId]],
    });
  }

  /**
   * @param {boolean} replace
   * @param {AbortSignal} signal
   * @param {(part: number, bytes: number) => void} told
   */
  #putWhole(replace, signal, told) {
    return this.#slots.run(signal, async () => {
      const answer = await this.#client.send({
        method: "PUT",
        ...this.#target,
        headers: { ...this.#typeHeader(), ...unlessThere(replace) },
        body: this.#file,
        signal,
        onSent: (bytes) => told(1, bytes),
      });
      this.#count(answer);
    });
  }

  /**
   * @param {boolean} replace
   * @param {AbortSignal} signal
   * @param {(part: number, bytes: number) => void} told
   */
  async #putParts(replace, signal, told) {
    // Better told before gigabytes have gone out; what comes in between is told at the end.
    if (!replace && this.#uploadId === undefined && await this.#isTaken(signal)) {
      throw new KeyTaken();
    }
    const uploadId = this.#uploadId ??= await this.#begin(signal);
    const partBytes = partBytesOf(this.#file.size);
    const count = Math.ceil(this.#file.size / partBytes);
    const failed = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    const missing = Array.from({ length: count }, (_, index) => index + 1)
      .filter((number) => !this.#etags.has(number));
    const sending = missing.map((number) =>
      this.#slots.run(stop, async () => {
        const answer = await this.#client.send({
          method: "PUT",
          ...this.#target,
          query: [["partNumber", String(number)], ["uploadId", uploadId]],
          body: this.#file.slice((number - 1) * partBytes, number * partBytes),
          signal: stop,
          onSent: (bytes) => told(number, bytes),
        });
        this.#etags.set(number, answer.header("etag") ?? "");
        this.#count(answer);
      }).catch((error) => {
        failed.abort(error);
        throw error;
      })
    );
    // All have ended before anything else is done with the upload.
    await Promise.allSettled(sending);
    await Promise.all(sending);
    await this.#complete(uploadId, count, replace, signal);
  }

  /** @param {AbortSignal} signal */
  async #isTaken(signal) {
    try {
      await this.#client.send({ method: "HEAD", ...this.#target, signal });
      return true;
    } catch (error) {
      if (error instanceof S3Failure && error.status === 404) return false;
      throw error;
    }
  }

  /** @param {AbortSignal} signal */
  async #begin(signal) {
    const { document } = await this.#client.send({
      method: "POST",
      ...this.#target,
      query: [["uploads", ""]],
      headers: this.#typeHeader(),
      signal,
    });
    return textOf(document?.documentElement, "UploadId");
  }

  /**
   * @param {string} uploadId
   * @param {number} count
   * @param {boolean} replace
   * @param {AbortSignal} signal
   */
  async #complete(uploadId, count, replace, signal) {
    const parts = Array.from({ length: count }, (_, index) => {
      const etag = escapeXml(this.#etags.get(index + 1) ?? "");
      return `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`;
    });
    await this.#client.send({
      method: "POST",
      ...this.#target,
      query: [["uploadId", uploadId]],
      headers: { "content-type": "application/xml", ...unlessThere(replace) },
      body: `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`,
      signal,
    });
    this.#uploadId = undefined;
  }

  #forget() {
    this.#uploadId = undefined;
    this.#etags.clear();
    this.#sent.clear();
  }

  #typeHeader() {
    return { "content-type": this.#file.type || "application/octet-stream" };
  }

  /** @param {Answer} answer */
  #count(answer) {
    this.deduplicatedBytes += Number(answer.header("x-hugbucket-bytes-deduplicated") ?? 0);
  }
}

/**
 * @param {boolean} replace
 * @returns {Record<string, string>}
 */
function unlessThere(replace) {
  return replace ? {} : { "if-none-match": "*" };
}

/**
 * The size of parts, in bytes: whole MiB, so many that 10,000 are enough.
 *
 * @param {number} size
 */
export function partBytesOf(size) {
  return Math.max(MIN_PART_BYTES, Math.ceil(size / MAX_PARTS / MIB) * MIB);
}
