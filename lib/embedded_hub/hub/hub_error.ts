/** The Hub's errors, and how they look on the wire. */

/** The machine-readable codes that the Hub sends as `X-Error-Code`; clients choose their exceptions by them. */
export type HubErrorCode = "RepoNotFound" | "EntryNotFound" | "RevisionNotFound" | "GatedRepo";

/** What a {@linkcode HubError} can carry besides status and message. */
export interface HubErrorOptions {
  /** Sent as `X-Error-Code`. */
  readonly code?: HubErrorCode;
  /** Further members of the JSON body, such as the `url` that a 409 at creation must have. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Further response headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error answer of the Hub: `{"error": message}` with `X-Error-Message` and, where there is one, `X-Error-Code`. */
export class HubError extends Error {
  override readonly name = "HubError";
  /** The HTTP status. */
  readonly status: number;
  /** Sent as `X-Error-Code`. */
  readonly code: HubErrorCode | undefined;
  /** Further members of the JSON body. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Further response headers. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param status The HTTP status.
   * @param message Shown to the client.
   * @param options Code, body members and headers.
   */
  constructor(status: number, message: string, options: HubErrorOptions = {}) {
    super(message);
    this.status = status;
    this.code = options.code;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The answer for an error: JSON body (none for HEAD) and the `X-Error-…` headers. */
export function hubErrorResponse(error: HubError, method: string): Response {
  const headers = new Headers({ ...error.headers });
  headers.set("X-Error-Message", headerText(error.message));
  if (error.code !== undefined) headers.set("X-Error-Code", error.code);
  headers.set("Content-Type", "application/json; charset=utf-8");
  const body = JSON.stringify({ error: error.message, ...error.fields });
  return new Response(method === "HEAD" ? null : body, { status: error.status, headers });
}

/** The bucket is not there, or not for this caller: the Hub does not tell which. */
export function repoNotFound(): HubError {
  return new HubError(404, "Repository not found", { code: "RepoNotFound" });
}

/** The file is not there. */
export function entryNotFound(headers: Readonly<Record<string, string>> = {}): HubError {
  return new HubError(404, "Entry not found", { code: "EntryNotFound", headers });
}

/** The repo has no such branch, tag or commit. */
export function revisionNotFound(revision: string): HubError {
  return new HubError(404, `Invalid rev id: ${revision}`, { code: "RevisionNotFound" });
}

/** The caller must say who they are. */
export function unauthorized(): HubError {
  return new HubError(401, "Invalid username or password.");
}

/** A header value can hold printable ASCII only. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
