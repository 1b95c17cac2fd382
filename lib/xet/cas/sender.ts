/** A request whose body is in pieces. */
export interface SendRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent one after the other with a Content-Length; they are not changed while this is under way. */
  readonly body: readonly Uint8Array[];
  /** Ends the request; the promise then rejects with its reason. */
  readonly signal: AbortSignal;
  /** Told whenever bytes went out or came in, and how many of the body went out. */
  readonly progress: (sent?: number) => void;
}

/** A small answer, read whole. */
export interface SendAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: () => Promise<string>;
}

/**
 * Sends a large body with its length. The runtime's `fetch` sends streams without a length, and
 * copies large arrays; so xorbs go through this seam.
 */
export type Sender = (url: string, request: SendRequest) => Promise<SendAnswer>;

/** A {@linkcode Sender} that may keep connections. */
export interface KeptSender {
  readonly send: Sender;
  /** Closes the connections that are kept; requests under way fail. */
  close(): void;
}
