/**
 * One request, start to end. Read this page first: each line of `serve` is a step, and each step has
 * its folder.
 *
 * @module
 */

import type { AccessCredential } from "./access/access_credential.ts";
import { requireAddress, requireInput } from "./access/operation_rules.ts";
import { addAnswerHeaders } from "./answer_headers.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import type { FormClaim } from "./auth/post_form.ts";
import { CorsRules } from "./cors_rules.ts";
import { S3Error } from "./errors/s3_error.ts";
import type { S3ErrorCode } from "./errors/s3_error_table.ts";
import { toS3Error } from "./errors/to_s3_error.ts";
import type { ConcurrencyLimits } from "./flow/concurrency_limits.ts";
import { BodyChain } from "./http/body_chain.ts";
import { parseQuery, type Query } from "./http/query.ts";
import { parseTarget, requireHost } from "./http/request_target.ts";
import { endUnread } from "./http/unread_stream.ts";
import type { Log } from "./log.ts";
import type { GatewayObserver } from "./observe/gateway_observer.ts";
import { allObservers } from "./observe/observers.ts";
import { RequestScope } from "./observe/request_scope.ts";
import { newRequestTrace, type RequestTrace } from "./observe/request_trace.ts";
import { WORK_TALLY } from "./observe/work_tally.ts";
import type { OperationContext, OperationTable } from "./ops/context.ts";
import { logRequest, observeBody } from "./request_log.ts";
import { type Address, addressOf, bucketAddressOf, bucketOf, hostBucketOf } from "./s3/address.ts";
import { type Codec, CODECS, isServed } from "./s3/codecs.ts";
import { detectOperation, isFormPost, unservedError } from "./s3/detect.ts";
import { writeError } from "./s3/errors.ts";
import { expectedOwners } from "./s3/expected_owners.ts";
import { openForm } from "./s3/form_request.ts";
import type { OperationName, UnservedOperation } from "./s3/operation_names.ts";
import type { ServedOperation } from "./s3/operations.ts";
import type { S3Request } from "./s3/s3_request.ts";
import { refuseWriteToRepo } from "./s3/read_only.ts";
import { screenRequest } from "./s3/screen.ts";
import { isStubbed, type StubbedOperation, writeStub } from "./s3/stubs.ts";
import { s3Request } from "./s3/verified_request.ts";
import { writeVersioning } from "./s3/versioning.ts";
import { isRepoBucket } from "./store/repos/repo_bucket_names.ts";
import type { Entrance, Visit } from "./tenants.ts";

/** What a gateway is made of. */
export interface GatewayParts {
  /** Says what a request works with, by who sent it. */
  readonly entrance: Entrance;
  /** What each operation does. */
  readonly operations: OperationTable;
  /** Says who sent a request. */
  readonly authenticator: Authenticator<AccessCredential>;
  /** The region that the gateway says it is in. */
  readonly region: string;
  /** Whether checksums that SDKs send by default are stored. Default false. */
  readonly storeChecksums?: boolean;
  /** Whether readers are sent to where the bytes are, if the Hub has a URL. Default false. */
  readonly redirect?: boolean;
  /** Whether pieces of an answer's body are done with when the next is asked for. Default false. */
  readonly lentBodies?: boolean;
  /** Whether answers forbid that they are changed on the way. Default false. */
  readonly noTransform?: boolean;
  /** Domains whose subdomains are buckets, in lower case and without a port. Default none. */
  readonly domains?: readonly string[];
  /** Origins whose scripts may use buckets without CORS rules, as in `AllowedOrigin`. Default none. */
  readonly corsOrigins?: readonly string[];
  /** Whether objects that browsers would run are shown without scripts and origin. Default true. */
  readonly sandbox?: boolean;
  /** How long is waited for a client that has stopped sending, in milliseconds. Default: a minute. */
  readonly bodyIdleMs?: number;
  /** How long a client may leave an answer unread, in milliseconds. Default: for ever. */
  readonly unreadMs?: number;
  /** How many requests may be under way, in all and of one key pair. Default: any number. */
  readonly limits?: ConcurrencyLimits;
  /** How many multipart uploads one key pair may have open. Default: any number. */
  readonly maxUploads?: number;
  /** Where the line of each request goes. */
  readonly log: Log;
  /** Told of requests and of their bytes. Default: what is done is counted for the log alone. */
  readonly observer?: Required<GatewayObserver>;
  /** Knows for which request something is done, below the gateway too. Default: one of its own. */
  readonly scope?: RequestScope;
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
  /** As it was sent. */
  path?: string;
  address?: Address;
  /** What it works with, once it is known who sent it and that they may: before, it costs no call of the Hub. */
  visit?: Visit;
  isPermitted: boolean;
  /** To be called when the answer has been sent. */
  readonly ends: (() => void)[];
  readonly bodies: BodyChain;
}

/** Operations whose answers tell how many of their bytes were stored already. */
const STORES_BYTES: ReadonlySet<string> = new Set(["PostObject", "PutObject", "UploadPart"]);

/** What somebody who does not hold the secret can make of a signed request by another body. */
const BODY_FORGERIES: ReadonlySet<S3ErrorCode> = new Set([
  "SignatureDoesNotMatch",
  "XAmzContentSHA256Mismatch",
]);

const slowDown = (): S3Error => new S3Error("SlowDown", { headers: { "Retry-After": "1" } });

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
  const { entrance, log, bodyIdleMs } = parts;
  const { observer = allObservers([WORK_TALLY]), scope = new RequestScope() } = parts;
  const cors = new CorsRules({ log, now, origins: parts.corsOrigins ?? [] });

  async function handle(request: Request): Promise<Response> {
    const { method } = request;
    const trace = newRequestTrace(newRequestId(), method, now());
    observer.requestBegan(trace, request.headers);
    return await scope.run(trace, () => answer(request, trace));
  }

  async function answer(request: Request, trace: RequestTrace): Promise<Response> {
    const bodies = new BodyChain(request.body);
    const exchange: Exchange = { request, trace, isPermitted: false, ends: [], bodies };
    let response: Response;
    try {
      admit(exchange, parts.limits?.begin());
      response = await serve(exchange);
    } catch (error) {
      response = refuse(exchange, error);
    }
    return await finish(exchange, response);
  }

  /** Refuses what is more than the limits allow. */
  function admit({ ends }: Exchange, end: (() => void) | undefined): void {
    if (end !== undefined) ends.push(end);
    else if (parts.limits !== undefined) throw slowDown();
  }

  async function serve(exchange: Exchange): Promise<Response> {
    const { request, trace, bodies } = exchange;
    requireHost(request.headers.get("host"));
    const target = parseTarget(request.url);
    exchange.path = target.rawPath;
    const hostBucket = hostBucketOf(request.headers.get("host"), domains);
    // The bucket is known, and its CORS rules hold, even if the key cannot be read.
    const bucket = bucketOf(exchange.address = bucketAddressOf(target.rawPath, hostBucket));
    if (bucket !== undefined) trace.bucket = bucket;
    const address = exchange.address = addressOf(target.rawPath, hostBucket);
    const { method, headers } = request;
    // A browser never signs it, and asks before any request that scripts send (Fetch Standard, CORS).
    if (method === "OPTIONS") {
      trace.operation = "Preflight";
      const asker = signerOf(parseQuery(target.rawQuery));
      return await cors.answerPreflight(headers, address, entrance.storeFor(asker));
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
    const s3 = s3Request({
      request,
      bodies,
      address,
      hostBucket,
      query,
      sender,
      onBytes: (bytes) => observer.bytesIn(bytes, trace),
      ...(bodyIdleMs !== undefined && { idleMs: bodyIdleMs }),
    });
    const operation = trace.operation = detectOperation(s3);
    observer.operationBegan(trace);
    // Whoever sent a form is known from the form only, and costs no call of the store before.
    if (operation === "PostObject" && form) {
      screenRequest(operation, s3);
      let credential = sender.credential;
      const authenticate = (claim: FormClaim) => {
        const form = parts.authenticator.authenticateForm(claim, sender);
        credential ??= form.credential;
        return form;
      };
      const opened = await openForm(s3, { authenticate, bodies });
      const visit = await enter(exchange, credential, operation, opened.address);
      return await perform(operation, opened, visit, contextOf(request, visit, credential));
    }
    const visit = await enter(exchange, sender.credential, operation, address);
    if (isStubbed(operation)) return await answerStub(operation, s3, visit);
    if (!isServed(operation)) return await answerUnserved(operation, address, visit);
    return await perform(operation, s3, visit, contextOf(request, visit, sender.credential));
  }

  /** Every request passes here, and none goes on that its sender has no right to. */
  async function enter(
    exchange: Exchange,
    credential: AccessCredential | undefined,
    operation: OperationName,
    address: Address,
  ): Promise<Visit> {
    if (credential !== undefined) admit(exchange, parts.limits?.beginOf(credential.accessKeyId));
    if (credential !== undefined) exchange.trace.keyId = credential.accessKeyId;
    const visit = exchange.visit = await entrance.enter(credential);
    exchange.ends.push(visit.leave);
    requireAddress(visit.rights, operation, address);
    exchange.isPermitted = true;
    refuseWriteToRepo(operation, bucketOf(address));
    return visit;
  }

  function contextOf(
    request: Request,
    { store, registry, seal }: Visit,
    credential: AccessCredential | undefined,
  ): OperationContext {
    return {
      store,
      registry,
      seal,
      requester: { accessKeyId: credential?.accessKeyId ?? "" },
      region: parts.region,
      storeChecksums: parts.storeChecksums ?? false,
      redirect: parts.redirect ?? false,
      ...(parts.maxUploads !== undefined && { maxUploads: parts.maxUploads }),
      lentBodies: parts.lentBodies ?? false,
      now,
      signal: request.signal,
    };
  }

  async function perform<N extends ServedOperation>(
    operation: N,
    request: S3Request,
    visit: Visit,
    context: OperationContext,
  ): Promise<Response> {
    const { read, write }: Codec<N> = CODECS[operation];
    const input = await readOrThrow(
      operation,
      async () => {
        screenRequest(operation, request);
        if (operation !== "CreateBucket") await requireOwner(request, visit);
        const input = await read(request);
        await request.verifyUnopenedBody();
        return input;
      },
      request.address,
      visit,
    );
    requireInput(visit.rights, operation, input);
    const output = await parts.operations[operation](context, input);
    return write(output, request);
  }

  async function answerStub(
    operation: StubbedOperation,
    request: S3Request,
    visit: Visit,
  ): Promise<Response> {
    await request.verifyUnopenedBody();
    const bucket = bucketOf(request.address);
    if (bucket !== undefined) await visit.store.statBucket(bucket);
    await requireOwner(request, visit);
    return operation === "GetBucketVersioning" && bucket !== undefined && isRepoBucket(bucket)
      ? writeVersioning("Enabled")
      : writeStub(operation);
  }

  /** Who takes a bucket for somebody else's must not use it. */
  async function requireOwner(request: S3Request, { store }: Visit): Promise<void> {
    const expected = expectedOwners(request);
    if (expected.length === 0) return;
    const { id } = await store.owner();
    if (expected.some((owner) => owner !== id)) throw new S3Error("AccessDenied");
  }

  async function answerUnserved(
    operation: UnservedOperation,
    address: Address,
    visit: Visit,
  ): Promise<Response> {
    return await readOrThrow<never>(
      operation,
      () => {
        throw unservedError(operation);
      },
      address,
      visit,
    );
  }

  /** A missing bucket outranks whatever is wrong with the request: S3 looks for it first. */
  async function readOrThrow<T>(
    operation: OperationName,
    read: () => T | Promise<T>,
    address: Address,
    { store }: Visit,
  ): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof S3Error && BODY_FORGERIES.has(error.code)) throw error;
      const bucket = bucketOf(address);
      if (bucket !== undefined && operation !== "CreateBucket") {
        await store.statBucket(bucket);
      }
      throw error;
    }
  }

  function refuse({ request, trace, address, path = "/" }: Exchange, cause: unknown): Response {
    const error = trace.error = toS3Error(cause);
    const { requestId } = trace;
    return writeError(error, { method: request.method, address, path, requestId, hostId });
  }

  async function finish(exchange: Exchange, response: Response): Promise<Response> {
    const { request, trace, address, visit, isPermitted, ends, bodies } = exchange;
    const { headers, status } = response;
    const { requestId } = trace;
    const store = visit?.tenantStore ?? entrance.storeFor(undefined);
    await cors.allowOrigin({ request, requestId, address, store, isPermitted }, headers);
    addAnswerHeaders(headers, {
      requestId,
      hostId,
      now: now(),
      sandbox: parts.sandbox ?? true,
      noTransform: parts.noTransform ?? false,
    });
    if (address?.kind === "bucket" && response.ok) {
      headers.set("x-amz-bucket-region", parts.region);
    }
    if (!await bodies.end()) headers.set("Connection", "close");
    const ended = (end: { bytes: number; aborted: boolean; failure?: unknown }): void => {
      const all = { status, endedAt: now(), ...end };
      observer.requestEnded(trace, all);
      logRequest(log, trace, all);
      for (const end of ends) end();
    };
    const passed = (bytes: number): void => observer.bytesOut(bytes, trace);
    // A pair with less than full rights could ask this way what others have stored.
    if (response.ok && visit?.rights.areFull && STORES_BYTES.has(trace.operation ?? "")) {
      headers.set("x-hugbucket-bytes-deduplicated", String(trace.work.bytesDeduplicated));
    }
    // Other bodies are whole already; touching them as streams would cost Deno's fast path.
    if (trace.operation === "GetObject" && response.ok && response.body !== null) {
      const body = observeBody(response.body, request.signal, {
        ended,
        passed,
        read: (step) => scope.run(trace, step),
      });
      const sent = parts.unreadMs === undefined ? body : endUnread(body, parts.unreadMs);
      return new Response(sent, { status, headers });
    }
    const bytes = request.method === "HEAD" ? 0 : Number(headers.get("Content-Length") ?? 0);
    passed(bytes);
    ended({ bytes, aborted: request.signal.aborted });
    return response;
  }

  return handle;
}

/** Who a presigned URL says has signed it: a preflight has the query of the request that follows. */
function signerOf(query: Query): string | undefined {
  return query.get("X-Amz-Credential")?.split("/", 1)[0] ?? query.get("AWSAccessKeyId");
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex().toUpperCase();
}
