/**
 * The names in a folder as a table, and which of them are selected.
 *
 * @module
 */

import { button, el, nameText } from "./dom.js";
import { formatBytes, formatTime } from "./format.js";
import { hashOf } from "./place.js";

/**
 * @import { ListedObject } from "./buckets.js"
 *
 * @typedef {object} TableActions What can be done with an object, by its key.
 * @property {(key: string) => void} open
 * @property {(key: string) => void} download
 * @property {(key: string) => void} copyLink
 * @property {((keys: readonly string[]) => void) | undefined} remove Of folders their prefixes; undefined where all can only be read.
 * @property {() => void} selected Told when other names are selected.
 */

/** A table of objects and folders. */
export class ObjectsTable {
  #bucket;
  #prefix;
  #actions;
  #rows = el("tbody");
  #all = el("input", {
    type: "checkbox",
    "aria-label": "Select all that are shown",
    onchange: () => this.#selectAll(),
  });
  #shown = 0;
  /** @type {Set<string>} Keys, and prefixes of folders. */
  #selected = new Set();

  /**
   * @param {string} bucket
   * @param {string} prefix That of the folder.
   * @param {TableActions} actions
   */
  constructor(bucket, prefix, actions) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#actions = actions;
  }

  /** How many names are shown. */
  get shown() {
    return this.#shown;
  }

  /** The selected keys, and prefixes of folders. */
  get selected() {
    return [...this.#selected];
  }

  /** Makes the table. */
  element() {
    const head = (/** @type {string} */ text, kind = "") =>
      el("th", { scope: "col", class: kind }, text);
    return el(
      "table",
      { "aria-label": "Objects" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          this.#actions.remove !== undefined &&
            el("th", { scope: "col", class: "check" }, this.#all),
          head("Name"),
          head("Size", "number"),
          head("Modified", "wide"),
          el("th", { scope: "col" }, el("span", { class: "unseen" }, "Actions")),
        ),
      ),
      this.#rows,
    );
  }

  /** Shows nothing. */
  clear() {
    this.#shown = 0;
    this.#selected.clear();
    this.#rows.replaceChildren();
    this.#showSelection();
  }

  /**
   * Shows more.
   *
   * @param {readonly string[]} folders Their prefixes.
   * @param {readonly ListedObject[]} objects
   */
  add(folders, objects) {
    this.#rows.append(
      ...folders.map((folder) => this.#folderRow(folder)),
      ...objects.map((object) => this.#objectRow(object)),
    );
    this.#shown += folders.length + objects.length;
    this.#showSelection();
  }

  /** @param {string} prefix */
  #folderRow(prefix) {
    const name = prefix.slice(this.#prefix.length);
    const { remove } = this.#actions;
    return el(
      "tr",
      {},
      this.#checkCell(prefix, name),
      el("th", { scope: "row" }, el("a", { href: hashOf(this.#bucket, prefix) }, nameText(name))),
      el("td", { class: "number" }),
      el("td", { class: "wide" }),
      el(
        "td",
        { class: "actions" },
        remove !== undefined &&
          button("Delete", () => remove([prefix]), { "aria-label": `Delete folder ${name}` }),
      ),
    );
  }

  /** @param {ListedObject} object */
  #objectRow({ key, size, lastModified }) {
    const name = key.slice(this.#prefix.length);
    const { open, download, copyLink, remove } = this.#actions;
    return el(
      "tr",
      {},
      this.#checkCell(key, name),
      el(
        "th",
        { scope: "row" },
        el(
          "button",
          { type: "button", class: "link", onclick: () => open(key) },
          nameText(name),
        ),
      ),
      el("td", { class: "number" }, formatBytes(size)),
      el("td", { class: "wide" }, formatTime(lastModified)),
      el(
        "td",
        { class: "actions" },
        button("Download", () => download(key), {
          "aria-label": `Download ${name}`,
        }),
        button("Copy link", () => copyLink(key), {
          "aria-label": `Copy link to ${name}`,
        }),
        remove !== undefined &&
          button("Delete", () => remove([key]), { "aria-label": `Delete ${name}` }),
      ),
    );
  }

  /**
   * @param {string} key
   * @param {string} name
   */
  #checkCell(key, name) {
    if (this.#actions.remove === undefined) return undefined;
    const box = el("input", {
      type: "checkbox",
      "aria-label": `Select ${name}`,
      onchange: () => {
        if (box.checked) this.#selected.add(key);
        else this.#selected.delete(key);
        this.#showSelection();
      },
    });
    box.value = key;
    return el("td", { class: "check" }, box);
  }

  #selectAll() {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
      this.#rows.querySelectorAll("input[type=checkbox]")
    );
    this.#selected.clear();
    for (const box of boxes) {
      box.checked = this.#all.checked;
      if (box.checked) this.#selected.add(box.value);
    }
    this.#showSelection();
  }

  #showSelection() {
    const count = this.#selected.size;
    this.#all.checked = count > 0 && count === this.#shown;
    this.#all.indeterminate = count > 0 && count < this.#shown;
    this.#actions.selected();
  }
}
