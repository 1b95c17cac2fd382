/**
 * All uploads of the page: which wait, which run, what became of them.
 *
 * @module
 */

import { KeyTaken, ObjectUpload } from "./object_upload.js";
import { describeError } from "./s3_failure.js";
import { Slots } from "./slots.js";

/**
 * @import { S3Client } from "./s3_client.js"
 *
 * @typedef {"waiting" | "running" | "done" | "failed" | "taken" | "canceled"} UploadState
 *
 * @typedef {object} Upload
 * @property {string} bucket
 * @property {string} key
 * @property {number} size
 * @property {UploadState} state
 * @property {number} sentBytes
 * @property {number} deduplicatedBytes
 * @property {string} [problem] Why it failed.
 * @property {(replace: boolean) => void} start Again, if need be.
 * @property {() => void} cancel
 */

const FILES_AT_ONCE = 3;
const REQUESTS_AT_ONCE = 4;

/** Uploads, and who is told of them. */
export class UploadQueue {
  /** @type {Upload[]} */
  uploads = [];
  #client;
  #onChange;
  #files = new Slots(FILES_AT_ONCE);
  #requests = new Slots(REQUESTS_AT_ONCE);

  /**
   * @param {S3Client} client
   * @param {(upload: Upload) => void} onChange Told of each change of an upload.
   */
  constructor(client, onChange) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** Whether leaving the page would break some off. */
  get isBusy() {
    return this.uploads.some(({ state }) => state === "waiting" || state === "running");
  }

  /**
   * Adds a file and begins when its turn comes.
   *
   * @param {{ readonly bucket: string, readonly key: string }} target
   * @param {File} file
   */
  add(target, file) {
    const sending = new ObjectUpload(this.#client, this.#requests, target, file);
    let stop = new AbortController();
    /** @type {Upload} */
    const upload = {
      ...target,
      size: file.size,
      state: "waiting",
      sentBytes: 0,
      deduplicatedBytes: 0,
      start: (replace) => {
        stop = new AbortController();
        this.#set(upload, { state: "waiting" });
        delete upload.problem;
        const { signal } = stop;
        this.#files.run(signal, () => this.#run(upload, sending, replace, signal))
          .catch(() => this.#set(upload, { state: "canceled" }));
      },
      cancel: () => {
        stop.abort(new DOMException("Canceled", "AbortError"));
        this.#set(upload, { state: "canceled" });
        this.#discard(sending);
      },
    };
    this.uploads.push(upload);
    upload.start(false);
  }

  /** Forgets what is over. */
  clear() {
    this.uploads = this.uploads.filter(({ state }) => state !== "done" && state !== "canceled");
  }

  /**
   * @param {Upload} upload
   * @param {ObjectUpload} sending
   * @param {boolean} replace
   * @param {AbortSignal} signal
   */
  async #run(upload, sending, replace, signal) {
    this.#set(upload, { state: "running" });
    try {
      await sending.run({
        replace,
        signal,
        onProgress: (sentBytes) => this.#set(upload, { sentBytes }),
      });
      const { deduplicatedBytes } = sending;
      this.#set(upload, { state: "done", sentBytes: upload.size, deduplicatedBytes });
    } catch (error) {
      if (signal.aborted) return this.#discard(sending);
      if (error instanceof KeyTaken) this.#set(upload, { state: "taken", problem: error.message });
      else this.#set(upload, { state: "failed", problem: describeError(error) });
    }
  }

  /**
   * The gateway forgets the parts by itself after a day if it cannot be told.
   *
   * @param {ObjectUpload} sending
   */
  async #discard(sending) {
    try {
      await sending.discard();
    } catch (error) {
      console.warn("The parts of a canceled upload were not removed:", describeError(error));
    }
  }

  /**
   * @param {Upload} upload
   * @param {Partial<Upload>} change
   */
  #set(upload, change) {
    if (upload.state === "canceled" && change.state === undefined) return;
    Object.assign(upload, change);
    this.#onChange(upload);
  }
}
