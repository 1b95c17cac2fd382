/** A call to the Hub. */
export interface HubCall {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Path and query, escaped, from `/` on. */
  readonly path: string;
  /** What to send. */
  readonly body?: { readonly type: string; readonly text: string };
  /** Further headers of the request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether doing it twice does the same as doing it once. Only such calls are repeated freely. */
  readonly idempotent: boolean;
  /** Statuses besides 2xx that are an answer and no error; a redirect among them is not followed. */
  readonly accept?: readonly number[];
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
}

/** A call in words: the method and the path without its query. */
export function describe(call: HubCall): string {
  return `${call.method} ${call.path.split("?", 1)[0]}`;
}
