/**
 * One request, start to end. Read this page first: each line of `serve` is a step, and each step has
 * its folder.
 *
 * @module
 */

import type { Authenticated } from "./auth/auth_request.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import { openBody, type VerifiedBody } from "./auth/body.ts";
import { withinSizes } from "./auth/post_policy.ts";
import { StoreError } from "./errors/store_error.ts";
import { toS3Error } from "./errors/to_s3_error.ts";
import { drain } from "./http/byte_streams.ts";
import { formatHttpDate } from "./http/dates.ts";
import { formBoundary, readForm } from "./http/form_data.ts";
import { parseQuery, type Query } from "./http/query.ts";
import { parseTarget, requireHost } from "./http/request_target.ts";
import type { Log } from "./log.ts";
import type { OperationContext, OperationTable } from "./ops/context.ts";
import { logRequest, observeBody, type RequestTrace } from "./request_log.ts";
import {
  type Address,
  bucketOf,
  hostBucketOf,
  parseAddress,
  parseHostedAddress,
} from "./s3/address.ts";
import { type Codec, CODECS, isServed } from "./s3/codecs.ts";
import { answerPreflight, corsHeaders, gatewayCorsRules } from "./s3/cors_match.ts";
import { detectOperation, isFormPost, unservedError } from "./s3/detect.ts";
import { writeError } from "./s3/errors.ts";
import { formAddress, formHeaders, formKey } from "./s3/form_request.ts";
import type { RequestBody, ServedOperation } from "./s3/operations.ts";
import { type S3Request, withHoistedHeaders } from "./s3/s3_request.ts";
import { screenRequest } from "./s3/screen.ts";
import { isStubbed, type StubbedOperation, writeStub } from "./s3/stubs.ts";
import type { CorsRule, ObjectStore } from "./store/object_store.ts";

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
  /** Whether checksums that SDKs send by default are stored. Default false. */
  readonly storeChecksums?: boolean;
  /** Domains whose subdomains are buckets, in lower case and without a port. Default none. */
  readonly domains?: readonly string[];
  /** Origins whose scripts may use buckets without CORS rules, as in `AllowedOrigin`. Default none. */
  readonly corsOrigins?: readonly string[];
  /** Where the line of each request goes. */
  readonly log: Log;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Makes the id of a request. Default: 16 random hex digits. */
  readonly requestId?: () => string;
}

/** The most bytes of a form: a file of 5 GiB, and room for fields and boundaries. */
const MAX_FORM_BYTES = 5 * 1024 ** 3 + 1024 ** 2;

/** Answers one request; never throws. */
export type RequestHandler = (request: Request) => Promise<Response>;

/** A request under way: what is known of it so far. */
interface Exchange {
  readonly request: Request;
  readonly trace: RequestTrace;
  address?: Address;
  /** What has been made of the request's body, each of the one before. */
  readonly bodies: ReadableStream<Uint8Array>[];
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
  const domains = parts.domains ?? [];
  const gatewayRules = gatewayCorsRules(parts.corsOrigins ?? []);

  async function handle(request: Request): Promise<Response> {
    const { method } = request;
    const trace: RequestTrace = { requestId: newRequestId(), method, startedAt: now() };
    const exchange: Exchange = { request, trace, bodies: [] };
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
    const hostBucket = hostBucketOf(request.headers.get("host"), domains);
    const address = exchange.address = hostBucket === undefined
      ? parseAddress(target.rawPath)
      : parseHostedAddress(hostBucket, target.rawPath);
    const bucket = bucketOf(address);
    if (bucket !== undefined) trace.bucket = bucket;
    const { method, headers } = request;
    // A browser never signs it, and asks before any request that scripts send (Fetch Standard, CORS).
    if (method === "OPTIONS") {
      trace.operation = "Preflight";
      const asks = headers.has("origin") && headers.has("access-control-request-method");
      return answerPreflight(headers, asks ? await corsRules(address) : []);
    }
    const form = isFormPost({ method, address, query: parseQuery(target.rawQuery), headers });
    const sender = parts.authenticator.authenticate({
      method,
      ...target,
      headers,
      form,
      ...(hostBucket !== undefined && { hostBucket }),
    });
    const query = parseQuery(target.rawQuery, sender.plus);
    const s3 = s3Request(exchange, { address, hostBucket, query, sender });
    const operation = trace.operation = detectOperation(s3);
    if (isStubbed(operation)) return await answerStub(operation, address);
    if (!isServed(operation)) throw unservedError(operation);
    screenRequest(operation, s3);
    const asked = operation === "PostObject" && form ? await openForm(exchange, s3, sender) : s3;
    if (asked !== s3) screenRequest(operation, asked);
    return await perform(operation, asked, {
      store: parts.store,
      registry: parts.registry,
      requester: { accessKeyId: sender.accessKeyId ?? "" },
      region: parts.region,
      storeChecksums: parts.storeChecksums ?? false,
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

  async function answerStub(operation: StubbedOperation, address: Address): Promise<Response> {
    const bucket = bucketOf(address);
    if (bucket !== undefined) await parts.store.statBucket(bucket);
    return writeStub(operation);
  }

  /** A form as the request that it stands for, once its signature and policy have been found good. */
  async function openForm(
    exchange: Exchange,
    request: S3Request,
    sender: Authenticated,
  ): Promise<S3Request> {
    const bucket = bucketOf(request.address) ?? "";
    const boundary = formBoundary(exchange.request.headers.get("content-type")) ?? "";
    const { stream } = request.openBody({ maxLength: MAX_FORM_BYTES });
    const { fields, fileName, file } = await readForm(stream, boundary);
    exchange.bodies.push(file);
    const key = formKey(fields, fileName);
    const { sizes } = parts.authenticator.authenticateForm({ fields, bucket, key }, sender);
    const headers = formHeaders(fields);
    return {
      ...request,
      address: formAddress(bucket, key),
      headers,
      formFields: fields,
      openBody: (options) => {
        const body = openBody(withinSizes(file, sizes), headers, { kind: "plain" }, options);
        exchange.bodies.push(body.stream);
        return requestBody(body);
      },
    };
  }

  /** The CORS rules for a bucket: its own, else those of the gateway. */
  async function corsRules(address: Address | undefined): Promise<readonly CorsRule[]> {
    const bucket = address && bucketOf(address);
    if (bucket === undefined) return gatewayRules;
    try {
      return (await parts.store.bucketSettings(bucket)).cors ?? gatewayRules;
    } catch (error) {
      const absent = error instanceof StoreError &&
        ["no_such_bucket", "bad_bucket_name"].includes(error.kind);
      if (absent) return gatewayRules;
      throw error;
    }
  }

  /** Lets scripts of other origins see the answer, an error too, where a rule allows it. */
  async function allowOrigin({ request, trace, address }: Exchange, answer: Headers) {
    const { method, headers } = request;
    if (method === "OPTIONS" || !headers.has("origin")) return;
    try {
      const allowed = corsHeaders(method, headers, await corsRules(address));
      for (const [name, value] of Object.entries(allowed)) answer.set(name, value);
    } catch (error) {
      // The request itself has been answered: only scripts of other origins cannot see how.
      parts.log.warning("CORS rules cannot be read", {
        requestId: trace.requestId,
        error: error instanceof Error ? error : String(error),
      });
    }
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
    await allowOrigin(exchange, headers);
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

/** What has been read of a request before its operation is known. */
interface Reading {
  readonly address: Address;
  /** The bucket, where the Host header names it. */
  readonly hostBucket: string | undefined;
  readonly query: Query;
  readonly sender: Authenticated;
}

/** The request as readers see it, its body behind the verified decoder. */
function s3Request(
  exchange: Exchange,
  { address, hostBucket, query, sender }: Reading,
): S3Request {
  const { request } = exchange;
  const { method, headers } = request;
  return {
    method,
    address,
    query,
    headers: sender.hoisted ? withHoistedHeaders(headers, query) : headers,
    origin: originOf(request.url, hostBucket),
    openBody: (options) => {
      const body = openBody(request.body, headers, sender.payload, options);
      exchange.bodies.push(body.stream);
      return requestBody(body);
    },
  };
}

/** Scheme and authority of path-style addresses: without the bucket that the host names. */
function originOf(url: string, hostBucket: string | undefined): string {
  const [, scheme = "", authority = ""] = /^([a-z]+:\/\/)([^/?]*)/i.exec(url) ?? [];
  return scheme + authority.slice(hostBucket === undefined ? 0 : hostBucket.length + 1);
}

/** Of all digests that were computed, an answer echoes just the checksum that was sent. */
function requestBody(
  { stream, length, checksumAlgorithm: sent, digests }: VerifiedBody,
): RequestBody {
  return {
    stream,
    ...(length !== undefined && { length }),
    ...(sent !== undefined && { checksumAlgorithm: sent }),
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
async function endBody({ request, bodies }: Exchange): Promise<boolean> {
  if (request.body === null) return true;
  // Whoever fails lets go of what it reads: the first that nobody holds is where reading stopped.
  return await drain([request.body, ...bodies].find(({ locked }) => !locked) ?? request.body);
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex().toUpperCase();
}
