/**
 * Files and folders that are dropped on the page, wherever on it that is.
 *
 * @module
 */

import { filesOfDrop } from "./chosen_files.js";
import { doing } from "./notices.js";

/** @import { ChosenFile } from "./chosen_files.js" */

/**
 * Takes drops until the signal is aborted.
 *
 * @param {AbortSignal} signal
 * @param {(files: readonly ChosenFile[]) => void} onFiles
 */
export function takeDrops(signal, onFiles) {
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
    doing("", async () => onFiles(await files));
  }, { signal });
}
