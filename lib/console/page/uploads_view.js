/**
 * The uploads of the page: how far they are, and what can be done with those that are not done.
 *
 * @module
 */

import { button, el, nameText } from "./dom.js";
import { formatBytes, formatCount } from "./format.js";

/**
 * @import { Upload, UploadQueue, UploadState } from "./upload_queue.js"
 *
 * @typedef {object} Row
 * @property {HTMLElement} element
 * @property {HTMLProgressElement} progress
 * @property {HTMLElement} text
 * @property {HTMLElement} actions
 * @property {UploadState | undefined} state What the actions are made for.
 */

/** How often it is drawn anew. */
const PAUSE_MS = 100;
/** More are not shown one by one. */
const MAX_ROWS = 200;
/** @type {Readonly<Record<UploadState, string>>} */
const STATES = {
  waiting: "waiting",
  running: "",
  done: "done",
  failed: "failed",
  taken: "not uploaded",
  canceled: "canceled",
};

/** Shows the uploads of a queue. */
export class UploadsView {
  /** @type {Map<Upload, Row>} */
  #rows = new Map();
  #list = el("ul", { class: "uploads" });
  #summary = el("p");
  #spoken = el("p", { role: "status", class: "unseen" });
  #replaceAll = button("Replace all that exist", () => this.#startAll("taken", true));
  #retryAll = button("Retry all that failed", () => this.#startAll("failed", false));
  #queue;
  /** @type {Set<Upload>} */
  #changed = new Set();
  /** @type {number | undefined} */
  #timer;

  /** @param {UploadQueue} queue */
  constructor(queue) {
    this.#queue = queue;
    this.element = el(
      "section",
      { "aria-label": "Uploads", class: "panel", hidden: true },
      el("h2", {}, "Uploads"),
      this.#summary,
      this.#spoken,
      this.#list,
      el(
        "p",
        { class: "actions" },
        this.#replaceAll,
        this.#retryAll,
        button("Clear finished", () => this.#clear()),
      ),
    );
  }

  /**
   * Takes note of a change.
   *
   * @param {Upload} upload
   */
  changed(upload) {
    this.#changed.add(upload);
    this.#timer ??= setTimeout(() => this.#draw(), PAUSE_MS);
  }

  #draw() {
    this.#timer = undefined;
    for (const upload of this.#changed) {
      const row = this.#rows.get(upload) ?? this.#addRow(upload);
      if (row !== undefined) drawRow(row, upload);
    }
    this.#changed.clear();
    this.#drawSummary();
  }

  /** @param {Upload} upload */
  #addRow(upload) {
    if (this.#rows.size >= MAX_ROWS && !this.#dropFinished()) return undefined;
    const text = el("span", { class: "hint" });
    const actions = el("span", { class: "actions" });
    const progress = el("progress", { max: 1, value: 0, "aria-label": `Upload of ${upload.key}` });
    const element = el("li", {}, nameText(upload.key), progress, text, actions);
    const row = { element, progress, text, actions, state: undefined };
    this.#rows.set(upload, row);
    this.#list.append(element);
    return row;
  }

  #dropFinished() {
    for (const [upload, { element }] of this.#rows) {
      if (upload.state !== "done" && upload.state !== "canceled") continue;
      element.remove();
      return this.#rows.delete(upload);
    }
    return false;
  }

  #drawSummary() {
    const { uploads } = this.#queue;
    const count = (/** @type {UploadState} */ state) =>
      uploads.filter((upload) => upload.state === state).length;
    const sum = (/** @type {"size" | "sentBytes" | "deduplicatedBytes"} */ what) =>
      uploads.reduce((total, upload) => total + upload[what], 0);
    const counts = [
      `${count("done")} of ${formatCount(uploads.length, "file")} uploaded`,
      count("taken") > 0 && `${count("taken")} exist already`,
      count("failed") > 0 && `${count("failed")} failed`,
      count("canceled") > 0 && `${count("canceled")} canceled`,
    ].filter(Boolean).join(", ");
    const saved = sum("deduplicatedBytes");
    const bytes = `${formatBytes(sum("sentBytes"))} of ${formatBytes(sum("size"))}`;
    this.#summary.textContent = saved === 0
      ? `${counts}; ${bytes}.`
      : `${counts}; ${bytes}. Deduplication saved ${formatBytes(saved)}: they were stored already.`;
    if (this.#spoken.textContent !== counts) this.#spoken.textContent = counts;
    this.#replaceAll.hidden = count("taken") === 0;
    this.#retryAll.hidden = count("failed") === 0;
    this.element.hidden = uploads.length === 0;
  }

  /**
   * @param {UploadState} state
   * @param {boolean} replace
   */
  #startAll(state, replace) {
    for (const upload of this.#queue.uploads) if (upload.state === state) upload.start(replace);
  }

  #clear() {
    this.#queue.clear();
    for (const [upload, { element }] of this.#rows) {
      if (this.#queue.uploads.includes(upload)) continue;
      element.remove();
      this.#rows.delete(upload);
    }
    this.#drawSummary();
  }
}

/**
 * @param {Row} row
 * @param {Upload} upload
 */
function drawRow(row, upload) {
  const { state, sentBytes, size, deduplicatedBytes, problem } = upload;
  row.progress.value = size === 0 ? Number(state === "done") : Math.min(sentBytes / size, 1);
  row.progress.hidden = state !== "running" && state !== "waiting";
  const saved = deduplicatedBytes > 0 && state === "done" &&
    `${formatBytes(deduplicatedBytes)} stored already`;
  const done = state === "running" ? `${formatBytes(sentBytes)} of` : STATES[state];
  row.text.textContent = [
    state === "running" ? `${done} ${formatBytes(size)}` : `${formatBytes(size)}, ${done}`,
    saved,
    problem,
  ].filter(Boolean).join("; ");
  if (row.state === state) return;
  row.state = state;
  const label = (/** @type {string} */ action) => ({ "aria-label": `${action} ${upload.key}` });
  const isGoing = state === "waiting" || state === "running";
  const buttons = [
    isGoing && button("Cancel", () => upload.cancel(), label("Cancel upload of")),
    state === "failed" && button("Retry", () => upload.start(false), label("Retry upload of")),
    state === "taken" && button("Replace", () => upload.start(true), label("Replace")),
    (state === "failed" || state === "taken") &&
    button("Skip", () => upload.cancel(), label("Skip upload of")),
  ];
  row.actions.replaceChildren(...buttons.filter((one) => one !== false));
}
