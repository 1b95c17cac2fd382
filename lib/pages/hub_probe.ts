import { SingleFlight } from "../flow/single_flight.ts";
import { HubClient, type HubClientOptions } from "../hub/hub_client.ts";
import { HubError, type HubErrorKind } from "../hub/hub_error.ts";

/** What a {@linkcode HubProbe} stands on. */
export interface HubProbeOptions extends Pick<HubClientOptions, "endpoint" | "token" | "fetch"> {
  /** The namespace to ask for. */
  readonly namespace: (options: { readonly signal: AbortSignal }) => Promise<string>;
  /** The present, in milliseconds since 1970. */
  readonly now: () => number;
  /** How long the Hub may take, in milliseconds. Default: 5,000. */
  readonly timeoutMs?: number;
}

/** What was found, in words; undefined for nothing. */
type Finding = string | undefined;

/** A Hub that answered is asked again after this time: 10 calls of a quota's five minutes, 1 % of the smallest. */
const GOOD_FOR_MS = 30_000;
/** One that did not, sooner: such calls cost no quota. */
const BAD_FOR_MS = 5_000;
const TIMEOUT_MS = 5_000;

/** Refusals that show that the Hub is there and can answer others. */
const ANSWERS: ReadonlySet<HubErrorKind> = new Set([
  "forbidden",
  "not_found",
  "rate_limited",
  "conflict",
  "too_large",
  "unprocessable",
  "bad_request",
]);

/** Whether the Hub answers, asked rarely: whoever wants to know shares the last answer. */
export class HubProbe {
  readonly #hub: HubClient;
  readonly #options: HubProbeOptions;
  readonly #flights = new SingleFlight<"probe", Finding>();
  #last: { readonly finding: Finding; readonly until: number } | undefined;

  /** Nothing is asked of the Hub yet. */
  constructor(options: HubProbeOptions) {
    const { endpoint, token, fetch } = options;
    this.#hub = new HubClient({ endpoint, token, fetch, retry: { attempts: 1 } });
    this.#options = options;
  }

  /** Why the Hub cannot be worked with; undefined when it can, as far as is known. */
  async check(): Promise<Finding> {
    const { now } = this.#options;
    if (this.#last !== undefined && now() < this.#last.until) return this.#last.finding;
    return await this.#flights.run("probe", async () => {
      const finding = await this.#ask();
      const goodFor = finding === undefined ? GOOD_FOR_MS : BAD_FOR_MS;
      this.#last = { finding, until: now() + goodFor };
      return finding;
    });
  }

  async #ask(): Promise<Finding> {
    const { namespace, timeoutMs = TIMEOUT_MS } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const pages = this.#hub.listBuckets(await namespace({ signal }), { signal });
      await pages.next();
      await pages.return();
      return undefined;
    } catch (error) {
      if (signal.aborted) return "the Hub does not answer in time";
      if (error instanceof HubError) return findingOf(error);
      throw error;
    }
  }
}

function findingOf({ kind }: HubError): Finding {
  if (ANSWERS.has(kind)) return undefined;
  switch (kind) {
    case "unauthorized":
      return "the Hub does not take the gateway's token";
    case "server_error":
      return "the Hub answers with errors";
    case "malformed":
    case "redirect":
      return "what answers is not a Hub";
    default:
      return "the Hub cannot be reached";
  }
}
