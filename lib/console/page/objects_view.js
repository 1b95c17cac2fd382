/**
 * A bucket or a folder: what it holds, and what can be done with it.
 *
 * @module
 */

import { keysUnder, listPage, repoKindOf } from "./buckets.js";
import { filesOfDrop, filesOfInput } from "./chosen_files.js";
import { deleteObjects } from "./deletes.js";
import { asked, confirmed } from "./dialogs.js";
import { button, el, nameText, newId, visible } from "./dom.js";
import { formatBytes, formatCount, formatTime } from "./format.js";
import { copyLink, download } from "./links.js";
import { doing, tell } from "./notices.js";
import { openDetails } from "./details_dialog.js";
import { hashOf } from "./place.js";

/**
 * @import { ListedObject } from "./buckets.js"
 * @import { ChosenFile } from "./chosen_files.js"
 * @import { S3Client } from "./s3_client.js"
 * @import { UploadQueue } from "./upload_queue.js"
 */

const PAGE_SIZE = 500;

/** What a folder shows. */
export class ObjectsView {
  #client;
  #uploads;
  #bucket;
  #prefix;
  #signal;
  #isReadOnly;
  #rows = el("tbody");
  #more = button("Show more", () => this.#loadMore(), { hidden: true });
  #all = el("input", {
    type: "checkbox",
    "aria-label": "Select all that are shown",
    onchange: () => this.#selectAll(),
  });
  #deleteSelected = button("Delete selected", () => this.#removeSelected(), { disabled: true });
  #start = el("input", { id: newId(), type: "search", autocomplete: "off", spellcheck: "false" });
  /** @type {string | undefined} */
  #next;
  #shown = 0;
  /** @type {Set<string>} Keys, and prefixes of folders. */
  #selected = new Set();
  /** @type {AbortController | undefined} */
  #loading;

  /**
   * @param {object} parts
   * @param {S3Client} parts.client
   * @param {UploadQueue} parts.uploads
   * @param {string} parts.bucket
   * @param {string} parts.prefix
   * @param {AbortSignal} parts.signal Aborted when the user goes elsewhere.
   */
  constructor({ client, uploads, bucket, prefix, signal }) {
    this.#client = client;
    this.#uploads = uploads;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#signal = signal;
    this.#isReadOnly = repoKindOf(bucket) !== undefined;
  }

  /** Makes the view and begins to load. */
  open() {
    this.reload();
    if (!this.#isReadOnly) this.#takeDrops();
    const kind = repoKindOf(this.#bucket);
    return el(
      "main",
      {},
      this.#path(),
      kind !== undefined && el(
        "p",
        { class: "hint" },
        `A ${kind} of the Hugging Face Hub. It can be read here, and is changed with the Hub's own tools.`,
      ),
      this.#toolbar(),
      el(
        "form",
        {
          class: "toolbar",
          role: "search",
          onsubmit: (event) => {
            event.preventDefault();
            this.reload();
          },
        },
        el("label", { for: this.#start.id }, "Names that begin with"),
        this.#start,
        el("button", {}, "Find"),
      ),
      this.#table(),
      el("p", { class: "toolbar" }, this.#more),
    );
  }

  /** Shows the folder from its beginning. */
  reload() {
    this.#loading?.abort(new DOMException("Loaded anew", "AbortError"));
    this.#next = undefined;
    this.#shown = 0;
    this.#selected.clear();
    this.#rows.replaceChildren();
    this.#showSelection();
    return this.#loadMore();
  }

  #loadMore() {
    const loading = this.#loading = new AbortController();
    const signal = AbortSignal.any([loading.signal, this.#signal]);
    this.#more.disabled = true;
    return doing("Loading…", async () => {
      const { folders, objects, next } = await listPage(this.#client, this.#bucket, {
        prefix: this.#prefix + this.#start.value,
        pageSize: PAGE_SIZE,
        signal,
        ...(this.#next !== undefined && { token: this.#next }),
      });
      signal.throwIfAborted();
      const own = objects.filter(({ key }) => key !== this.#prefix);
      this.#rows.append(
        ...folders.map((folder) => this.#folderRow(folder)),
        ...own.map((object) => this.#objectRow(object)),
      );
      this.#next = next;
      this.#shown += folders.length + own.length;
      this.#more.hidden = next === undefined;
      this.#showSelection();
      if (next !== undefined) {
        return `${formatCount(this.#shown, "name")} shown, and there are more.`;
      }
      return this.#shown === 0 ? "Nothing is here." : formatCount(this.#shown, "name");
    }).finally(() => this.#more.disabled = false);
  }

  #path() {
    const segments = this.#prefix.split("/").slice(0, -1);
    /** @type {HTMLElement[]} */
    const items = [el("li", {}, el("a", { href: hashOf() }, "Buckets"))];
    const crumb = (/** @type {string} */ name, /** @type {string} */ prefix) => {
      const isHere = prefix === this.#prefix;
      const text = nameText(name === "" ? "(no name)" : name);
      items.push(
        el(
          "li",
          {},
          isHere
            ? el("h1", { tabindex: -1 }, text)
            : el("a", { href: hashOf(this.#bucket, prefix) }, text),
        ),
      );
    };
    crumb(this.#bucket, "");
    segments.forEach((name, index) => crumb(name, `${segments.slice(0, index + 1).join("/")}/`));
    return el("nav", { "aria-label": "Path" }, el("ol", { class: "path" }, ...items));
  }

  #toolbar() {
    if (this.#isReadOnly) {
      return el("p", { class: "toolbar" }, button("Reload", () => this.reload()));
    }
    const files = this.#chooser("Files to upload", { multiple: true });
    const folder = this.#chooser("Folder to upload", { webkitdirectory: true });
    return el(
      "div",
      { class: "toolbar" },
      button("Upload files", () => files.click(), { class: "primary" }),
      button("Upload folder", () => folder.click()),
      button("New folder", () => this.#createFolder()),
      this.#deleteSelected,
      button("Reload", () => this.reload()),
      files,
      folder,
      el("span", { class: "hint wide" }, "or drop files and folders here"),
    );
  }

  /**
   * @param {string} label
   * @param {import("./dom.js").Attributes} attributes
   */
  #chooser(label, attributes) {
    const input = el("input", {
      type: "file",
      hidden: true,
      "aria-label": label,
      onchange: () => {
        this.#upload(filesOfInput(input));
        input.value = "";
      },
      ...attributes,
    });
    return input;
  }

  #table() {
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
          !this.#isReadOnly && el("th", { scope: "col", class: "check" }, this.#all),
          head("Name"),
          head("Size", "number"),
          head("Modified", "wide"),
          el("th", { scope: "col" }, el("span", { class: "unseen" }, "Actions")),
        ),
      ),
      this.#rows,
    );
  }

  /** @param {string} prefix */
  #folderRow(prefix) {
    const name = prefix.slice(this.#prefix.length);
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
        !this.#isReadOnly &&
          button("Delete", () => this.#remove([prefix]), { "aria-label": `Delete folder ${name}` }),
      ),
    );
  }

  /** @param {ListedObject} object */
  #objectRow({ key, size, lastModified }) {
    const name = key.slice(this.#prefix.length);
    const object = { bucket: this.#bucket, key };
    return el(
      "tr",
      {},
      this.#checkCell(key, name),
      el(
        "th",
        { scope: "row" },
        el(
          "button",
          { type: "button", class: "link", onclick: () => openDetails(this.#client, object) },
          nameText(name),
        ),
      ),
      el("td", { class: "number" }, formatBytes(size)),
      el("td", { class: "wide" }, formatTime(lastModified)),
      el(
        "td",
        { class: "actions" },
        button("Download", () => download(this.#client, object), {
          "aria-label": `Download ${name}`,
        }),
        button("Copy link", () => copyLink(this.#client, object), {
          "aria-label": `Copy link to ${name}`,
        }),
        !this.#isReadOnly &&
          button("Delete", () => this.#remove([key]), { "aria-label": `Delete ${name}` }),
      ),
    );
  }

  /**
   * @param {string} key
   * @param {string} name
   */
  #checkCell(key, name) {
    if (this.#isReadOnly) return undefined;
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
    this.#deleteSelected.disabled = count === 0;
    this.#deleteSelected.textContent = count === 0
      ? "Delete selected"
      : `Delete selected (${count})`;
    this.#all.checked = count > 0 && count === this.#shown;
    this.#all.indeterminate = count > 0 && count < this.#shown;
  }

  #removeSelected() {
    return this.#remove([...this.#selected]);
  }

  /**
   * Deletes objects, and folders with all that is in them.
   *
   * @param {readonly string[]} keys Of folders their prefixes.
   */
  #remove(keys) {
    const folders = keys.filter((key) => key.endsWith("/"));
    return doing("Looking what that is…", async () => {
      const found = (/** @type {number} */ count) =>
        tell(`${formatCount(count, "object")} so far…`);
      const inside = await keysUnder(this.#client, this.#bucket, folders, this.#signal, found);
      const all = [...new Set([...keys.filter((key) => !key.endsWith("/")), ...inside])];
      const [only] = all;
      const what = all.length === 1 && only !== undefined
        ? `The object ${visible(only)} will be gone for good.`
        : `${formatCount(all.length, "object")} will be gone for good` +
          (folders.length > 0 ? ", those in folders included." : ".");
      const action = all.length === 1 ? "Delete" : `Delete ${formatCount(all.length, "object")}`;
      if (!await confirmed("Delete?", what, action)) return;
      await deleteObjects(
        this.#client,
        this.#bucket,
        all,
        (count) => tell(`${formatCount(count, "object")} deleted…`),
      ).finally(() => this.reload());
      return `${formatCount(all.length, "object")} deleted.`;
    });
  }

  async #createFolder() {
    const name = await asked({
      title: "New folder",
      label: "Name",
      hint: "Slashes make folders within folders.",
      action: "Create",
    });
    const path = name.replace(/^\/+|\/+$/g, "");
    if (path === "") return;
    await doing(`Creating ${path}…`, async () => {
      await this.#client.send({
        method: "PUT",
        bucket: this.#bucket,
        key: `${this.#prefix}${path}/`,
      });
      await this.reload();
      return `${path} is created.`;
    });
  }

  /** @param {readonly ChosenFile[]} files */
  #upload(files) {
    for (const { path, file } of files) {
      this.#uploads.add({ bucket: this.#bucket, key: `${this.#prefix}${path}` }, file);
    }
  }

  /** The whole page takes drops while a folder that can be written to is shown. */
  #takeDrops() {
    const signal = this.#signal;
    const { classList } = document.body;
    const hasFiles = (/** @type {DragEvent} */ event) =>
      event.dataTransfer?.types.includes("Files") ?? false;
    addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      classList.add("dropping");
    }, { signal });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) classList.remove("dropping");
    }, { signal });
    addEventListener("drop", (event) => {
      classList.remove("dropping");
      const transfer = event.dataTransfer;
      if (!hasFiles(event) || transfer === null) return;
      event.preventDefault();
      const files = filesOfDrop(transfer);
      doing("", async () => this.#upload(await files));
    }, { signal });
  }
}
