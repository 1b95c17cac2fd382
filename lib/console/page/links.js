/**
 * Links to objects: to download them, and to pass on.
 *
 * @module
 */

import { openDialog } from "./dialogs.js";
import { button, el, newId } from "./dom.js";
import { doing, tell } from "./notices.js";

/**
 * @import { S3Client } from "./s3_client.js"
 * @import { Query } from "./sigv4.js"
 *
 * @typedef {{ readonly bucket: string, readonly key: string }} ObjectName
 */

/** Enough to begin: what has begun goes on. */
const DOWNLOAD_SECONDS = 300;
const LIVES = /** @type {const} */ ([
  [15 * 60, "15 minutes"],
  [60 * 60, "1 hour"],
  [24 * 60 * 60, "1 day"],
  [7 * 24 * 60 * 60, "7 days"],
]);

/**
 * Has the browser save an object: it goes to the disk as it comes, and not through the page.
 *
 * @param {S3Client} client
 * @param {ObjectName} object
 */
export function download(client, object) {
  return doing("", async () => {
    const link = await client.link({ ...object, query: asAttachment(object) }, DOWNLOAD_SECONDS);
    const anchor = el("a", { href: link, download: fileNameOf(object), hidden: true });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    return `Downloading ${fileNameOf(object)}`;
  });
}

/**
 * Asks how long a link is to work, and offers it to copy.
 *
 * @param {S3Client} client
 * @param {ObjectName} object
 */
export async function copyLink(client, object) {
  const [lifeId, asFileId, linkId] = [newId(), newId(), newId()];
  const life = el(
    "select",
    { id: lifeId, onchange: () => show() },
    ...LIVES.map(([seconds, text]) => el("option", { value: seconds }, text)),
  );
  life.value = "3600";
  const asFile = el("input", { id: asFileId, type: "checkbox", onchange: () => show() });
  const text = el("textarea", { id: linkId, readonly: true, rows: 4, spellcheck: "false" });
  const said = el("p", { role: "status", class: "hint" });

  const show = () =>
    doing("", async () => {
      const query = asFile.checked ? asAttachment(object) : [];
      text.value = await client.link({ ...object, query }, Number(life.value));
      said.textContent = "";
    });
  const copy = async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent =
        "The browser does not let the page copy. The link is selected: copy it by hand.";
    }
  };
  await show();

  const signed = text.value.includes("?");
  const note = signed
    ? "Whoever has the link can read the object until it ends; it cannot be taken back before."
    : "Authentication is off: the link works as long as the gateway is reachable.";
  const { dialog, closed } = openDialog("Copy link", [
    signed && el("label", { for: lifeId }, "The link works for"),
    signed && life,
    signed && el("label", { class: "check" }, asFile, " Save as a file instead of opening it"),
    el("label", { for: linkId }, "Link"),
    text,
    el("p", { class: "hint" }, note),
    said,
    el(
      "p",
      { class: "actions" },
      button("Close", () => dialog.close()),
      button("Copy", copy, { class: "primary", autofocus: true }),
    ),
  ]);
  await closed;
  tell("");
}

/**
 * @param {ObjectName} object
 * @returns {string} What stands after the last slash.
 */
export function fileNameOf({ key }) {
  return key.split("/").findLast((segment) => segment !== "") ?? key;
}

/**
 * Has the answer say that it is a file of this name (RFC 6266).
 *
 * @param {ObjectName} object
 * @returns {Query}
 */
function asAttachment(object) {
  const name = encodeURIComponent(fileNameOf(object).toWellFormed())
    .replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return [["response-content-disposition", `attachment; filename*=UTF-8''${name}`]];
}
