/** Both halves of an embedded hub behind one handler, with the switches in front of them. */

import type { Accounts, Caller } from "./hub/accounts.ts";
import type { Hub } from "./hub/create_hub.ts";
import { HubError, hubErrorResponse } from "./hub/hub_error.ts";
import { type HubRequest, readHubRequest } from "./hub/hub_request.ts";
import { countRequest, countResponse } from "./switches/byte_counting.ts";
import type { CounterWriter } from "./switches/counters.ts";
import { damaged, isDamage } from "./switches/damage.ts";
import { endpointName } from "./switches/endpoint.ts";
import { faultResponse, type FaultRule } from "./switches/faults.ts";
import { type RateDecision, rateLimitedResponse } from "./switches/rate_limits.ts";
import type { Switches } from "./switches/switches.ts";

/** Where the CAS answers. */
export const CAS_PATH = "/cas";

/** Answers the requests of a CAS; `path` and `query` are raw, and `path` begins after the CAS's own path. */
export type CasHandler = (request: Request, path: string, query: string) => Promise<Response>;

/** What the server is made of. */
export interface ServerParts {
  /** Answers everything outside the CAS's path. */
  readonly hub: Hub;
  /** Answers everything under the CAS's path. */
  readonly cas: CasHandler;
  /** Says whose quota a request counts against. */
  readonly accounts: Accounts;
  /** What happens to requests before they reach a half. */
  readonly switches: Switches;
  /** Where requests are counted. */
  readonly counters: CounterWriter;
  /** Replaces the origin of the `Host` header in links, if given. */
  readonly publicUrl: string | undefined;
  /** Makes the ids that answers bear as `X-Request-Id`. */
  readonly randomId: () => string;
  /** Told of errors that are the hub's own fault; the client gets a 500. */
  readonly onError: (error: unknown) => void;
}

/** Makes the handler. */
export function createServer(parts: ServerParts): (request: Request) => Promise<Response> {
  const { counters } = parts;
  return async (original) => {
    const target = readHubRequest(original, parts.publicUrl);
    const endpoint = endpointName(target.method, target.path);
    counters.addCall(endpoint);
    const request = {
      ...target,
      request: countRequest(original, (bytes) => counters.addBytesIn(endpoint, bytes)),
    };
    const answer = await respond(parts, endpoint, request);
    counters.addStatus(endpoint, answer.status);
    const response = countResponse(answer, (bytes) => {
      if (request.method !== "HEAD") counters.addBytesOut(endpoint, bytes);
    });
    if (!response.headers.has("X-Request-Id")) {
      response.headers.set("X-Request-Id", parts.randomId());
    }
    return response;
  };
}

async function respond(
  parts: ServerParts,
  endpoint: string,
  request: HubRequest,
): Promise<Response> {
  const { faults, latency } = parts.switches;
  await latency.wait(endpoint);
  const { method, path } = request;
  const rate = countRate(parts, request);
  if (rate?.allowed === false) {
    await discard(request.request);
    return rateLimitedResponse(rate, method);
  }
  const fault = faults.choose({ endpoint, method, path });
  if (fault !== undefined && fault.when !== "after" && !isDamage(fault.status)) {
    await discard(request.request);
    return faultResponse(fault, method);
  }
  const response = await callHalf(parts, request);
  for (const [name, value] of Object.entries(rate?.headers ?? {})) {
    response.headers.set(name, value);
  }
  return fault === undefined ? response : await replaceAnswer(response, fault, method);
}

async function callHalf(parts: ServerParts, request: HubRequest): Promise<Response> {
  try {
    if (!request.path.startsWith(`${CAS_PATH}/`)) return await parts.hub.handle(request);
    const path = request.path.slice(CAS_PATH.length);
    return await parts.cas(request.request, path, request.rawQuery);
  } catch (error) {
    parts.onError(error);
    return hubErrorResponse(new HubError(500, "Internal Error"), request.method);
  }
}

async function replaceAnswer(
  response: Response,
  fault: FaultRule,
  method: string,
): Promise<Response> {
  if (isDamage(fault.status)) return await damaged(response, fault.status, fault.at ?? 0.5);
  // Read to its end, as some effects (a shard's registration) come while the answer is streamed.
  if (response.body !== null) await response.body.pipeTo(new WritableStream());
  return faultResponse(fault, method);
}

/** Reads a body and forgets it, so that the client gets the answer instead of a broken connection. */
async function discard(request: Request): Promise<void> {
  if (request.body !== null) await request.body.pipeTo(new WritableStream());
}

/** Counts a request against its caller's quota; the CAS and signed URLs are outside the Hub's quotas. */
function countRate(parts: ServerParts, request: HubRequest): RateDecision | undefined {
  const isApi = request.path.startsWith("/api/");
  if (!isApi && !request.path.includes("/resolve/")) return undefined;
  const caller = callerOf(parts.accounts, request.headers);
  return parts.switches.rateLimits.count({
    class: isApi ? "api" : "resolvers",
    caller: caller?.name ?? "",
    plan: caller?.plan ?? "anonymous",
  });
}

/** Who pays for a request; a wrong token counts as nobody here and is refused later. */
function callerOf(accounts: Accounts, headers: Headers): Caller {
  try {
    return accounts.authenticate(headers);
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}
