/** Failures on demand. */

import { type Damage, isDamage } from "./damage.ts";
import { endpointMatches } from "./endpoint.ts";

/** Which requests fail, how, and how often. */
export interface FaultRule {
  /** The endpoint (`hub.batch`), a group of them (`cas.xorb`, `hub`), or `*`; every one when absent. */
  readonly endpoint?: string;
  /** Only requests with this method. */
  readonly method?: string;
  /** Only requests whose undecoded path matches. */
  readonly path?: RegExp;
  /**
   * The status to answer, or `reset`: the connection breaks before the answer is complete. (The first bytes of a 200 may still
   * reach the client, but never its body; for HEAD, which has none, the answer is 502.) Or what happens to the true answer's
   * bytes, after the effect: the connection breaks inside them (`break`), they end too soon as if that were all (`truncate`), a
   * bit of them is another (`flip`), or from some place on nothing more comes (`stall`).
   */
  readonly status: number | "reset" | Damage;
  /** Where that happens to the bytes, as a share of them, 0 to 1; in the middle when absent. */
  readonly at?: number;
  /** `before` the request has any effect (the default), or `after` it: then only its answer is lost. */
  readonly when?: "before" | "after";
  /** How many requests to let pass first; none when absent. */
  readonly skip?: number;
  /** How many requests fail; all when absent. */
  readonly times?: number;
  /** How likely a request that could fail does so, 0 to 1; 1 when absent. */
  readonly probability?: number;
  /** Seconds for a `Retry-After` header. */
  readonly retryAfter?: number;
  /** The error message; a generic one when absent. */
  readonly message?: string;
}

/** The faults of a hub. */
export interface Faults {
  /** Adds a rule and returns what takes it away again. */
  add(rule: FaultRule): () => void;
  /** Takes all rules away. */
  clear(): void;
  /** The rule that makes this request fail, if one does. Called once for each request. */
  choose(request: FaultTarget): FaultRule | undefined;
}

/** What rules look at. */
export interface FaultTarget {
  /** The name of its endpoint. */
  readonly endpoint: string;
  /** Its method. */
  readonly method: string;
  /** Its undecoded path. */
  readonly path: string;
}

interface ActiveRule {
  readonly rule: FaultRule;
  skip: number;
  left: number;
}

/** Makes an empty set of rules; `random` decides where a rule has a probability. The first rule that applies wins. */
export function createFaults(random: () => number): Faults {
  const active = new Set<ActiveRule>();
  const applies = (entry: ActiveRule): boolean => {
    if (entry.left === 0) return false;
    if (entry.skip > 0) {
      entry.skip--;
      return false;
    }
    if (random() >= (entry.rule.probability ?? 1)) return false;
    entry.left--;
    return true;
  };
  return {
    add(rule) {
      const entry = { rule, skip: rule.skip ?? 0, left: rule.times ?? Infinity };
      active.add(entry);
      return () => void active.delete(entry);
    },
    clear: () => active.clear(),
    choose(request) {
      for (const entry of active) {
        if (isMeant(entry.rule, request) && applies(entry)) return entry.rule;
      }
      return undefined;
    },
  };
}

function isMeant(rule: FaultRule, request: FaultTarget): boolean {
  return endpointMatches(rule.endpoint ?? "*", request.endpoint) &&
    (rule.method === undefined || rule.method === request.method) &&
    (rule.path === undefined || rule.path.test(request.path));
}

/** The answer that a rule gives to a request. */
export function faultResponse(rule: FaultRule, method: string): Response {
  if (rule.status === "reset" || isDamage(rule.status)) return brokenResponse(method);
  const message = rule.message ?? `Injected fault ${rule.status}`;
  const headers = new Headers({ "X-Error-Message": message });
  headers.set("Content-Type", "application/json; charset=utf-8");
  if (rule.retryAfter !== undefined) headers.set("Retry-After", String(rule.retryAfter));
  const body = method === "HEAD" ? null : JSON.stringify({ error: message });
  return new Response(body, { status: rule.status, headers });
}

/** Promises bytes and ends without them: the server then has to break the connection. */
function brokenResponse(method: string): Response {
  if (method === "HEAD") return new Response(null, { status: 502 });
  const nothing = new ReadableStream({ start: (controller) => controller.close() });
  return new Response(nothing, { headers: { "Content-Length": "1048576" } });
}
