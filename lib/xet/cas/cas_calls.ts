import type {
  CasCallOptions,
  CasClientOptions,
  CasScope,
  CasTokenSource,
  UploadCallOptions,
} from "./cas_options.ts";
import { refusal } from "./cas_error.ts";
import { type Attempt, type CasRetry, Exchange } from "./exchange.ts";
import { createSender } from "./create_sender.ts";
import type { KeptSender, SendAnswer } from "./sender.ts";

const DEFAULT_RETRY: CasRetry = { attempts: 5, baseMs: 500, maxMs: 60_000 };
const DEFAULT_IDLE_MS = 120_000;

/** What a request with a token is made of, besides its path. */
export interface CasRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** Calls to one CAS: addresses, tokens, attempts. */
export class CasCalls {
  readonly #token: CasTokenSource;
  readonly #exchange: Exchange;
  readonly #sender: KeptSender | undefined;
  readonly #idleMs: number;

  /** @param options What the client was given. */
  constructor(options: CasClientOptions) {
    this.#token = options.token;
    const own = options.send === undefined ? createSender() : undefined;
    this.#sender = own;
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#exchange = new Exchange({
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      send: options.send ?? ((url, request) => {
        if (own === undefined) throw new TypeError("A sender was given; there is no other");
        return own.send(url, request);
      }),
      retry: options.retry ?? DEFAULT_RETRY,
      clock: options.clock ?? Date.now,
      random: options.random,
      sleep: options.sleep,
      observer: options.observer,
    });
  }

  /** Closes kept connections. Calls under way fail. */
  close(): void {
    this.#sender?.close();
  }

  /**
   * Makes a call, again where that may help.
   *
   * @param what Names it in errors.
   * @param options `signal` ends it.
   * @param work One attempt.
   * @param idleMs How long it may stand still, for each attempt.
   */
  run<T>(
    what: string,
    { signal }: CasCallOptions,
    work: (attempt: Attempt) => Promise<T>,
    idleMs: number | ((attempt: number) => number) = this.#idleMs,
  ): Promise<T> {
    return this.#exchange.run({ what, idleMs, signal }, work);
  }

  /** Makes a request with a token of this scope. */
  request(
    attempt: Attempt,
    scope: CasScope,
    path: string,
    options: CasCallOptions,
    { headers, ...init }: CasRequest = {},
  ): Promise<Response> {
    return this.#authorized(
      scope,
      path,
      options,
      (url, authorization) =>
        attempt.fetch(url, { ...init, headers: { ...headers, authorization } }),
      (refused) => attempt.leave(refused),
    );
  }

  /** Sends a large body with a token that may write; throws what is not a success. */
  async post(
    attempt: Attempt,
    path: string,
    options: UploadCallOptions,
    pieces: readonly Uint8Array[],
  ): Promise<SendAnswer> {
    const answer = await this.#authorized(
      "write",
      path,
      options,
      (url, authorization) =>
        attempt.send(url, { method: "POST", headers: { authorization } }, pieces, options.onSent),
      () => Promise.resolve(),
    );
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusal(`POST ${path}`, answer, this.#exchange.now());
  }

  /** A token that is refused is replaced once: the CAS's clock counts, not ours. */
  async #authorized<A extends { readonly status: number }>(
    scope: CasScope,
    path: string,
    { signal }: CasCallOptions,
    send: (url: string, authorization: string) => Promise<A>,
    discard: (answer: A) => Promise<void>,
  ): Promise<A> {
    const sendWith = ({ casUrl, accessToken }: Awaited<ReturnType<CasTokenSource>>) =>
      send(casUrl.replace(/\/+$/, "") + path, `Bearer ${accessToken}`);
    const token = await this.#token(scope, signal);
    const answer = await sendWith(token);
    if (answer.status !== 401) return answer;
    const other = await this.#token(scope, signal, token.accessToken);
    if (other.accessToken === token.accessToken) return answer;
    await discard(answer);
    return await sendWith(other);
  }
}
