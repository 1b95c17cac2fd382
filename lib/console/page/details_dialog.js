/**
 * What an object is, and a look at it.
 *
 * @module
 */

import { openDialog } from "./dialogs.js";
import { button, el, visible } from "./dom.js";
import { formatBytes, formatTime } from "./format.js";
import { copyLink, download, fileNameOf } from "./links.js";
import { loadPreview } from "./preview.js";
import { describeError } from "./s3_failure.js";

/**
 * @import { S3Client } from "./s3_client.js"
 * @import { ObjectName } from "./links.js"
 * @import { Answer } from "./transport.js"
 */

/** Headers that are shown, and what they are called. */
const SHOWN = /** @type {const} */ ([
  ["content-type", "Type"],
  ["content-encoding", "Encoding"],
  ["cache-control", "Cache-Control"],
  ["content-disposition", "Disposition"],
  ["etag", "ETag"],
  ["x-hf-xet-hash", "Xet hash"],
  ["x-amz-version-id", "Version"],
]);

/**
 * Opens the dialog.
 *
 * @param {S3Client} client
 * @param {ObjectName} object
 */
export async function openDetails(client, object) {
  const stop = new AbortController();
  const facts = el("dl");
  const preview = el("div", { class: "preview" }, el("p", { role: "status" }, "Loading…"));
  const { dialog, closed } = openDialog(visible(fileNameOf(object)), [
    facts,
    preview,
    el(
      "p",
      { class: "actions" },
      button("Download", () => download(client, object)),
      button("Copy link", () => copyLink(client, object)),
      button("Close", () => dialog.close(), { class: "primary", autofocus: true }),
    ),
  ], "details");
  closed.then(() => stop.abort(new DOMException("Closed", "AbortError")));
  try {
    const head = await client.send({ method: "HEAD", ...object, signal: stop.signal });
    facts.replaceChildren(...factsOf(object, head));
    preview.replaceChildren(await loadPreview(client, object, head, stop.signal));
  } catch (error) {
    if (!stop.signal.aborted) {
      preview.replaceChildren(el("p", { role: "alert" }, describeError(error)));
    }
  }
}

/**
 * @param {ObjectName} object
 * @param {Answer} head
 */
function factsOf(object, head) {
  const size = Number(head.header("content-length") ?? 0);
  /** @type {(readonly [name: string, value: string])[]} */
  const facts = [
    ["Key", visible(object.key)],
    ["Size", size < 1024 ? formatBytes(size) : `${formatBytes(size)} (${size} bytes)`],
    ["Modified", formatTime(new Date(head.header("last-modified") ?? ""))],
    ...SHOWN.flatMap(([header, name]) => {
      const value = head.header(header);
      return value === undefined ? [] : [/** @type {const} */ ([name, value])];
    }),
    ...head.metadata.map(([name, value]) => /** @type {const} */ ([`Metadata ${name}`, value])),
  ];
  return facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
}
