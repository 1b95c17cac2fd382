/**
 * An embedded hub as a child process of the bench. `hub.ts <options>`, in JSON: see {@linkcode HubOptions}.
 */

import { createEmbeddedHub } from "../lib/create_embedded_hub.ts";

/** How a hub of the bench is to be. */
export interface HubOptions {
  /** Where it keeps its data. Default: in memory. */
  readonly directory?: string;
  /** Whether it looks into what it is sent. Default: only with a directory, as users run it. */
  readonly verify?: boolean;
  /** How long each call to the CAS takes at least, in milliseconds. */
  readonly latencyMs?: number;
  /** The most bytes a second of one body to or from the CAS. */
  readonly bytesPerSecond?: number;
}

if (import.meta.main) await serve(JSON.parse(Deno.args[0] ?? "{}"));

async function serve(options: HubOptions): Promise<void> {
  const { directory, latencyMs = 0, bytesPerSecond } = options;
  const hub = await createEmbeddedHub({
    ...(directory !== undefined && { directory }),
    verify: options.verify ?? directory !== undefined,
    ...(bytesPerSecond !== undefined && { serve: servingSlowly(bytesPerSecond) }),
  });
  hub.switches.latency.set("cas", latencyMs);
  console.log(JSON.stringify({ url: hub.url, token: hub.token }));
}

/** `Deno.serve` with large bodies held back, in both directions. */
function servingSlowly(bytesPerSecond: number): typeof Deno.serve {
  const slow = (body: ReadableStream<Uint8Array>) => body.pipeThrough(throttle(bytesPerSecond));
  const serve = (options: Deno.ServeTcpOptions, handler: Deno.ServeHandler<Deno.NetAddr>) =>
    Deno.serve(options, async (request, info) => {
      if (!/^\/cas\/(data|v1\/xorbs)\//.test(new URL(request.url).pathname)) {
        return await handler(request, info);
      }
      const response = await handler(
        request.body === null ? request : new Request(request, { body: slow(request.body) }),
        info,
      );
      return response.body === null ? response : new Response(slow(response.body), response);
    });
  // Of the overloads only the one that an embedded hub calls.
  return serve as typeof Deno.serve;
}

function throttle(bytesPerSecond: number): TransformStream<Uint8Array, Uint8Array> {
  let due = performance.now();
  return new TransformStream({
    async transform(piece, controller) {
      controller.enqueue(piece);
      due = Math.max(due, performance.now() - 100) + piece.length / bytesPerSecond * 1000;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    },
  });
}
