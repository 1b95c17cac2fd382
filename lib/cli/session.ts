import { BucketClient } from "../buckets/mod.ts";
import type { Config } from "../config/config.ts";
import type { Console } from "./console.ts";

/** What a command works with. */
export interface Session {
  /** The bucket library, with the settings' token and endpoint. */
  readonly client: BucketClient;
  /** The terminal. */
  readonly console: Console;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

/** What a session is opened with. */
export interface SessionOptions {
  /** The settings, with a token. */
  readonly config: Config & { readonly hfToken: string };
  /** The terminal. */
  readonly console: Console;
  /** Ends the command. */
  readonly signal: AbortSignal;
  /** The program's version, for `User-Agent`. */
  readonly version: string;
}

/** What there is to say without a token. */
export const NO_TOKEN_MESSAGE = "There is no token: set HF_TOKEN to one from " +
  "https://huggingface.co/settings/tokens, or HF_ENDPOINT and HF_TOKEN to those of an embedded hub";

/** Opens a session; its client has to be closed. */
export function openSession({ config, console, signal, version }: SessionOptions): Session {
  const client = new BucketClient({
    token: config.hfToken,
    endpoint: config.hfEndpoint,
    namespace: config.hfNamespace,
    memoryBudget: config.memoryBudget,
    workers: config.workers,
    stallMs: config.stallTimeoutSeconds * 1000,
    userAgent: `hugbucket-cli/${version}`,
  });
  return { client, console, signal };
}
