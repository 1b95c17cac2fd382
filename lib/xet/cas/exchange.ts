import { retry } from "../../flow/retry.ts";
import type { Sleep } from "../../flow/sleep.ts";
import { Watchdog } from "../../flow/watchdog.ts";
import { joinBytes } from "../../flow/byte_pieces.ts";
import type { CallObserver } from "../../flow/call_observer.ts";
import { BodyReader, type Guard } from "./body_reader.ts";
import { callName } from "./call_name.ts";
import { CasError, refusal } from "./cas_error.ts";
import type { SendAnswer, Sender } from "./sender.ts";

/** How often and after which waits a failed call is repeated. */
export interface CasRetry {
  /** Tries in all, at least 1. */
  readonly attempts: number;
  /** The longest first wait, in milliseconds; doubles each time. */
  readonly baseMs: number;
  /** The longest wait, in milliseconds; if the CAS asks for a longer one, the call fails. */
  readonly maxMs: number;
}

/** What an {@linkcode Exchange} stands on. */
export interface ExchangeOptions {
  readonly fetch: typeof fetch;
  readonly send: Sender;
  readonly retry: CasRetry;
  readonly clock: () => number;
  readonly random?: (() => number) | undefined;
  readonly sleep?: Sleep | undefined;
  readonly observer?: CallObserver | undefined;
}

/** One call: how it is named in errors, and what bounds it. */
export interface Call {
  /** As in "POST /v2/shards"; never holds a token or a signed URL. */
  readonly what: string;
  /** How long nothing may arrive or leave, in milliseconds; for each attempt, from 1. */
  readonly idleMs: number | ((attempt: number) => number);
  readonly signal?: AbortSignal | undefined;
}

/** An attempt at a {@linkcode Call}. */
export interface Attempt {
  /** Makes a request; throws CasError if there is no answer. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Sends a body in pieces, and tells of each; throws CasError if there is no answer. */
  send(
    url: string,
    init: { method: string; headers: Readonly<Record<string, string>> },
    body: readonly Uint8Array[],
    onSent?: (bytes: number) => void,
  ): Promise<SendAnswer>;
  /** The body as it arrives; throws CasError if it breaks off. */
  receive(response: Response): AsyncGenerator<Uint8Array, void, void>;
  /** The body, to be read into buffers of the caller. */
  open(response: Response): BodyReader;
  /** The whole body; throws CasError if it is longer than `limit` bytes. */
  readAll(response: Response, limit: number): Promise<Uint8Array>;
  /** Leaves the rest of an answer unread. */
  leave(response: Response): Promise<void>;
  /** The error for an answer that is not a success; its body is left unread. */
  refuse(response: Response): Promise<CasError>;
  /** Something arrived. */
  progress(): void;
}

/** Calls over HTTP with time-outs by progress and bounded, jittered repeats. */
export class Exchange {
  readonly #options: ExchangeOptions;

  /** @param options What it stands on. */
  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** The time in milliseconds. */
  now(): number {
    return this.#options.clock();
  }

  /**
   * Makes a call, again if it fails in a way that a repeat may mend.
   *
   * @param call Name and bounds.
   * @param work One attempt.
   */
  run<T>(call: Call, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { retry: { attempts, baseMs, maxMs }, sleep, random } = this.#options;
    return retry((attempt) => this.#once(call, attempt, work), {
      attempts,
      baseMs,
      maxMs,
      shouldRetry: (error) => error instanceof CasError && error.retryable,
      waitOf: (error) =>
        error instanceof CasError && error.retryAfterSeconds !== undefined
          ? error.retryAfterSeconds * 1000
          : undefined,
      signal: call.signal,
      sleep,
      random,
    });
  }

  async #once<T>(
    call: Call,
    attempt: number,
    work: (attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const { what, signal } = call;
    const idleMs = typeof call.idleMs === "number" ? call.idleMs : call.idleMs(attempt);
    const watchdog = new Watchdog(
      idleMs,
      () => new CasError(`Nothing moved in ${idleMs} ms during ${what}`, { retryable: true }),
      signal,
    );
    try {
      return await work(this.#attempt(what, watchdog));
    } finally {
      watchdog.stop();
    }
  }

  #attempt(what: string, watchdog: Watchdog): Attempt {
    const { signal } = watchdog;
    const guard: Guard = async (step) => {
      watchdog.progress();
      try {
        return await step();
      } catch (error) {
        signal.throwIfAborted();
        throw broken(what, error);
      } finally {
        // Who takes long over what has arrived must not be taken for a server that stands still.
        watchdog.rest();
      }
    };
    const { observer } = this.#options;
    const received = (bytes: number) => observer?.received?.(bytes);
    const receive = (response: Response) => pieces(response, guard, received);
    const progress = () => watchdog.progress();
    const send: Attempt["send"] = (url, init, body, onSent) =>
      this.#options.send(url, {
        ...init,
        body,
        signal,
        progress: (sent = 0) => {
          progress();
          if (sent === 0) return;
          onSent?.(sent);
          observer?.sent?.(sent);
        },
      });
    return {
      fetch: (url, init) =>
        this.#told(what, async () => {
          const response = await guard(() => this.#options.fetch(url, { ...init, signal }));
          if (init.body instanceof Uint8Array) observer?.sent?.(init.body.length);
          return response;
        }),
      send: (...args) =>
        this.#told(what, async () => {
          const answer = await guard(() => send(...args));
          if (observer !== undefined) received((await answer.text()).length);
          return answer;
        }),
      receive,
      open: (response) => new BodyReader(response.body, guard, received),
      readAll: (response, limit) => collect(receive(response), limit, what),
      leave,
      refuse: async (response) => {
        await leave(response);
        return refusal(what, response, this.now());
      },
      progress,
    };
  }

  /** Tells of a request and of its end. */
  async #told<A extends { readonly status: number }>(
    what: string,
    request: () => Promise<A>,
  ): Promise<A> {
    const ended = this.#options.observer?.began(callName(what));
    if (ended === undefined) return await request();
    let status: number | undefined;
    try {
      const answer = await request();
      status = answer.status;
      return answer;
    } finally {
      ended(status);
    }
  }
}

async function leave(response: Response): Promise<void> {
  // Of a body that has broken off meanwhile nothing is left; that must not hide what is being done.
  await response.body?.cancel().catch(() => {});
}

async function* pieces(
  response: Response,
  guard: Guard,
  received: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let ended = false;
  try {
    while (true) {
      const { done, value } = await guard(() => reader.read());
      if (done) {
        ended = true;
        return;
      }
      received(value.length);
      yield value;
    }
  } catch (error) {
    ended = true; // a broken body has nothing left to cancel
    throw error;
  } finally {
    // As with `leave`: who stops reading has a reason, and a body that broke has no better one.
    if (!ended) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

async function collect(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  what: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > limit) {
      throw new CasError(`The answer to ${what} is longer than ${limit} bytes`, {
        retryable: false,
      });
    }
    parts.push(part);
  }
  return joinBytes(parts);
}

/** The runtime's messages name the URL, which may be signed. */
function broken(what: string, error: unknown): CasError {
  const message = error instanceof Error ? error.message : String(error);
  return new CasError(`There was no complete answer to ${what}`, {
    retryable: true,
    cause: new Error(message.replaceAll(/https?:\/\/[^\s)]+/g, "[url]")),
  });
}
