/**
 * The embedded CAS: Xet's content-addressed store over HTTP, strict about everything that it is
 * sent.
 *
 * Content is shared: any valid token may read any file by its hash and refer to any stored xorb,
 * whatever repo it was issued for. Nothing is ever removed, unless it is told to forget a xorb.
 */

import { type Database, keptSecret } from "../storage/database.ts";
import type { BlobFiles } from "../storage/blob_files.ts";
import { type AccessTokens, accessTokens } from "./access_tokens.ts";
import { BodyReader, BrokenBodyError } from "./body_reader.ts";
import type { ByteRange } from "./byte_ranges.ts";
import { CasError } from "./cas_error.ts";
import { type CasCalls, casCalls } from "./cas_calls.ts";
import type { CasOffer } from "./cas_parts.ts";
import { readStoredFile } from "./file_reader.ts";
import { fileStore } from "./file_store.ts";
import { MAX_XORB_BYTES } from "./receive_xorb.ts";
import { type Arrival, route } from "./routes.ts";
import { signedUrls } from "./signed_urls.ts";
import { uploadGrants } from "./upload_grants.ts";
import { xorbStore } from "./xorb_store.ts";

export type { CasOffer };

/** What an embedded CAS is made of. */
export interface CasOptions {
  readonly database: Database;
  readonly xorbFiles: BlobFiles;
  readonly shardFiles: BlobFiles;
  /**
   * The URL that clients reach the CAS by, without a slash at its end, such as
   * `http://127.0.0.1:9080/cas`.
   */
  readonly publicUrl: (request: Request) => string;
  /** Unix milliseconds; `Date.now` unless given. */
  readonly now?: () => number;
  /** A fresh name that cannot be guessed; `crypto.randomUUID` unless given. */
  readonly randomId?: () => string;
  /**
   * Whether uploads are decompressed, hashed and checked; true unless given. Off is for benches:
   * every hash is then believed.
   */
  readonly verify?: boolean;
  /** How long data URLs work, asked anew for each when it is a function; an hour unless given. */
  readonly urlLifetimeSeconds?: number | (() => number);
  /** How long clients may use a deduplication answer; a week unless given. */
  readonly dedupLifetimeSeconds?: number;
  /**
   * What the CAS pretends not to offer, to try clients' ways around it; everything is offered
   * unless given.
   */
  readonly offered?: Partial<CasOffer>;
  /** Told of every failure that is answered with 500; to the console unless given. */
  readonly onError?: (error: unknown) => void;
}

/** An embedded CAS. */
export interface Cas {
  /** The tokens that it takes, for the hub side to issue. */
  readonly tokens: AccessTokens;
  /**
   * Answers a request, whatever happens; never throws.
   *
   * @param path the raw path below the CAS's URL, beginning with a slash
   * @param query the raw query, without the question mark
   * @param publicUrl the URL that this client reaches the CAS by, when it is not the one of the
   *   options
   */
  handle(request: Request, path: string, query: string, publicUrl?: string): Promise<Response>;
  /** A file by its printed hash, when it can be put together. */
  file(hash: string): { readonly size: number } | undefined;
  /**
   * The bytes of a file, or of the range of it (both ends inclusive). Throws a `CasError` with 404
   * for one that is not known, 416 for a range outside.
   */
  readFile(hash: string, range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Forgets a stored xorb and the files that are made of it: nothing can refer to it any more. */
  forgetXorb(hash: string): void;
  /** Drops unfinished uploads. The database and the files stay open: they belong to the caller. */
  close(): Promise<void>;
}

const EVERYTHING: CasOffer = {
  grants: true,
  shardsV2: true,
  reconstructionsV2: true,
  fileChunkHashes: true,
  multirange: true,
};

/** Opens the CAS of a storage. */
export function createCas(options: CasOptions): Cas {
  const {
    database,
    xorbFiles,
    shardFiles,
    publicUrl,
    now = () => Date.now(),
    randomId = () => crypto.randomUUID(),
    verify = true,
    onError = (error) => console.error(error),
    urlLifetimeSeconds = 3600,
  } = options;
  const xorbs = xorbStore(database, xorbFiles);
  const files = fileStore(database);
  const grants = uploadGrants({ xorbs, verify, now, randomId });
  const tokens = accessTokens(keptSecret(database, "cas access tokens"), now);
  const calls = casCalls({
    xorbs,
    files,
    shardFiles,
    grants,
    tokens,
    urls: signedUrls({
      secret: keptSecret(database, "cas data urls"),
      lifetimeSeconds: typeof urlLifetimeSeconds === "number"
        ? () => urlLifetimeSeconds
        : urlLifetimeSeconds,
      now,
    }),
    dedupKey: keptSecret(database, "cas dedup answers"),
    dedupLifetimeSeconds: options.dedupLifetimeSeconds ?? 7 * 86_400,
    now,
    randomId,
    verify,
    onError,
    offer: { ...EVERYTHING, ...options.offered },
  });
  return {
    tokens,
    handle: (request, path, query, base = publicUrl(request)) =>
      answer(calls, { request, path, query, publicUrl: base }, randomId, onError),
    file(hash) {
      const size = files.size(hash);
      return size === undefined ? undefined : { size };
    },
    readFile(hash, range) {
      const file = files.file(hash);
      if (file === undefined) throw new CasError(404, `File ${hash} is not known`);
      if (range !== undefined && (range.start > range.end || range.end >= file.size)) {
        throw new CasError(416, `File ${hash} has just ${file.size} bytes`);
      }
      return readStoredFile(file, range, xorbs);
    },
    forgetXorb(hash) {
      files.forgetXorb(hash);
      xorbs.forget(hash);
    },
    close: () => grants.close(),
  };
}

async function answer(
  calls: CasCalls,
  arrival: Arrival,
  randomId: () => string,
  onError: (error: unknown) => void,
): Promise<Response> {
  const { request } = arrival;
  let response: Response;
  try {
    response = await route(calls, arrival);
  } catch (error) {
    response = errorResponse(request, error, onError);
  }
  await readToEnd(request);
  response.headers.set("x-request-id", randomId());
  return response;
}

/**
 * Takes in what a refused request still sends, within limits: a client reads the answer only when
 * it is done sending.
 */
async function readToEnd(request: Request): Promise<void> {
  if (request.body === null || request.bodyUsed || request.body.locked) return;
  try {
    await new BodyReader(request.body).drain(2 * MAX_XORB_BYTES);
  } catch (error) {
    // The client is gone, and nobody is left to answer.
    if (!(error instanceof BrokenBodyError)) throw error;
  }
}

function errorResponse(
  request: Request,
  error: unknown,
  onError: (error: unknown) => void,
): Response {
  const status = error instanceof CasError ? error.status : 500;
  const message = error instanceof CasError ? error.message : "Internal error";
  if (status === 500) onError(error);
  if (request.method === "HEAD") return new Response(null, { status });
  return Response.json({ error: message }, { status });
}
