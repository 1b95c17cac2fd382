import type { ChecksumAlgorithm } from "../checksum/algorithms.ts";
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
  readonly #running = new Map<ChecksumAlgorithm, Digest>();
  readonly #done = new Map<ChecksumAlgorithm, Uint8Array>();
  #length = 0;
  /** Whether the MD5 was sent as a checksum, and not just as `Content-MD5` or asked for. */
  #md5IsChecksum = false;

  /**
   * Starts the digests.
   *
   * @param algorithms Which digests; doubles count once.
   */
  constructor(algorithms: Iterable<ChecksumAlgorithm>) {
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
    if (expected.md5 !== undefined) {
      this.#compare(
        "MD5",
        expected.md5,
        "The Content-MD5 you specified did not match what we received.",
      );
    }
    const { checksum } = expected;
    this.#md5IsChecksum = checksum?.algorithm === "MD5";
    if (checksum !== undefined) {
      const { algorithm, value } = checksum;
      const message = `The ${algorithm} you specified did not match the calculated checksum.`;
      this.#compare(algorithm, value, message);
    }
  }

  /** What was computed; only after `check` has passed. */
  result(): ComputedDigests {
    const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
    for (const [algorithm, digest] of this.#done) {
      if (algorithm === "MD5" && !this.#md5IsChecksum) continue;
      checksums[algorithm] = encodeBase64(digest);
    }
    const md5 = this.#done.get("MD5")?.toHex();
    return { length: this.#length, ...(md5 !== undefined && { md5 }), checksums };
  }

  #compare(algorithm: ChecksumAlgorithm, expected: Uint8Array, message: string): void {
    const computed = this.#done.get(algorithm) ?? new Uint8Array(0);
    if (computed.toHex() === expected.toHex()) return;
    throw new S3Error("BadDigest", {
      message,
      fields: {
        ExpectedDigest: encodeBase64(expected),
        CalculatedDigest: encodeBase64(computed),
      },
    });
  }
}
