import { accessTokens } from "../../../lib/embedded_hub/cas/access_tokens.ts";
import { type Cas, type CasOptions, createCas } from "../../../lib/embedded_hub/cas/create_cas.ts";
import { openStorage, type Storage } from "../../../lib/embedded_hub/storage/open_storage.ts";

/** A CAS behind a loopback server, with a token of each scope. */
export interface StartedCas extends AsyncDisposable {
  readonly cas: Cas;
  readonly url: string;
  readonly writeToken: string;
  readonly readToken: string;
  /** Failures that were answered with 500. */
  readonly errors: unknown[];
  /** Sends a request below the CAS's URL, with the write token unless headers say otherwise. */
  send(method: string, path: string, init?: SendInit): Promise<Response>;
}

/** What a test sends. */
export interface SendInit {
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the write token; `null` for none. */
  readonly token?: string | null;
}

/** A moment in tests' own time, unix milliseconds. */
export const NOON = Date.UTC(2026, 0, 1, 12);

/** Starts a CAS, in memory unless a storage is given (which is closed with it). */
export function startCas(
  options: Partial<CasOptions> = {},
  storage: Storage = openStorage(undefined),
): StartedCas {
  const errors: unknown[] = [];
  let url = "";
  const now = options.now ?? (() => NOON);
  const cas = createCas({
    ...storage,
    publicUrl: () => url,
    now,
    onError: (error) => errors.push(error),
    ...options,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      return cas.handle(request, pathname.replace(/^\/cas/, ""), search.slice(1));
    },
  );
  url = `http://127.0.0.1:${server.addr.port}/cas`;
  const exp = Math.floor(now() / 1000) + 3600;
  const writeToken = cas.tokens.issue({ scope: "write", repo: "bucket", exp });
  return {
    cas,
    url,
    writeToken,
    readToken: cas.tokens.issue({ scope: "read", repo: "bucket", exp }),
    errors,
    send(method, path, { body, headers = {}, token = writeToken } = {}) {
      const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
      return fetch(path.startsWith("http") ? path : url + path, {
        method,
        headers: { ...authorization, ...headers },
        ...(body === undefined ? {} : { body }),
      });
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await cas.close();
      storage.close();
    },
  };
}

/** Tokens of another secret. */
export function foreignToken(): string {
  const tokens = accessTokens(new Uint8Array(32), () => NOON);
  return tokens.issue({ scope: "write", repo: "bucket", exp: NOON });
}

/** Reads a JSON answer and checks its status. */
export async function json(response: Promise<Response>, status = 200): Promise<unknown> {
  const answer = await response;
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`Status ${answer.status}, not ${status}: ${text}`);
  return JSON.parse(text);
}

/** The message of a refused request, whose status is checked. */
export async function refusal(response: Promise<Response>, status = 400): Promise<string> {
  const body = await json(response, status);
  if (typeof body !== "object" || body === null || !("error" in body)) throw new Error("No error");
  return String(body.error);
}
