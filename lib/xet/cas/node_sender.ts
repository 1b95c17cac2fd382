import http from "node:http";
import https from "node:https";
import { Buffer } from "node:buffer";
import type { SendAnswer, Sender, SendRequest } from "./sender.ts";

/** An answer to an upload is a line of JSON; what is longer is not read. */
const MAX_ANSWER = 1 << 20;

/** A {@linkcode Sender} that keeps connections. */
export interface NodeSender {
  readonly send: Sender;
  /** Closes the connections that are kept; requests under way fail. */
  close(): void;
}

/**
 * Sends over HTTP/1.1 with kept connections, honouring back-pressure: no more than the socket takes
 * is handed to it.
 */
export function createNodeSender(): NodeSender {
  const plain = new http.Agent({ keepAlive: true });
  const secure = new https.Agent({ keepAlive: true });
  return {
    send: (url, request) => exchange(url, request, plain, secure),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

async function exchange(
  url: string,
  request: SendRequest,
  plain: http.Agent,
  secure: https.Agent,
): Promise<SendAnswer> {
  const { signal, body } = request;
  signal.throwIfAborted();
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  const options = {
    method: request.method,
    headers: { ...request.headers, "content-length": String(length) },
  };
  const outgoing = url.startsWith("https:")
    ? https.request(url, { ...options, agent: secure })
    : http.request(url, { ...options, agent: plain });
  // A request that is destroyed before it has a socket may never say so: nobody waits for it to.
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([converse(outgoing, request), aborted.promise]);
  } catch (error) {
    outgoing.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function converse(
  outgoing: http.ClientRequest,
  request: SendRequest,
): Promise<SendAnswer> {
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
    outgoing.once("close", () => reject(new Error("The connection was closed without an answer")));
  });
  try {
    // A server may refuse before it has read everything: its answer counts, not the broken pipe.
    const sent = await Promise.race([
      write(outgoing, request).then(() => true),
      answered.then(() => false),
    ]);
    const answer = await readAnswer(await answered, request.progress);
    if (!sent) outgoing.destroy();
    return answer;
  } finally {
    answered.catch(() => {}); // thrown above where anybody waited for it
  }
}

async function write(outgoing: http.ClientRequest, request: SendRequest): Promise<void> {
  for (const piece of request.body) {
    if (outgoing.destroyed) return;
    const view = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (!outgoing.write(view)) await drained(outgoing);
    request.progress(piece.length);
  }
  outgoing.end();
}

function drained(outgoing: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "close", "error"]) outgoing.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) outgoing.once(event, done);
  });
}

async function readAnswer(
  incoming: http.IncomingMessage,
  progress: () => void,
): Promise<SendAnswer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Uint8Array>) { // no encoding is set: bytes
    progress();
    length += piece.length;
    if (length > MAX_ANSWER) throw new Error("The answer is longer than any answer to an upload");
    pieces.push(piece);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const text = Buffer.concat(pieces).toString("utf-8");
  return { status: incoming.statusCode ?? 0, headers, text: () => Promise.resolve(text) };
}
