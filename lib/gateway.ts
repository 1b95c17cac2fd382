/**
 * One request, start to end. Read this page first: each line of `serve` is a step, and each step has
 * its folder.
 *
 * @module
 */

import type { Authenticated } from "./auth/auth_request.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import { openBody, type VerifiedBody } from "./auth/body.ts";
import { toS3Error } from "./errors/to_s3_error.ts";
import { drain } from "./http/byte_streams.ts";
import { formatHttpDate } from "./http/dates.ts";
import { parseQuery, type Query } from "./http/query.ts";
import { parseTarget, requireHost } from "./http/request_target.ts";
import type { Log } from "./log.ts";
import type { OperationContext, OperationTable } from "./ops/context.ts";
import { logRequest, observeBody, type RequestTrace } from "./request_log.ts";
import { type Address, bucketOf, parseAddress } from "./s3/address.ts";
import { type Codec, CODECS, isServed } from "./s3/codecs.ts";
import { detectOperation, preflightError, unservedError } from "./s3/detect.ts";
import { writeError } from "./s3/errors.ts";
import type { RequestBody, ServedOperation } from "./s3/operations.ts";
import { type S3Request, withHoistedHeaders } from "./s3/s3_request.ts";
import { screenRequest } from "./s3/screen.ts";
import type { ObjectStore } from "./store/object_store.ts";

/** What a gateway is made of. */
export interface GatewayParts {
  readonly store: ObjectStore;
  readonly registry: OperationContext["registry"];
  /** What each operation does. */
  readonly operations: OperationTable;
  /** Says who sent a request. */
  readonly authenticator: Authenticator;
  /** The region that the gateway says it is in. */
  readonly region: string;
  /** Where the line of each request goes. */
  readonly log: Log;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Makes the id of a request. Default: 16 random hex digits. */
  readonly requestId?: () => string;
}

/** Answers one request; never throws. */
export type RequestHandler = (request: Request) => Promise<Response>;

/** A request under way: what is known of it so far. */
interface Exchange {
  readonly request: Request;
  readonly trace: RequestTrace;
  address?: Address;
  /** The decoded body, once it has been opened. */
  body?: ReadableStream<Uint8Array>;
}

/**
 * Makes the function that answers S3 requests.
 *
 * @param parts What it is made of.
 */
export function createRequestHandler(parts: GatewayParts): RequestHandler {
  const now = parts.now ?? Date.now;
  const newRequestId = parts.requestId ?? (() => randomHex(8));
  const hostId = btoa(randomHex(24));

  async function handle(request: Request): Promise<Response> {
    const { method } = request;
    const trace: RequestTrace = { requestId: newRequestId(), method, startedAt: now() };
    const exchange: Exchange = { request, trace };
    let response: Response;
    try {
      response = await serve(exchange);
    } catch (error) {
      response = refuse(exchange, error);
    }
    return await finish(exchange, response);
  }

  async function serve(exchange: Exchange): Promise<Response> {
    const { request, trace } = exchange;
    requireHost(request.headers.get("host"));
    const target = parseTarget(request.url);
    const address = exchange.address = parseAddress(target.rawPath);
    const bucket = bucketOf(address);
    if (bucket !== undefined) trace.bucket = bucket;
    const { method, headers } = request;
    // A browser never signs it, and asks before any request that scripts send (Fetch Standard, CORS).
    if (method === "OPTIONS") {
      trace.operation = "Preflight";
      throw preflightError(headers);
    }
    const sender = parts.authenticator.authenticate({ method, ...target, headers });
    const query = parseQuery(target.rawQuery, sender.plus);
    const s3 = s3Request(exchange, address, query, sender);
    const operation = trace.operation = detectOperation(s3);
    if (!isServed(operation)) throw unservedError(operation);
    screenRequest(operation, s3);
    return await perform(operation, s3, {
      store: parts.store,
      registry: parts.registry,
      requester: { accessKeyId: sender.accessKeyId ?? "" },
      region: parts.region,
      now,
      signal: request.signal,
    });
  }

  async function perform<N extends ServedOperation>(
    operation: N,
    request: S3Request,
    context: OperationContext,
  ): Promise<Response> {
    const { read, write }: Codec<N> = CODECS[operation];
    const input = await readOrThrow(operation, () => read(request), request.address);
    const output = await parts.operations[operation](context, input);
    return write(output, request);
  }

  /** A missing bucket outranks whatever is wrong with the request: S3 looks for it first. */
  async function readOrThrow<T>(
    operation: ServedOperation,
    read: () => T | Promise<T>,
    address: Address,
  ): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const bucket = bucketOf(address);
      if (bucket !== undefined && operation !== "CreateBucket") {
        await parts.store.statBucket(bucket);
      }
      throw error;
    }
  }

  function refuse({ request, trace, address }: Exchange, cause: unknown): Response {
    const error = trace.error = toS3Error(cause);
    const { requestId } = trace;
    return writeError(error, { method: request.method, address, requestId, hostId });
  }

  async function finish(exchange: Exchange, response: Response): Promise<Response> {
    const { request, trace, address } = exchange;
    const { headers, status } = response;
    headers.set("x-amz-request-id", trace.requestId);
    headers.set("x-amz-id-2", hostId);
    headers.set("Server", "HugBucket");
    headers.set("Date", formatHttpDate(new Date(now())));
    // Deno Deploy's cache must not keep what the next write changes.
    headers.set("Deno-CDN-Cache-Control", "no-store");
    if (address?.kind === "bucket" && response.ok) {
      headers.set("x-amz-bucket-region", parts.region);
    }
    if (!await endBody(exchange)) headers.set("Connection", "close");
    const log = (end: { bytes: number; aborted: boolean; failure?: unknown }): void =>
      logRequest(parts.log, trace, { status, endedAt: now(), ...end });
    // Other bodies are whole already; touching them as streams would cost Deno's fast path.
    if (trace.operation === "GetObject" && response.ok && response.body !== null) {
      return new Response(observeBody(response.body, log), { status, headers });
    }
    const bytes = request.method === "HEAD" ? 0 : Number(headers.get("Content-Length") ?? 0);
    log({ bytes, aborted: request.signal.aborted });
    return response;
  }

  return handle;
}

/** The request as readers see it, its body behind the verified decoder. */
function s3Request(
  exchange: Exchange,
  address: Address,
  query: Query,
  sender: Authenticated,
): S3Request {
  const { request } = exchange;
  const { method, headers } = request;
  return {
    method,
    address,
    query,
    headers: sender.hoisted ? withHoistedHeaders(headers, query) : headers,
    origin: /^[a-z]+:\/\/[^/?]*/i.exec(request.url)?.[0] ?? "",
    openBody: (options) => {
      const body = openBody(request.body, headers, sender.payload, options);
      exchange.body = body.stream;
      return requestBody(body);
    },
  };
}

/** Of all digests that were computed, an answer echoes just the checksum that was sent. */
function requestBody(
  { stream, length, checksumAlgorithm: sent, digests }: VerifiedBody,
): RequestBody {
  return {
    stream,
    ...(length !== undefined && { length }),
    digests: () => {
      const { md5, checksums } = digests();
      const value = sent === undefined ? undefined : checksums[sent];
      return {
        ...(md5 !== undefined && { md5 }),
        checksums: sent === undefined || value === undefined ? {} : { [sent]: value },
      };
    },
  };
}

/**
 * Reads what is left of a request's body, within bounds: a client that is still sending would not see the
 * answer, and the next request on the connection would begin in the middle of this one.
 *
 * @returns Whether nothing is left, so that the connection can be used again.
 */
async function endBody({ request, body }: Exchange): Promise<boolean> {
  if (request.body === null) return true;
  return await drain(body !== undefined && request.body.locked ? body : request.body);
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex().toUpperCase();
}
