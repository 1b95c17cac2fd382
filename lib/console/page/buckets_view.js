/**
 * The list of buckets.
 *
 * @module
 */

import { createBucket, deleteBucket, listBuckets, repoKindOf } from "./buckets.js";
import { asked, confirmed } from "./dialogs.js";
import { button, el, nameText } from "./dom.js";
import { formatCount, formatTime } from "./format.js";
import { doing } from "./notices.js";
import { hashOf } from "./place.js";

/**
 * @import { Bucket } from "./buckets.js"
 * @import { S3Client } from "./s3_client.js"
 */

/**
 * @param {S3Client} client
 * @param {AbortSignal} signal Aborted when the user goes elsewhere.
 * @returns {HTMLElement}
 */
export function bucketsView(client, signal) {
  const rows = el("tbody");
  const load = () =>
    doing("Loading buckets…", async () => {
      const buckets = await listBuckets(client, signal);
      rows.replaceChildren(...buckets.map(row));
      return buckets.length === 0
        ? "There are no buckets yet."
        : formatCount(buckets.length, "bucket");
    });

  const create = async () => {
    const name = await asked({
      title: "New bucket",
      label: "Name",
      hint:
        "3 to 63 letters, digits, dots and dashes. namespace--name makes it in another namespace.",
      action: "Create",
    });
    if (name === "") return;
    await doing(`Creating ${name}…`, async () => {
      await createBucket(client, name);
      await load();
      return `${name} is created.`;
    });
  };

  const open = async () => {
    const name = await asked({
      title: "Open a bucket by its name",
      label: "Name",
      hint:
        "Buckets of other namespaces are namespace--name; models--…, datasets--… and spaces--… are repos of the Hub.",
      action: "Open",
    });
    if (name !== "") location.hash = hashOf(name);
  };

  /** @param {string} name */
  const remove = async (name) => {
    const text = `The bucket ${name} will be gone for good. It must be empty.`;
    if (!await confirmed("Delete bucket?", text, "Delete bucket")) return;
    await doing(`Deleting ${name}…`, async () => {
      await deleteBucket(client, name);
      await load();
      return `${name} is deleted.`;
    });
  };

  /** @param {Bucket} bucket */
  const row = ({ name, createdAt }) => {
    const kind = repoKindOf(name);
    return el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        el("a", { href: hashOf(name) }, nameText(name)),
        kind !== undefined && el("span", { class: "tag" }, `${kind}, read-only`),
      ),
      el("td", { class: "wide" }, formatTime(createdAt)),
      el(
        "td",
        { class: "actions" },
        kind === undefined &&
          button("Delete", () => remove(name), { "aria-label": `Delete bucket ${name}` }),
      ),
    );
  };

  load();
  return el(
    "main",
    {},
    el("h1", { tabindex: -1 }, "Buckets"),
    el(
      "p",
      { class: "toolbar" },
      button("New bucket", create, { class: "primary" }),
      button("Open by name", open),
      button("Reload", load),
    ),
    el(
      "table",
      { "aria-label": "Buckets" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", { scope: "col" }, "Name"),
          el("th", { scope: "col", class: "wide" }, "Created"),
          el("th", { scope: "col" }, el("span", { class: "unseen" }, "Actions")),
        ),
      ),
      rows,
    ),
  );
}
