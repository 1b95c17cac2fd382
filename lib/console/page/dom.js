/**
 * Makes elements. Text is only ever set as text: nothing on the page is parsed as HTML.
 *
 * @module
 */

/**
 * @typedef {Node | string | undefined | false} Child
 *
 * @typedef {Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>} Attributes
 * `on…` are listeners; `true` is an attribute without a value, `false` and `undefined` none.
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {readonly Child[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/**
 * A button with a text.
 *
 * @param {string} text
 * @param {() => void} onClick
 * @param {Attributes} [attributes]
 */
export function button(text, onClick, attributes = {}) {
  return el("button", { type: "button", onclick: () => onClick(), ...attributes }, text);
}

/**
 * A name of a stranger's making: its direction stays inside, and what cannot be seen is shown.
 *
 * @param {string} name
 */
export function nameText(name) {
  return el("bdi", { class: "name" }, visible(name));
}

/**
 * Control characters as their pictures.
 *
 * @param {string} name
 */
export function visible(name) {
  // deno-lint-ignore no-control-regex
  return name.replace(/[\0-\x1f\x7f]/g, (char) => {
    const code = char.charCodeAt(0);
    return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code);
  });
}

let ids = 0;

/** An id that no other element has. */
export function newId() {
  return `id-${++ids}`;
}
