/**
 * One HTTP request of the page. By XMLHttpRequest, since `fetch` does not tell how far an upload is.
 *
 * @module
 */

/**
 * @typedef {object} Sent
 * @property {string} method
 * @property {string} url
 * @property {Readonly<Record<string, string>>} headers
 * @property {XMLHttpRequestBodyInit} [body]
 * @property {AbortSignal} [signal]
 * @property {(sentBytes: number) => void} [onSent] Told how much of the body has gone out.
 * @property {boolean} [asBytes] Whether a good answer is bytes and no document.
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {(name: string) => string | undefined} header
 * @property {Document | undefined} document The XML of the answer, if it has some.
 * @property {ArrayBuffer | undefined} bytes
 * @property {readonly (readonly [name: string, value: string])[]} metadata What the writer noted of an object.
 */

/** There was no answer: the gateway is gone, or the network. */
export class NoAnswer extends Error {
  name = "NoAnswer";
  message = "The gateway does not answer. Is it running, and can this machine reach it?";
}

/**
 * Sends a request.
 *
 * @param {Sent} sent
 * @returns {Promise<Answer>} Whatever its status is.
 * @throws {NoAnswer} Without an answer; the signal's reason when it is aborted.
 */
export function send({ method, url, headers, body, signal, onSent, asBytes = false }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    // Errors are documents whatever was asked for.
    request.addEventListener("readystatechange", () => {
      if (request.readyState !== XMLHttpRequest.HEADERS_RECEIVED) return;
      if (asBytes && request.status < 300) request.responseType = "arraybuffer";
      else if (hasDocument(method, request)) request.responseType = "document";
    });
    if (onSent !== undefined) {
      request.upload.addEventListener("progress", ({ loaded }) => onSent(loaded));
    }
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort);
    request.addEventListener("loadend", () => signal?.removeEventListener("abort", abort));
    request.addEventListener("abort", () => reject(signal?.reason));
    request.addEventListener("error", () => reject(new NoAnswer()));
    request.addEventListener("timeout", () => reject(new NoAnswer()));
    request.addEventListener("load", () => {
      const { status, response } = request;
      resolve({
        status,
        header: (name) => request.getResponseHeader(name) ?? undefined,
        document: response instanceof Document ? response : undefined,
        bytes: response instanceof ArrayBuffer ? response : undefined,
        metadata: metadataOf(request.getAllResponseHeaders()),
      });
    });
    request.send(body ?? null);
  });
}

/**
 * Whether an answer has XML. What has none must not be parsed: Chromium makes a styled document of it, which the page's
 * policy forbids.
 *
 * @param {string} method
 * @param {XMLHttpRequest} request
 */
function hasDocument(method, request) {
  const type = request.getResponseHeader("content-type") ?? "";
  return method !== "HEAD" && request.status !== 204 && /^(?:application|text)\/xml\b/.test(type) &&
    request.getResponseHeader("content-length") !== "0";
}

/** @param {string} lines */
function metadataOf(lines) {
  const headers = [...lines.matchAll(/^x-amz-meta-([^:]+): ?(.*)$/gim)];
  return headers.map(([, name = "", value = ""]) => /** @type {const} */ ([name, value.trim()]));
}
