/**
 * A bucket or a folder: what it holds, and what can be done with it.
 *
 * @module
 */

import { keysUnder, listPage, repoKindOf } from "./buckets.js";
import { filesOfInput } from "./chosen_files.js";
import { deleteObjects } from "./deletes.js";
import { asked, confirmed } from "./dialogs.js";
import { openDetails } from "./details_dialog.js";
import { button, el, newId, visible } from "./dom.js";
import { takeDrops } from "./drops.js";
import { folderPath } from "./folder_path.js";
import { formatCount } from "./format.js";
import { copyLink, download } from "./links.js";
import { doing, tell } from "./notices.js";
import { ObjectsTable } from "./objects_table.js";

/**
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
  #table;
  #more = button("Show more", () => this.#loadMore(), { hidden: true });
  #deleteSelected = button("Delete selected", () => this.#remove(this.#table.selected), {
    disabled: true,
  });
  #start = el("input", { id: newId(), type: "search", autocomplete: "off", spellcheck: "false" });
  /** @type {string | undefined} */
  #next;
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
    this.#table = new ObjectsTable(bucket, prefix, {
      open: (key) => openDetails(client, { bucket, key }),
      download: (key) => download(client, { bucket, key }),
      copyLink: (key) => copyLink(client, { bucket, key }),
      remove: this.#isReadOnly ? undefined : (keys) => this.#remove(keys),
      selected: () => this.#showSelection(),
    });
  }

  /** Makes the view and begins to load. */
  open() {
    this.reload();
    if (!this.#isReadOnly) takeDrops(this.#signal, (files) => this.#upload(files));
    const kind = repoKindOf(this.#bucket);
    return el(
      "main",
      {},
      folderPath(this.#bucket, this.#prefix),
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
      this.#table.element(),
      el("p", { class: "toolbar" }, this.#more),
    );
  }

  /** Shows the folder from its beginning. */
  reload() {
    this.#loading?.abort(new DOMException("Loaded anew", "AbortError"));
    this.#next = undefined;
    this.#table.clear();
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
      this.#table.add(folders, own);
      this.#next = next;
      this.#more.hidden = next === undefined;
      const { shown } = this.#table;
      if (next !== undefined) {
        return `${formatCount(shown, "name")} shown, and there are more.`;
      }
      return shown === 0 ? "Nothing is here." : formatCount(shown, "name");
    }).finally(() => {
      // What was begun later says itself when it is done.
      if (this.#loading === loading) this.#more.disabled = false;
    });
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

  #showSelection() {
    const count = this.#table.selected.length;
    this.#deleteSelected.disabled = count === 0;
    this.#deleteSelected.textContent = count === 0
      ? "Delete selected"
      : `Delete selected (${count})`;
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
}
