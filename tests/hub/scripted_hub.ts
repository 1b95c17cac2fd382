import { HubClient, type HubClientOptions } from "../../lib/hub/hub_client.ts";

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as they were on the wire. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A server on loopback that answers as a test wants it, and what it saw. */
export interface ScriptedHub extends AsyncDisposable {
  readonly endpoint: string;
  readonly seen: readonly SeenRequest[];
}

/** Answers the n-th request, from 1. */
export type Script = (request: SeenRequest, count: number) => Response | Promise<Response>;

/** Starts a server. */
export function startHub(script: Script): ScriptedHub {
  const seen: SeenRequest[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const target = request.url.slice(request.url.indexOf("/", "http://".length));
    const { method, headers } = request;
    const entry = { method, target, headers, body: await request.text() };
    return await script(entry, seen.push(entry));
  });
  return {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The token of {@linkcode clientOf}. */
export const TOKEN = "hf_secretsecret";

/** A client of a server, with short waits. */
export function clientOf(hub: ScriptedHub, options: Partial<HubClientOptions> = {}): HubClient {
  return new HubClient({
    endpoint: hub.endpoint,
    token: TOKEN,
    sleep: () => Promise.resolve(),
    ...options,
  });
}

/** A listening socket that cuts each connection after a request has come in: the reply is lost. */
export function startMuteServer(): Disposable & { readonly endpoint: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serve = async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(65_536));
      connection.close();
    }
  };
  const serving = serve();
  return {
    endpoint: `http://127.0.0.1:${listener.addr.port}`,
    [Symbol.dispose]() {
      listener.close();
      // A closed listener ends the loop.
      serving.catch((error) => console.error(error));
    },
  };
}
