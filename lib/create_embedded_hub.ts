/**
 * A Hub with buckets, repos and a Xet CAS of one's own, on disk or in memory: for `main.ts`, for the tests of this project, and for the tests
 * of anybody who talks to Hub buckets.
 */

import type { CasOffer } from "./embedded_hub/cas/cas_parts.ts";
import { createCas } from "./embedded_hub/cas/create_cas.ts";
import {
  type Account,
  createAccounts,
  type Membership,
  type Plan,
  type TokenRole,
} from "./embedded_hub/hub/accounts.ts";
import { createHub } from "./embedded_hub/hub/create_hub.ts";
import { CAS_PATH, createServer } from "./embedded_hub/server.ts";
import { InFlight } from "./http/in_flight.ts";
import { openStorage } from "./embedded_hub/storage/open_storage.ts";
import { type Counters, createCounters } from "./embedded_hub/switches/counters.ts";
import type { Quotas } from "./embedded_hub/switches/rate_limits.ts";
import { createSwitches, type Switches } from "./embedded_hub/switches/switches.ts";
import { casUpload } from "./seed/cas_upload.ts";
import type { RepoSeed, SeededRepo } from "./seed/repo_seed.ts";
import { seedRepo } from "./seed/seed_repo.ts";

export type { CasOffer } from "./embedded_hub/cas/cas_parts.ts";
export type { Membership, OrganisationRole, Plan, TokenRole } from "./embedded_hub/hub/accounts.ts";
export type { HubSettings } from "./embedded_hub/hub/context.ts";
export type { Counters, EndpointCount } from "./embedded_hub/switches/counters.ts";
export type { Damage } from "./embedded_hub/switches/damage.ts";
export type { FaultRule, Faults, FaultTarget } from "./embedded_hub/switches/faults.ts";
export type { Latency } from "./embedded_hub/switches/latency.ts";
export type {
  CountedRequest,
  QuotaPlan,
  Quotas,
  RateClass,
  RateDecision,
  RateLimits,
} from "./embedded_hub/switches/rate_limits.ts";
export type { FileStorage, Gate, RepoSeed, SeededRepo } from "./seed/repo_seed.ts";
export type { Switches } from "./embedded_hub/switches/switches.ts";

/** A user of an embedded hub, with one token. To give a user several tokens, list the name several times. */
export interface EmbeddedHubUser {
  /** The user's name, which is also the namespace of their buckets. */
  readonly name: string;
  /** The access token, such as `hf_local`. */
  readonly token: string;
  /** What the token allows: `write` (the default) or `read`. */
  readonly role?: TokenRole;
  /** The organisations that the user is in; by name alone, the user may write there. */
  readonly orgs?: readonly (string | Membership)[];
  /** The plan that rate limits go by: `free` unless given. */
  readonly plan?: Plan;
}

/** How an embedded hub is to be. Every field can be left out. */
export interface EmbeddedHubOptions {
  /** Where its data is kept; made when missing. In memory when absent. */
  readonly directory?: string;
  /** Its users; one named `local` with the token `hf_local` unless given. */
  readonly users?: readonly EmbeddedHubUser[];
  /** Organisations besides those that users are in. */
  readonly orgs?: readonly string[];
  /** The port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /** The address to listen on; `127.0.0.1` unless given. */
  readonly hostname?: string;
  /** The URL that links in answers begin with; that of the request's `Host` header unless given. */
  readonly publicUrl?: string;
  /** Whether uploads are decompressed, hashed and checked; true unless given. */
  readonly verify?: boolean;
  /** Optional parts of the Xet protocol to leave out. */
  readonly offered?: Partial<CasOffer>;
  /** How long a Xet access token lives; 900 unless given. */
  readonly tokenLifetimeSeconds?: number;
  /** How long a signed URL works; 3600 unless given. */
  readonly urlLifetimeSeconds?: number;
  /** Rate limits: quotas for every caller, or `plans` for those of the Hub's plans. None unless given. */
  readonly rateLimits?: Quotas | "plans";
  /** The seed of faults that have a probability; 1 unless given. */
  readonly seed?: number;
  /** Closes the hub when it aborts. */
  readonly signal?: AbortSignal;
  /** The time in milliseconds since 1970; `Date.now` unless given. */
  readonly now?: () => number;
  /** A fresh name that cannot be guessed; `crypto.randomUUID` unless given. */
  readonly randomId?: () => string;
  /** Told of every failure that is answered with 500; to the console unless given. */
  readonly onError?: (error: unknown) => void;
  /** Starts an HTTP server; `Deno.serve` unless given. `false`: no server, just the handler. */
  readonly serve?: typeof Deno.serve | false;
}

/** A running embedded hub. */
export interface EmbeddedHub {
  /** Where it listens, without a final slash: the `HF_ENDPOINT` for its clients. Empty when there is no server and no public URL. */
  readonly url: string;
  /** The token of the first user. */
  readonly token: string;
  /** Answers a request without a server. */
  readonly handler: (request: Request) => Promise<Response>;
  /** Faults, delays, rate limits, lifetimes. */
  readonly switches: Switches;
  /** Calls and bytes by endpoint. */
  readonly counters: Counters;
  /**
   * Has the CAS forget a xorb (its printed hash) and what is made of it, as the real one may when no bucket holds that any more.
   */
  forgetXorb(hash: string): void;
  /**
   * Makes a commit in a model, a dataset or a Space, and the repo if it is not there; the repo holds then what the seed says, and its older
   * commits what they held. Nothing is counted, delayed or made to fail by switches.
   */
  seedRepo(seed: RepoSeed): Promise<SeededRepo>;
  /** Finishes the requests under way, stops listening and closes the data. */
  close(): Promise<void>;
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long one token of a seed's upload lives. */
const SEED_TOKEN_SECONDS = 900;

/** The user of a hub that was given none. */
const DEFAULT_USERS: readonly EmbeddedHubUser[] = [{ name: "local", token: "hf_local" }];

/**
 * Starts an embedded hub. Unmodified Hub clients work against it with its `url` as `HF_ENDPOINT` and its `token` as `HF_TOKEN`.
 *
 * It listens by itself, unlike other parts of this library, so that a test needs no more than these lines.
 *
 * @example
 * ```ts
 * import { createEmbeddedHub } from "@hugbucket/hugbucket";
 *
 * await using hub = await createEmbeddedHub();
 * const answer = await fetch(`${hub.url}/api/buckets/local/photos`, {
 *   method: "POST",
 *   headers: { Authorization: `Bearer ${hub.token}` },
 * });
 * await answer.body?.cancel();
 * ```
 */
export async function createEmbeddedHub(options: EmbeddedHubOptions = {}): Promise<EmbeddedHub> {
  options.signal?.throwIfAborted();
  const users = options.users ?? DEFAULT_USERS;
  const first = users[0];
  if (first === undefined) throw new TypeError("An embedded hub needs at least one user");
  const storage = openStorage(options.directory);
  try {
    const half = await openHalves(options, users, storage);
    const requests = new InFlight();
    const server = listen(options, requests.wrap(half.handler, refuse));
    const close = closeOnce(async () => {
      await requests.finish();
      await server?.shutdown();
      await half.close();
      storage.close();
    });
    options.signal?.addEventListener("abort", () => void close(), { once: true });
    return {
      url: options.publicUrl ?? (server === undefined ? "" : urlOf(server.addr)),
      token: first.token,
      handler: half.handler,
      switches: half.switches,
      counters: half.counters,
      forgetXorb: half.forgetXorb,
      seedRepo: half.seedRepo,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    storage.close();
    throw error;
  }
}

async function openHalves(
  options: EmbeddedHubOptions,
  users: readonly EmbeddedHubUser[],
  storage: ReturnType<typeof openStorage>,
) {
  const { publicUrl, verify, offered } = options;
  const now = options.now ?? (() => Date.now());
  const randomId = options.randomId ?? (() => crypto.randomUUID());
  const onError = options.onError ?? ((error) => console.error(error));
  const urlLifetimeSeconds = options.urlLifetimeSeconds ?? 3600;
  const switches = createSwitches({
    seed: options.seed ?? 1,
    now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 900,
    urlLifetimeSeconds,
  });
  switches.rateLimits.set(options.rateLimits);
  const cas = createCas({
    ...storage,
    now,
    randomId,
    onError,
    urlLifetimeSeconds: () => switches.settings.urlLifetimeSeconds,
    publicUrl: (request) => (publicUrl ?? new URL(request.url).origin) + CAS_PATH,
    ...(verify === undefined ? {} : { verify }),
    ...(offered === undefined ? {} : { offered }),
  });
  const accounts = createAccounts(users.map(accountOf), options.orgs ?? []);
  const hub = await createHub({
    database: storage.database,
    accounts,
    contents: cas,
    keptFiles: storage.keptFiles,
    issueXetToken: ({ scope, repo, expires }) => cas.tokens.issue({ scope, repo, exp: expires }),
    settings: switches.settings,
    now,
    randomId,
  });
  const seeding = {
    keptFiles: storage.keptFiles,
    uploadToXet: casUpload({
      handle: (request, path, query) => cas.handle(request, path, query),
      issueToken: async () => {
        const exp = Math.floor(now() / 1000) + SEED_TOKEN_SECONDS;
        return {
          accessToken: await cas.tokens.issue({ scope: "write", repo: "seed", exp }),
          exp,
        };
      },
    }),
    now,
  };
  const counters = createCounters();
  const handler = createServer({
    hub,
    cas: (request, path, query) => cas.handle(request, path, query),
    accounts,
    switches,
    counters,
    publicUrl,
    randomId,
    onError,
  });
  return {
    handler,
    switches,
    counters,
    forgetXorb: (hash: string) => cas.forgetXorb(hash),
    seedRepo: (seed: RepoSeed) => seedRepo({ ...seeding, commit: hub.commit }, seed),
    close: () => cas.close(),
  };
}

function accountOf(user: EmbeddedHubUser): Account {
  return {
    name: user.name,
    token: user.token,
    role: user.role ?? "write",
    plan: user.plan ?? "free",
    organisations: (user.orgs ?? []).map((org) =>
      typeof org === "string" ? { name: org, role: "write" } : org
    ),
  };
}

function listen(
  options: EmbeddedHubOptions,
  handler: Deno.ServeHandler,
): Deno.HttpServer<Deno.NetAddr> | undefined {
  const serve = options.serve ?? Deno.serve;
  if (serve === false) return undefined;
  // Compressed answers would lose the Content-Length that clients read sizes from.
  return serve({
    port: options.port ?? 0,
    hostname: options.hostname ?? "127.0.0.1",
    automaticCompression: false,
    onListen() {},
  }, handler);
}

const refuse = (): Response =>
  Response.json({ error: "The hub is being stopped" }, {
    status: 503,
    headers: { Connection: "close", "Retry-After": "1" },
  });

function urlOf(address: Deno.NetAddr): string {
  const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  const reachable = host === "0.0.0.0" || host === "[::]" ? "127.0.0.1" : host;
  return `http://${reachable}:${address.port}`;
}

function closeOnce(work: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => closed ??= work();
}
