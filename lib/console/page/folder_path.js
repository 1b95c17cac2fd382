/**
 * The way from all buckets to a folder, as links.
 *
 * @module
 */

import { el, nameText } from "./dom.js";
import { hashOf } from "./place.js";

/**
 * @param {string} bucket
 * @param {string} prefix That of the folder; empty for the bucket itself.
 */
export function folderPath(bucket, prefix) {
  const segments = prefix.split("/").slice(0, -1);
  /** @type {HTMLElement[]} */
  const items = [el("li", {}, el("a", { href: hashOf() }, "Buckets"))];
  const crumb = (/** @type {string} */ name, /** @type {string} */ place) => {
    const text = nameText(name === "" ? "(no name)" : name);
    items.push(
      el(
        "li",
        {},
        place === prefix
          ? el("h1", { tabindex: -1 }, text)
          : el("a", { href: hashOf(bucket, place) }, text),
      ),
    );
  };
  crumb(bucket, "");
  segments.forEach((name, index) => crumb(name, `${segments.slice(0, index + 1).join("/")}/`));
  return el("nav", { "aria-label": "Path" }, el("ol", { class: "path" }, ...items));
}
