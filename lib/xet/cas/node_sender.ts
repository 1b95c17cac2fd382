import type * as nodeBuffer from "node:buffer";
import type * as nodeHttp from "node:http";
import type * as nodeHttps from "node:https";
import { builtin } from "../../flow/builtin.ts";
import type { KeptSender, SendAnswer, SendRequest } from "./sender.ts";

/** An answer to an upload is a line of JSON; what is longer is not read. */
const MAX_ANSWER = 1 << 20;

interface Modules {
  readonly http: typeof nodeHttp;
  readonly https: typeof nodeHttps;
  readonly buffer: typeof nodeBuffer;
}

/**
 * Sends over HTTP/1.1 with kept connections, honouring back-pressure: no more than the socket takes
 * is handed to it.
 *
 * @returns Undefined where the runtime has no `node:http`.
 */
export function createNodeSender(): KeptSender | undefined {
  const http = builtin<typeof nodeHttp>("node:http");
  const https = builtin<typeof nodeHttps>("node:https");
  const buffer = builtin<typeof nodeBuffer>("node:buffer");
  if (http === undefined || https === undefined || buffer === undefined) return undefined;
  const plain = new http.Agent({ keepAlive: true });
  const secure = new https.Agent({ keepAlive: true });
  const modules = { http, https, buffer };
  return {
    send: (url, request) => exchange(modules, url, request, plain, secure),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

async function exchange(
  { http, https, buffer }: Modules,
  url: string,
  request: SendRequest,
  plain: nodeHttp.Agent,
  secure: nodeHttps.Agent,
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
    return await Promise.race([converse(outgoing, request, buffer), aborted.promise]);
  } catch (error) {
    outgoing.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function converse(
  outgoing: nodeHttp.ClientRequest,
  request: SendRequest,
  buffer: typeof nodeBuffer,
): Promise<SendAnswer> {
  const answered = new Promise<nodeHttp.IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
    outgoing.once("close", () => reject(new Error("The connection was closed without an answer")));
  });
  try {
    // A server may refuse before it has read everything: its answer counts, not the broken pipe.
    const sent = await Promise.race([
      write(outgoing, request, buffer).then(() => true),
      answered.then(() => false),
    ]);
    const answer = await readAnswer(await answered, request.progress, buffer);
    if (!sent) outgoing.destroy();
    return answer;
  } finally {
    answered.catch(() => {}); // thrown above where anybody waited for it
  }
}

async function write(
  outgoing: nodeHttp.ClientRequest,
  request: SendRequest,
  { Buffer }: typeof nodeBuffer,
): Promise<void> {
  for (const piece of request.body) {
    if (outgoing.destroyed) return;
    const view = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (!outgoing.write(view)) await drained(outgoing);
    request.progress(piece.length);
  }
  outgoing.end();
}

function drained(outgoing: nodeHttp.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "close", "error"]) outgoing.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) outgoing.once(event, done);
  });
}

async function readAnswer(
  incoming: nodeHttp.IncomingMessage,
  progress: () => void,
  { Buffer }: typeof nodeBuffer,
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
