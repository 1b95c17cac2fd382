import denoJson from "../../deno.json" with { type: "json" };
import { builtin } from "../flow/builtin.ts";
import { Circuit } from "../flow/circuit.ts";
import { retry } from "../flow/retry.ts";
import type { Sleep } from "../flow/sleep.ts";
import { Watchdog } from "../flow/watchdog.ts";
import { callName } from "./call_name.ts";
import { describe, type HubCall } from "./hub_call.ts";
import { HubError, type HubErrorKind } from "./hub_error.ts";
import type { HubObserver } from "./hub_observer.ts";
import { HubDownError } from "./hub_errors.ts";
import { Quota } from "./quota.ts";
import { readText, UnreadableReply } from "./read_text.ts";
import { type HubReply, refusal } from "./reply.ts";
import { watched } from "./watched_body.ts";

/** How often and how patiently calls are repeated; see `RetryOptions` of `lib/flow/retry.ts`. */
export interface HubRetry {
  /** Attempts in all. */
  readonly attempts: number;
  /** The longest first wait, in milliseconds. */
  readonly baseMs: number;
  /** The longest computed wait, in milliseconds. */
  readonly maxMs: number;
  /** The longest wait on the Hub's request; beyond it the error is thrown at once. */
  readonly maxAdvisedMs: number;
}

/** What the transport is given. */
export interface TransportOptions {
  /** The Hub's base URL, `http(s)://host[:port][/path]`. */
  readonly endpoint: string;
  /** The Hub token; without one only public buckets can be read. */
  readonly token?: string | undefined;
  /** Sends requests. */
  readonly fetch?: typeof fetch | undefined;
  /** Sent as `User-Agent`. */
  readonly userAgent?: string | undefined;
  /** Overrides parts of the retry policy. */
  readonly retry?: Partial<HubRetry> | undefined;
  /** Told of each failed attempt that is repeated. */
  readonly onRetry?: ((error: Error, attempt: number, waitMs: number) => void) | undefined;
  /** Told of each request to the Hub. */
  readonly observer?: HubObserver | undefined;
  /** Keeps calls from a Hub that is down; clients of one Hub can share it. Default: one of its own. */
  readonly circuit?: Circuit | undefined;
  /** Told when a circuit of its own opens, for how many milliseconds, and when it closes. */
  readonly onCircuit?: ((state: "open" | "closed", openMs: number) => void) | undefined;
  /** A call without any progress for so long fails, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The present, in milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** Waits between attempts. */
  readonly sleep?: Sleep | undefined;
  /** A number from 0 up to 1, for the jitter. */
  readonly random?: (() => number) | undefined;
}

const DEFAULT_RETRY: HubRetry = {
  attempts: 4,
  baseMs: 500,
  maxMs: 8_000,
  // S3 clients wait about a minute for an answer; a longer wait is theirs to make.
  maxAdvisedMs: 15_000,
};
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_USER_AGENT = `hugbucket/${denoJson.version}`;
const MAX_REDIRECTS = 5;

/** Sends calls to one Hub with one token: time-outs, redirects, retries, errors. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #isBrowser: boolean;
  readonly #retry: HubRetry;
  readonly #quota: Quota;
  readonly #circuit: Circuit;

  /** @throws TypeError for an endpoint or a token that cannot be one. */
  constructor(options: TransportOptions) {
    this.#options = options;
    this.#base = baseUrl(options.endpoint);
    this.#retry = { ...DEFAULT_RETRY, ...options.retry };
    this.#quota = new Quota(options.now ?? Date.now);
    const { now, random, onCircuit: onChange } = options;
    this.#circuit = options.circuit ?? new Circuit({ now, random, onChange });
    if (options.token !== undefined && !/^[\x21-\x7e]+$/.test(options.token)) {
      // Sending it would fail with an error that quotes it.
      throw new TypeError("The Hub token is empty or holds characters that a header cannot hold");
    }
    // A browser has a name of its own; a request with another one needs the server's leave (CORS).
    this.#isBrowser = builtin("node:http") === undefined;
    const userAgent = options.userAgent ?? (this.#isBrowser ? undefined : DEFAULT_USER_AGENT);
    this.#headers = {
      ...(userAgent !== undefined && { "user-agent": userAgent }),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    };
  }

  /** The Hub's base URL, without a slash at its end. */
  get base(): string {
    return this.#base;
  }

  /** How long a call that others may join should wait, in milliseconds; see {@linkcode Quota.pace}. */
  pace(): number {
    return this.#quota.pace();
  }

  /**
   * Sends a call, unless the Hub's quota is known to be spent or the Hub is down. A call that is not idempotent is repeated only after a 429, which the Hub gives
   * before it does anything.
   *
   * @throws HubError, or the signal's reason.
   */
  send(call: HubCall): Promise<HubReply> {
    return this.#repeated(call, () => this.#guarded(call, () => this.#attempt(call)));
  }

  #repeated<T>(call: HubCall, attempt: () => Promise<T>): Promise<T> {
    const { sleep, random, onRetry } = this.#options;
    return retry(attempt, {
      ...this.#retry,
      shouldRetry: (error) =>
        error instanceof HubError && error.retryable && !(error instanceof HubDownError) &&
        (call.idempotent || error.kind === "rate_limited"),
      waitOf: (error) =>
        error instanceof HubError && error.retryAfterSeconds !== undefined
          ? error.retryAfterSeconds * 1000
          : undefined,
      onRetry,
      sleep,
      random,
      // A change that was made must not be reported as an abort that came after it.
      ...(call.idempotent && { signal: call.signal }),
    });
  }

  /**
   * Sends a GET and gives its body as it comes, following redirects to anywhere; the token goes to the Hub alone. Only what comes before the
   * body is repeated.
   *
   * @param path Path and query, escaped, from `/` on.
   * @param headers Further headers of the request.
   * @param options `location` is where the Hub has said that the body is: the path is asked for if it is not there (any more).
   * @throws HubError, or the signal's reason.
   */
  open(
    path: string,
    headers: Readonly<Record<string, string>>,
    { location, signal }: {
      readonly location?: string | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Response> {
    const call = { method: "GET", path, idempotent: true, headers, signal } as const;
    let known = location;
    return this.#repeated(call, async () => {
      const ask = () => this.#guarded(call, () => this.#attemptToOpen(call, this.#base + path));
      if (known === undefined) return await ask();
      const place = known;
      known = undefined;
      try {
        return await this.#attemptToOpen(call, place);
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        return await ask();
      }
    });
  }

  /**
   * Sends one attempt if the circuit lets it through. Any answer of the Hub but a 5xx closes it; no answer weighs twice as
   * much as a refusal, since it is seldom about the call.
   */
  async #guarded<T>(call: HubCall, attempt: () => Promise<T>): Promise<T> {
    const pass = this.#circuit.enter();
    if (typeof pass === "number") {
      throw new HubDownError("network", `The Hub is down: ${describe(call)} was not sent`, {
        retryAfterSeconds: pass / 1000,
      });
    }
    try {
      const result = await attempt();
      pass.succeeded();
      return result;
    } catch (error) {
      if (!(error instanceof HubError)) pass.abandoned();
      else if (error.kind === "network" || error.kind === "timeout") pass.failed(2);
      else if (error.kind === "server_error") pass.failed();
      else if (error.status === undefined) pass.abandoned();
      else pass.succeeded();
      throw error;
    }
  }

  async #attemptToOpen(call: HubCall, place: string): Promise<Response> {
    const limit = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const watchdog = new Watchdog(
      limit,
      () => this.#noAnswer(call, "timeout", `no answer for ${limit} ms`),
      call.signal,
    );
    try {
      let url = place;
      for (let hops = 0;; hops++) {
        // A browser does not tell where a redirect leads; it follows by itself, and leaves the token behind.
        const redirect = this.#isBrowser ? "follow" : "manual";
        const response = await this.#fetch(call, url, watchdog.signal, redirect);
        if (response.ok) return new Response(watched(response.body, watchdog), response);
        const { status, headers } = response;
        const text = await readText(response, () => watchdog.progress());
        const reply: HubReply = { call: describe(call), status, headers, text };
        if (status < 300 || status >= 400) throw this.refuse(reply, false);
        const target = URL.parse(headers.get("location") ?? "", url);
        if (target === null || !/^https?:$/.test(target.protocol) || hops === MAX_REDIRECTS) {
          throw redirectError(reply);
        }
        url = target.href;
      }
    } catch (error) {
      watchdog.stop();
      if (error instanceof HubError) throw error;
      if (error instanceof UnreadableReply) throw this.#unreadable(call, error);
      watchdog.signal.throwIfAborted();
      throw this.#noAnswer(call, "network", "the connection failed", error);
    }
  }

  async #attempt(call: HubCall): Promise<HubReply> {
    const limit = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const expire = () => this.#noAnswer(call, "timeout", `no progress for ${limit} ms`);
    const watchdog = new Watchdog(limit, expire, call.signal);
    try {
      return await this.#exchange(call, watchdog);
    } catch (error) {
      if (error instanceof HubError) throw error;
      if (error instanceof UnreadableReply) throw this.#unreadable(call, error);
      watchdog.signal.throwIfAborted();
      throw this.#noAnswer(call, "network", "the connection failed", error);
    } finally {
      watchdog.stop();
    }
  }

  #noAnswer(call: HubCall, kind: HubErrorKind, why: string, cause?: unknown): HubError {
    return new HubError(kind, `No answer from the Hub to ${describe(call)}: ${why}`, {
      outcomeUnknown: !call.idempotent,
      cause,
    });
  }

  #unreadable(call: HubCall, cause: UnreadableReply): HubError {
    return new HubError(
      "malformed",
      `The Hub's answer to ${describe(call)} is not understood: ${cause.message}`,
      { outcomeUnknown: !call.idempotent, cause },
    );
  }

  async #exchange(call: HubCall, watchdog: Watchdog): Promise<HubReply> {
    let url = this.#base + call.path;
    for (let hops = 0;; hops++) {
      const response = await this.#fetch(call, url, watchdog.signal);
      watchdog.progress();
      const { status, headers } = response;
      const text = await readText(response, () => watchdog.progress());
      const reply: HubReply = { call: describe(call), status, headers, text };
      if ((status >= 200 && status < 300) || call.accept?.includes(status)) return reply;
      if (status >= 300 && status < 400) {
        url = this.#redirected(call, url, reply, hops);
        continue;
      }
      throw this.refuse(reply, !call.idempotent);
    }
  }

  async #fetch(
    call: HubCall,
    url: string,
    signal: AbortSignal,
    redirect: "follow" | "manual" = "manual",
  ): Promise<Response> {
    const isHub = new URL(url).origin === new URL(this.#base).origin;
    const { authorization: _, ...open } = this.#headers;
    const { observer } = this.#options;
    if (isHub) this.#quota.take(call.path);
    const ended = isHub ? observer?.began(this.#nameOf(call.method, url)) : undefined;
    let response: Response;
    try {
      response = await (this.#options.fetch ?? fetch)(url, {
        method: call.method,
        headers: {
          ...(isHub ? this.#headers : open),
          ...call.headers,
          ...(call.body && { "content-type": call.body.type }),
        },
        ...(call.body && { body: call.body.text }),
        redirect,
        signal,
      });
    } catch (error) {
      if (isHub) this.#quota.lost(call.path);
      ended?.(undefined);
      throw error;
    }
    if (isHub) this.#learn(call, response);
    ended?.(response.status);
    if (response.type === "opaqueredirect") throw hiddenRedirect(describe(call));
    return response;
  }

  #learn(call: HubCall, { headers }: Response): void {
    const limits = this.#quota.answered(call.path, headers);
    if (limits.length > 0) this.#options.observer?.quota?.(limits);
  }

  #nameOf(method: string, url: string): string {
    return callName(method, url.startsWith(this.#base) ? url.slice(this.#base.length) : "");
  }

  /**
   * The error that an answer stands for.
   *
   * @param reply An answer with an error status.
   * @param changes Whether the call changes something.
   */
  refuse(reply: HubReply, changes: boolean): HubError {
    const now = (this.#options.now ?? Date.now)();
    return refusal(reply, { now, secret: this.#options.token, changes });
  }

  /** Where a redirect leads: only inside the Hub's own origin, as the token goes with it. */
  #redirected(call: HubCall, url: string, reply: HubReply, hops: number): string {
    const location = reply.headers.get("location");
    const target = location === null || !URL.canParse(location, url)
      ? undefined
      : new URL(location, url);
    // 301 to 303 turn a POST into a GET (RFC 9110, 15.4), which would not do what was asked.
    const keepsMethod = call.method === "GET" || call.method === "HEAD" || reply.status >= 307;
    if (
      target?.origin === new URL(this.#base).origin && keepsMethod && hops < MAX_REDIRECTS &&
      reply.status !== 304
    ) return target.href;
    throw redirectError(reply);
  }
}

const redirectError = (reply: HubReply): HubError =>
  new HubError("redirect", `The Hub redirects ${reply.call} to where we do not follow`, {
    status: reply.status,
  });

const hiddenRedirect = (call: string): HubError =>
  new HubError("redirect", `The Hub redirects ${call} to where a browser does not tell`);

function baseUrl(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (
    (url?.protocol !== "https:" && url?.protocol !== "http:") || url.username !== "" ||
    url.password !== "" || url.search !== "" || url.hash !== ""
  ) throw new TypeError("The Hub's endpoint is not a plain http or https URL");
  return url.href.replace(/\/+$/, "");
}
