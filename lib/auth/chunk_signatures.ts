import { EMPTY_SHA256, hmacSha256, sha256OfBytes, signaturesEqual } from "./hmac.ts";

/** Where a chain of chunk signatures begins. */
export interface ChunkChain {
  /** The SigV4 signing key of the request. */
  readonly signingKey: Uint8Array;
  /** The request's timestamp in ISO basic form. */
  readonly timestamp: string;
  /** `date/region/s3/aws4_request`. */
  readonly scope: string;
  /** The request's own signature, in hex. */
  readonly seedSignature: string;
}

/**
 * Verifies the signatures of an aws-chunked body, each of which covers the one before
 * ("Signature calculations for the authorization header: transferring payload in multiple chunks"
 * in the Amazon S3 API reference). Serves one body.
 */
export class ChunkSigner {
  readonly #chain: ChunkChain;
  #previous: string;

  /**
   * Starts before the first chunk.
   *
   * @param chain Where the chain begins.
   */
  constructor(chain: ChunkChain) {
    this.#chain = chain;
    this.#previous = chain.seedSignature;
  }

  /**
   * Verifies the next chunk; the last, empty one too.
   *
   * @param signature What came with the chunk, in hex.
   * @param sha256 The hash of the chunk's data, in hex.
   */
  verifyChunk(signature: string, sha256: string): boolean {
    return this.#verify("AWS4-HMAC-SHA256-PAYLOAD", [EMPTY_SHA256, sha256], signature);
  }

  /**
   * Verifies the trailer, after the last chunk.
   *
   * @param signature The value of `x-amz-trailer-signature`.
   * @param canonical `name:value\n` for each trailer but the signature, a byte per character.
   */
  verifyTrailer(signature: string, canonical: string): boolean {
    return this.#verify("AWS4-HMAC-SHA256-TRAILER", [sha256OfBytes(canonical)], signature);
  }

  #verify(algorithm: string, hashes: readonly string[], signature: string): boolean {
    const { signingKey, timestamp, scope } = this.#chain;
    const stringToSign = [algorithm, timestamp, scope, this.#previous, ...hashes].join("\n");
    const expected = hmacSha256(signingKey, stringToSign).toHex();
    this.#previous = expected;
    return signaturesEqual(expected, signature);
  }
}
