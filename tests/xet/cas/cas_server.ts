import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import type { CasClientOptions } from "../../../lib/xet/cas/cas_options.ts";

export const HASH = "ab".repeat(32);

export const EMPTY_V2 = { offset_into_first_range: 0, terms: [], xorbs: {} };

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What the server answers to a request, the `count`th that it gets. */
export type Answer = (seen: Seen, count: number) => Response | Promise<Response>;

/** A client of a server that answers as told, and what that server saw. */
export async function withServer(
  answer: Answer,
  test: (client: CasClient, seen: Seen[], url: string) => Promise<void>,
  options: Partial<CasClientOptions> = {},
) {
  const seen: Seen[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const one = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.bytes(),
      };
      seen.push(one);
      return await answer(one, seen.length);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const client = new CasClient({
    token: (scope) =>
      Promise.resolve({ accessToken: `secret-${scope}`, exp: 2 ** 32, casUrl: `${url}/base/` }),
    retry: { attempts: 3, baseMs: 1, maxMs: 5000 },
    ...options,
  });
  try {
    await test(client, seen, url);
  } finally {
    client.close();
  }
}

export const status = (code: number, headers: Record<string, string> = {}) =>
  new Response("details", { status: code, headers });
