import { createNodeSender } from "./node_sender.ts";
import type { KeptSender, Sender } from "./sender.ts";

/** The sender that fits the runtime: over `node:http` where there is one, by `fetch` in a browser. */
export function createSender(): KeptSender {
  return createNodeSender() ?? { send: sendByFetch, close() {} };
}

/** Sends a body as a Blob, of which every `fetch` tells the length. */
const sendByFetch: Sender = async (url, { method, headers, body, signal, progress }) => {
  // The pieces are views of plain buffers, and a Blob copies them.
  const blob = new Blob(body as Uint8Array<ArrayBuffer>[]);
  const answer = await fetch(url, { method, headers, body: blob, signal });
  progress(blob.size);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text: () => Promise.resolve(text) };
};
