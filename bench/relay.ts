/**
 * The floor of every transfer: servers that pass bodies on and do nothing with them. A child process
 * of the bench: `relay.ts relay <origin>` in front of `relay.ts origin`, or `relay.ts hub <url> <token>`
 * in front of a hub, which gives objects of the token's user by the Hub's own URLs.
 */

const PIECE = new Uint8Array(1024 * 1024);

type Handler = (request: Request) => Promise<Response>;

const [role = "", origin = "", token = ""] = Deno.args;
const HANDLERS: Readonly<Record<string, Handler>> = { origin: answer, relay: pass, hub: resolve };
const handler = HANDLERS[role];
if (handler === undefined) throw new TypeError(`There is no relay ${role}`);
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  automaticCompression: false,
  onListen: ({ port }) => console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` })),
}, handler);

/** PUT: reads the body. GET: sends as many bytes as the path says. */
async function answer(request: Request): Promise<Response> {
  if (request.method === "PUT") {
    const reader = request.body?.getReader({ mode: "byob" });
    let view = new Uint8Array(PIECE.length);
    for (let done = reader === undefined; !done;) {
      const read = await reader?.read(view);
      done = read?.done ?? true;
      if (read?.value !== undefined) view = new Uint8Array(read.value.buffer);
    }
    return new Response(null);
  }
  let left = Number(new URL(request.url).pathname.slice(1));
  const headers = { "content-length": String(left) };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = PIECE.subarray(0, left);
      left -= piece.length;
      if (piece.length > 0) controller.enqueue(piece);
      if (left === 0) controller.close();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers });
}

async function pass(request: Request): Promise<Response> {
  const { method, body, url } = request;
  return answerOf(await fetch(origin + new URL(url).pathname, { method, body }));
}

/** GET of `/<bucket>/<path>`: asks where the object is, goes there, and passes on what comes. */
async function resolve(request: Request): Promise<Response> {
  const [, bucket = "", path = ""] = new URL(request.url).pathname.split("/");
  const headers = { authorization: `Bearer ${token}` };
  return answerOf(await fetch(`${origin}/buckets/local/${bucket}/resolve/${path}`, { headers }));
}

function answerOf(upstream: Response): Response {
  const length = upstream.headers.get("content-length");
  return new Response(upstream.body, {
    status: upstream.status,
    headers: length === null ? {} : { "content-length": length },
  });
}
