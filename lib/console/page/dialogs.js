/**
 * Dialogs: questions, and whatever else stands before the page for a while.
 *
 * @module
 */

import { button, el, newId } from "./dom.js";

/** @import { Child } from "./dom.js" */

/**
 * Opens a dialog, which Escape closes; the focus returns to where it was.
 *
 * @param {string} title
 * @param {readonly Child[]} children
 * @param {string} [kind] A class of its own.
 * @returns {{ readonly dialog: HTMLDialogElement, readonly closed: Promise<string> }} `closed` has the value it was
 * closed with, which is empty for Escape.
 */
export function openDialog(title, children, kind = "") {
  const id = newId();
  const dialog = el(
    "dialog",
    { "aria-labelledby": id, class: kind },
    el("h2", { id }, title),
    ...children,
  );
  document.body.append(dialog);
  const closed = new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    })
  );
  dialog.showModal();
  return { dialog, closed };
}

/**
 * Asks before something that cannot be undone.
 *
 * @param {string} title
 * @param {string} text
 * @param {string} action What the button says that does it.
 * @returns {Promise<boolean>}
 */
export async function confirmed(title, text, action) {
  const cancel = button("Cancel", () => dialog.close(""), { autofocus: true });
  const { dialog, closed } = openDialog(title, [
    el("p", {}, text),
    el(
      "p",
      { class: "actions" },
      cancel,
      button(action, () => dialog.close("yes"), { class: "danger" }),
    ),
  ]);
  return await closed === "yes";
}

/**
 * Asks for a line of text.
 *
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.label
 * @param {string} question.hint
 * @param {string} question.action
 * @returns {Promise<string>} Empty if there was no answer.
 */
export async function asked({ title, label, hint, action }) {
  const [inputId, hintId] = [newId(), newId()];
  const input = el("input", {
    id: inputId,
    "aria-describedby": hintId,
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "none",
    autofocus: true,
  });
  const form = el(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        dialog.close(input.value);
      },
    },
    el("label", { for: inputId }, label),
    input,
    el("p", { id: hintId, class: "hint" }, hint),
    el(
      "p",
      { class: "actions" },
      button("Cancel", () => dialog.close("")),
      el("button", { class: "primary" }, action),
    ),
  );
  const { dialog, closed } = openDialog(title, [form]);
  return await closed;
}
