import type { Query } from "../http/query.ts";
import { utf8ToHeader } from "./header_text.ts";
import type { Address } from "./address.ts";
import type { RequestBody } from "./operations.ts";

/** How a body is to be opened. */
export interface OpenBodyOptions {
  /** Computes the MD5 although no `Content-MD5` asks for it. Default false. */
  readonly md5?: boolean;
  /** The most bytes, without framing. Default 5 GiB. */
  readonly maxLength?: number;
  /** Whether `x-amz-checksum-*` headers speak of this body. Default true. */
  readonly headerChecksums?: boolean;
}

/** An authenticated request, as the readers of operations see it. */
export interface S3Request {
  readonly method: string;
  readonly address: Address;
  readonly query: Query;
  /** Whether it is signed, even if nobody checks that. */
  readonly signed: boolean;
  /** The headers, with what a presigner hoisted into the query. */
  readonly headers: Headers;
  /**
   * Scheme and authority that path-style addresses begin with, such as `http://localhost:9000`: those that
   * the client used, without the bucket.
   */
  readonly origin: string;
  /** The fields of a form, names in lower case; the headers are then those that they stand for. */
  readonly formFields?: ReadonlyMap<string, string>;
  /**
   * Opens the body, once; its stream errors at its end unless everything promised of it holds. Throws at
   * once for what the headers alone tell.
   */
  openBody(options: OpenBodyOptions): RequestBody;
  /**
   * Holds a body that has not been opened, as the operation has no use for it, to what was signed of it: a request
   * whose body was added on the way is not the one that was signed.
   *
   * @throws {S3Error} XAmzContentSHA256Mismatch, SignatureDoesNotMatch and whatever else is wrong with it;
   * MaxMessageLengthExceeded beyond 1 MiB.
   */
  verifyUnopenedBody(): Promise<void>;
}

/** Parameters of the signature itself; they are no headers. */
const SIGNATURE_PARAMETERS: ReadonlySet<string> = new Set([
  "x-amz-algorithm",
  "x-amz-content-sha256",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
]);
const CHECKSUM_PREFIX = "x-amz-checksum-";
/** Parameters with the prefix that hold no checksum. */
const NO_CHECKSUMS: ReadonlySet<string> = new Set(
  ["algorithm", "mode", "type"].map((name) => CHECKSUM_PREFIX + name),
);

/**
 * The headers of a presigned request, with the `x-amz-*` parameters that its signer hoisted into the
 * query acting as headers where the header is absent. Checksum values stay out: presigners put the
 * checksum of an empty body there.
 *
 * @param headers The headers as sent; not changed.
 * @param query The query, its parameters of these names signed.
 */
export function withHoistedHeaders(headers: Headers, query: Query): Headers {
  const effective = new Headers(headers);
  for (const { name, value } of query.parameters) {
    const header = name.toLowerCase();
    if (isHoisted(header) && !headers.has(header)) {
      effective.append(header, utf8ToHeader(name, value));
    }
  }
  return effective;
}

function isHoisted(name: string): boolean {
  return /^x-amz-[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && !SIGNATURE_PARAMETERS.has(name) &&
    (!name.startsWith(CHECKSUM_PREFIX) || NO_CHECKSUMS.has(name));
}
