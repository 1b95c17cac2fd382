/**
 * The floor of every transfer: a server that passes bodies on and does nothing with them, and the
 * origin behind it. A child process of the bench: `relay.ts origin` or `relay.ts relay <origin>`.
 */

const PIECE = new Uint8Array(1024 * 1024);

const [role, origin = ""] = Deno.args;
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  automaticCompression: false,
  onListen: ({ port }) => console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` })),
}, role === "origin" ? answer : pass);

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
  const upstream = await fetch(origin + new URL(url).pathname, { method, body });
  const length = upstream.headers.get("content-length");
  return new Response(upstream.body, {
    status: upstream.status,
    headers: length === null ? {} : { "content-length": length },
  });
}
