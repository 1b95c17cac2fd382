/**
 * A look at text and images that can do no harm: in a frame of an origin of its own, without scripts and
 * without the network. Text is escaped, whatever it is; an image stands in an `img`, in which SVG does not run
 * either.
 *
 * @module
 */

import { el, visible } from "./dom.js";
import { formatBytes } from "./format.js";
import { fileNameOf } from "./links.js";

/**
 * @import { S3Client } from "./s3_client.js"
 * @import { ObjectName } from "./links.js"
 * @import { Answer } from "./transport.js"
 */

const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
const MAX_TEXT_BYTES = 256 * 1024;
const IMAGE_TYPES = new Set([
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/svg+xml",
  "image/webp",
]);
/** For objects whose writers gave no type. */
const TYPES_BY_ENDING = new Map(Object.entries({
  avif: "image/avif",
  bmp: "image/bmp",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  svg: "image/svg+xml",
  webp: "image/webp",
}));
const FRAME_STYLE = `
  body { margin: 0.75rem; font: 0.875rem/1.5 ui-monospace, monospace; }
  pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
  img { max-width: 100%; height: auto; }
`;

/**
 * Makes the look at an object.
 *
 * @param {S3Client} client
 * @param {ObjectName} object
 * @param {Answer} head What HEAD has told of it.
 * @param {AbortSignal} signal
 * @returns {Promise<HTMLElement>}
 */
export async function loadPreview(client, object, head, signal) {
  const size = Number(head.header("content-length") ?? 0);
  if (size === 0) return none("The object is empty.");
  if (head.header("content-encoding") !== undefined) {
    return none("There is no preview of encoded content.");
  }
  const load = (/** @type {number} */ length) => loadBytes(client, object, head, length, signal);
  const imageType = imageTypeOf(object, head);
  if (imageType !== undefined && size <= MAX_IMAGE_BYTES) {
    const url = await dataUrl(new Blob([await load(size)], { type: imageType }));
    return frame(object, `<img src="${url}" alt="${escapeHtml(fileNameOf(object))}">`);
  }
  const text = readText(await load(Math.min(size, MAX_TEXT_BYTES)));
  if (text === undefined) return none("There is no preview of this kind of content.");
  const note = size > MAX_TEXT_BYTES && `The first ${formatBytes(MAX_TEXT_BYTES)} are shown.`;
  return el(
    "div",
    {},
    frame(object, `<pre>${escapeHtml(text)}</pre>`),
    note && el("p", { class: "hint" }, note),
  );
}

/**
 * @param {S3Client} client
 * @param {ObjectName} object
 * @param {Answer} head
 * @param {number} length
 * @param {AbortSignal} signal
 */
async function loadBytes(client, object, head, length, signal) {
  const { bytes } = await client.send({
    method: "GET",
    ...object,
    // A condition is also what keeps the gateway from sending the page elsewhere for the bytes.
    headers: { "range": `bytes=0-${length - 1}`, "if-match": head.header("etag") ?? "*" },
    asBytes: true,
    signal,
  });
  return bytes ?? new ArrayBuffer(0);
}

/**
 * @param {ObjectName} object
 * @param {Answer} head
 */
function imageTypeOf(object, head) {
  const type = (head.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (IMAGE_TYPES.has(type)) return type;
  const isGeneric = /^(?:application|binary)\/octet-stream$/.test(type);
  const ending = /\.([a-z]+)$/i.exec(object.key)?.[1]?.toLowerCase() ?? "";
  return isGeneric ? TYPES_BY_ENDING.get(ending) : undefined;
}

/**
 * Bytes as text, unless they are none.
 *
 * @param {ArrayBuffer} bytes Of which the end may be missing.
 * @returns {string | undefined}
 */
function readText(bytes) {
  const [first, second] = new Uint8Array(bytes);
  const isUtf16 = first === 0xff && second === 0xfe;
  try {
    const decoder = new TextDecoder(isUtf16 ? "utf-16le" : "utf-8", { fatal: true });
    const text = decoder.decode(bytes, { stream: true });
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * @param {ObjectName} object
 * @param {string} body
 */
function frame(object, body) {
  // Styles need the page's nonce, since the frame has the page's policy besides its own.
  const nonce = document.querySelector("script")?.nonce ?? "";
  const page = `<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'nonce-${nonce}'">
<meta name="color-scheme" content="light dark"><title>Preview</title>
<style nonce="${nonce}">${FRAME_STYLE}</style><body>${body}`;
  const url = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  return el("iframe", {
    sandbox: "",
    title: `Preview of ${visible(fileNameOf(object))}`,
    src: url,
    onload: () => URL.revokeObjectURL(url),
  });
}

/** @param {string} text */
function none(text) {
  return el("p", {}, text);
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** @param {string} text */
function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
