import type { ChecksumAlgorithm, DigestAlgorithm } from "../checksum/algorithms.ts";
import { encodeBase64 } from "../checksum/base64.ts";
import { createDigest, type Digest } from "../checksum/digest.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { BodyExpectations } from "./expectations.ts";

/** What was computed of a body. */
export interface ComputedDigests {
  /** How many bytes the body had, without framing. */
  readonly length: number;
  /** In hex; there when it was asked for or sent. */
  readonly md5?: string;
  /** In base64; those that were sent and those asked for. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** Computes just the digests that are needed of a body, and holds them against what was promised. */
export class BodyDigests {
  readonly #running = new Map<DigestAlgorithm, Digest>();
  readonly #done = new Map<DigestAlgorithm, Uint8Array>();
  #length = 0;

  /**
   * Starts the digests.
   *
   * @param algorithms Which digests; doubles count once.
   */
  constructor(algorithms: Iterable<DigestAlgorithm>) {
    for (const algorithm of algorithms) {
      if (!this.#running.has(algorithm)) this.#running.set(algorithm, createDigest(algorithm));
    }
  }

  /** How many bytes have been seen. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes of the body. */
  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    for (const digest of this.#running.values()) digest.update(bytes);
  }

  /**
   * Ends the digests and checks them, the strongest promise first.
   *
   * @param expected What headers and trailer promise.
   * @param sha256 What the signature promises, in lower-case hex.
   * @throws {S3Error} XAmzContentSHA256Mismatch or BadDigest.
   */
  check(expected: BodyExpectations, sha256: string | undefined): void {
    for (const [algorithm, digest] of this.#running) this.#done.set(algorithm, digest.digest());
    const computed = this.#done.get("SHA256")?.toHex();
    if (sha256 !== undefined && computed !== sha256) {
      throw new S3Error("XAmzContentSHA256Mismatch", {
        fields: {
          ClientComputedContentSHA256: sha256,
          S3ComputedContentSHA256: computed ?? "",
        },
      });
    }
    if (expected.md5 !== undefined) this.#compare("MD5", expected.md5, "Content-MD5");
    const { checksum } = expected;
    if (checksum !== undefined) {
      this.#compare(checksum.algorithm, checksum.value, checksum.algorithm);
    }
  }

  /** What was computed; only after `check` has passed. */
  result(): ComputedDigests {
    const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
    for (const [algorithm, digest] of this.#done) {
      if (algorithm !== "MD5") checksums[algorithm] = encodeBase64(digest);
    }
    const md5 = this.#done.get("MD5")?.toHex();
    return { length: this.#length, ...(md5 !== undefined && { md5 }), checksums };
  }

  #compare(algorithm: DigestAlgorithm, expected: Uint8Array, name: string): void {
    const computed = this.#done.get(algorithm) ?? new Uint8Array(0);
    if (computed.toHex() === expected.toHex()) return;
    throw new S3Error("BadDigest", {
      message: `The ${name} you specified did not match ${
        algorithm === "MD5" ? "what we received." : "the calculated checksum."
      }`,
      fields: {
        ExpectedDigest: encodeBase64(expected),
        CalculatedDigest: encodeBase64(computed),
      },
    });
  }
}
