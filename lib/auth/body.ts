import type { ChecksumAlgorithm } from "../checksum/algorithms.ts";
import { S3Error } from "../errors/s3_error.ts";
import { BlockReader, DEFAULT_BLOCK_SIZE } from "../http/block_reader.ts";
import { emptyStream, pullStream } from "../http/byte_streams.ts";
import { AwsChunkedDecoder } from "./aws_chunked.ts";
import { BodyDigests, type ComputedDigests } from "./body_digests.ts";
import { type BodyExpectations, readExpectations } from "./expectations.ts";
import type { PayloadForm } from "./payload_form.ts";
import { checkTrailers, parseTrailers } from "./trailers.ts";

/** How long is waited for a client that has stopped sending. */
const IDLE_MS = 60_000;
/** The most that S3 takes in one PUT: 5 GiB. */
export const MAX_BODY_LENGTH = 5 * 1024 ** 3;

/** Bytes of the smallest block that a body is read in. */
const MIN_BLOCK_SIZE = 1024;

/** What to do with a body besides verifying it. */
export interface BodyOptions {
  /** Computes the MD5 although no `Content-MD5` asks for it. Default false. */
  readonly md5?: boolean;
  /** Computes these although they were not sent. Default none. */
  readonly checksums?: readonly ChecksumAlgorithm[];
  /** The most bytes, without framing. Default 5 GiB. */
  readonly maxLength?: number;
  /** How long is waited for the next bytes, in milliseconds. Default 60,000. */
  readonly idleMs?: number;
  /** Told of bytes that have come, framing included. */
  readonly onBytes?: (bytes: number) => void;
  /**
   * Whether `x-amz-checksum-*` headers speak of this body. Default true; false for
   * CompleteMultipartUpload, where they speak of the object.
   */
  readonly headerChecksums?: boolean;
}

/** A body without framing that errors at its end unless everything promised of it holds. */
export interface VerifiedBody {
  /**
   * The decoded bytes in large blocks. It ends well only when every check has passed; until then
   * nothing of it may become visible. On failure the request's body is left where it stands, unlocked,
   * to be drained; cancelling goes through to it.
   */
  readonly stream: ReadableStream<Uint8Array>;
  /** The decoded length, when the headers tell. */
  readonly length?: number;
  /** The checksum that was sent and is verified, or will be: what an answer may echo. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  /**
   * What was computed of the body.
   *
   * @throws {Error} Before the stream has ended well.
   */
  digests(): ComputedDigests;
}

/**
 * Opens the body of a request: takes off its framing and verifies, as it streams, its length, chunk and
 * trailer signatures, payload hash, `Content-MD5` and checksum. Nothing is read before the stream is.
 *
 * @param body The request's body.
 * @param headers The request's headers; only they promise anything, never the query.
 * @param payload How it is framed, as the `Authenticator` returned it.
 * @param options What else to compute, and limits.
 * @returns The stream, and what was computed of it.
 * @throws {S3Error} At once for what headers alone tell: InvalidDigest, InvalidRequest,
 * MissingContentLength, EntityTooLarge and so on.
 *
 * @example
 * ```ts
 * import { openBody } from "./body.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new Request("http://localhost/b/k", { method: "PUT", body: "hello" });
 * const body = openBody(request.body, request.headers, { kind: "plain" }, { md5: true });
 * await new Response(body.stream).bytes();
 * assertEquals(body.digests().md5, "5d41402abc4b2a76b9719d911017c592");
 * ```
 */
export function openBody(
  body: ReadableStream<Uint8Array> | null,
  headers: Headers,
  payload: PayloadForm,
  options: BodyOptions = {},
): VerifiedBody {
  const expected = readExpectations(headers, payload, options.headerChecksums ?? true);
  const { length } = expected;
  const maxLength = options.maxLength ?? MAX_BODY_LENGTH;
  if (length !== undefined && length > maxLength) throw tooLarge(maxLength, length);
  const verifier = new BodyVerifier(expected, payload, options, maxLength);
  const algorithm = expected.checksum?.algorithm ?? expected.trailer;
  const { wireLength } = expected;
  const reader = new BlockReader(body ?? emptyStream(), {
    idleMs: options.idleMs ?? IDLE_MS,
    ...(wireLength !== undefined && { length: wireLength }),
  });
  return {
    stream: pullStream(reader, (block) => {
      options.onBytes?.(block?.length ?? 0);
      return verifier.take(block);
    }, blockSizeFor(wireLength)),
    ...(length !== undefined && { length }),
    ...(algorithm !== undefined && { checksumAlgorithm: algorithm }),
    digests: () => verifier.digests(),
  };
}

/** Small bodies get small blocks. One byte more than they have lets the first read see the end. */
const blockSizeFor = (length = DEFAULT_BLOCK_SIZE): number =>
  Math.min(DEFAULT_BLOCK_SIZE, length + MIN_BLOCK_SIZE);

class BodyVerifier {
  readonly #expected: BodyExpectations;
  readonly #payload: PayloadForm;
  readonly #maxLength: number;
  readonly #digests: BodyDigests;
  readonly #decoder: AwsChunkedDecoder | undefined;
  #verified = false;

  constructor(
    expected: BodyExpectations,
    payload: PayloadForm,
    options: BodyOptions,
    maxLength: number,
  ) {
    this.#expected = expected;
    this.#payload = payload;
    this.#maxLength = maxLength;
    this.#digests = new BodyDigests(neededDigests(expected, payload, options));
    this.#decoder = payload.kind === "plain" ? undefined : new AwsChunkedDecoder({
      length: expected.length ?? 0,
      signed: payload.kind === "signed-chunks",
      ...(payload.kind === "signed-chunks" && payload.signer && { signer: payload.signer }),
    });
  }

  /**
   * Takes a block as it came, or the end, and returns what of it belongs to the body. */
  take(block: Uint8Array<ArrayBuffer> | undefined): Uint8Array | undefined {
    if (block === undefined) return this.#finish();
    const data = this.#decoder === undefined ? block : this.#decoder.push(block);
    this.#digests.update(data);
    if (this.#digests.length > this.#maxLength) {
      throw tooLarge(this.#maxLength, this.#digests.length);
    }
    return data;
  }

  digests(): ComputedDigests {
    if (!this.#verified) throw new Error("The body has not ended well, so it has no digests yet");
    return this.#digests.result();
  }

  #finish(): undefined {
    const trailing = this.#trailingChecksum();
    const { trailer } = this.#expected;
    const expected = trailing === undefined || trailer === undefined
      ? this.#expected
      : { ...this.#expected, checksum: { algorithm: trailer, value: trailing } };
    this.#digests.check(
      expected,
      this.#payload.kind === "plain" ? this.#payload.sha256 : undefined,
    );
    this.#verified = true;
  }

  #trailingChecksum(): Uint8Array | undefined {
    if (this.#decoder === undefined) return undefined;
    const trailers = parseTrailers(this.#decoder.end());
    const payload = this.#payload;
    const signed = payload.kind === "signed-chunks" && payload.trailer;
    const signer = signed ? payload.signer : undefined;
    return checkTrailers(trailers, {
      announced: this.#expected.trailer,
      signed,
      ...(signer !== undefined && { signer }),
    });
  }
}

function* neededDigests(
  expected: BodyExpectations,
  payload: PayloadForm,
  options: BodyOptions,
): Generator<ChecksumAlgorithm, void, undefined> {
  if (payload.kind === "plain" && payload.sha256 !== undefined) yield "SHA256";
  if (expected.md5 !== undefined || options.md5) yield "MD5";
  if (expected.checksum !== undefined) yield expected.checksum.algorithm;
  if (expected.trailer !== undefined) yield expected.trailer;
  yield* options.checksums ?? [];
}

function tooLarge(maxLength: number, length: number): S3Error {
  return new S3Error("EntityTooLarge", {
    fields: { MaxSizeAllowed: String(maxLength), ProposedSize: String(length) },
  });
}
