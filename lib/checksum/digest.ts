import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { crc32c, crc64nvme } from "../xet/engine/mod.ts";
import type { ChecksumAlgorithm } from "./algorithms.ts";
import { XxHashDigest } from "./xxhash.ts";

/** A digest that is fed as the bytes come. */
export interface Digest {
  /** Adds bytes; they are not kept and may be changed afterwards. */
  update(bytes: Uint8Array): void;
  /** The digest of all bytes so far, CRCs in big-endian order. Called once, at the end. */
  digest(): Uint8Array;
}

/**
 * Starts a digest.
 *
 * @param algorithm One of S3's checksum algorithms.
 *
 * @example
 * ```ts
 * import { createDigest } from "./digest.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const digest = createDigest("CRC32");
 * digest.update(new TextEncoder().encode("123456789"));
 * assertEquals(digest.digest().toHex(), "cbf43926");
 * ```
 */
export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  switch (algorithm) {
    case "MD5":
      return new HashDigest("md5");
    case "SHA1":
      return new HashDigest("sha1");
    case "SHA256":
      return new HashDigest("sha256");
    case "SHA512":
      return new HashDigest("sha512");
    case "XXHASH128":
    case "XXHASH3":
    case "XXHASH64":
      return new XxHashDigest(algorithm);
    case "CRC32":
      return new Crc32Digest((bytes, seed) => crc32(bytes, seed));
    case "CRC32C":
      return new Crc32Digest(crc32c);
    case "CRC64NVME":
      return new Crc64Digest();
    default:
      return algorithm satisfies never;
  }
}

class HashDigest implements Digest {
  readonly #hash;

  constructor(name: "md5" | "sha1" | "sha256" | "sha512") {
    this.#hash = createHash(name);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  digest(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }
}

class Crc32Digest implements Digest {
  readonly #step: (bytes: Uint8Array, seed: number) => number;
  #value = 0;

  constructor(step: (bytes: Uint8Array, seed: number) => number) {
    this.#step = step;
  }

  update(bytes: Uint8Array): void {
    this.#value = this.#step(bytes, this.#value);
  }

  digest(): Uint8Array {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, this.#value);
    return bytes;
  }
}

class Crc64Digest implements Digest {
  #value = 0n;

  update(bytes: Uint8Array): void {
    this.#value = crc64nvme(bytes, this.#value);
  }

  digest(): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, this.#value);
    return bytes;
  }
}
