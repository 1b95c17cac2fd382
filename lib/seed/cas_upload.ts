/** Brings content to an embedded CAS as any client would: cut, packed and registered over its HTTP API, which checks it. */

import { MemoryBudget } from "../flow/memory_budget.ts";
import { CasClient } from "../xet/cas/cas_client.ts";
import { uploadFile } from "../xet/transfer/upload_file.ts";

/** How an embedded CAS is reached without a server. */
export interface LocalCas {
  /** Answers a request; `path` begins after the CAS's own path. */
  readonly handle: (request: Request, path: string, query: string) => Promise<Response>;
  /** A token that allows writing. */
  readonly issueToken: () => Promise<{ readonly accessToken: string; readonly exp: number }>;
}

const BUDGET_BYTES = 64 << 20;
/** Never resolved: requests go to the handler. */
const CAS_URL = "http://embedded-hub.invalid";

/** An upload of content, which returns its printed Xet hash. */
export function casUpload(
  { handle, issueToken }: LocalCas,
): (content: ReadableStream<Uint8Array>) => Promise<string> {
  const ask = (request: Request) => {
    // The client below has made it, with nothing in it that `URL` would change.
    const { pathname, search } = new URL(request.url);
    return handle(request, pathname, search.slice(1));
  };
  const cas = new CasClient({
    token: async () => ({ ...await issueToken(), casUrl: CAS_URL }),
    fetch: (input, init) => ask(new Request(input, init)),
    send: async (url, { method, headers, body, signal }) => {
      const bytes = new Blob(body.map((piece) => new Uint8Array(piece)));
      const answer = await ask(new Request(url, { method, headers, body: bytes, signal }));
      return { status: answer.status, headers: answer.headers, text: () => answer.text() };
    },
  });
  const context = { cas, budget: new MemoryBudget(BUDGET_BYTES) };
  return async (content) => (await uploadFile(context, content)).hash;
}
