import { createHash } from "node:crypto";
import { randomBytes } from "../support/random_bytes.ts";
import type { Rng } from "./rng.ts";

/** Bytes that an object can hold, with the digests by which they are told apart. */
export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  /** In hex: the entity tag of a part. */
  readonly md5: string;
}

/** The least size of a part that is not the last (Amazon S3 multipart upload limits). */
export const MIN_PART_SIZE = 5 * 1024 * 1024;

const SIZES = [0, 1, 12, 300, 3000, 20_000, 70_000, 200_000];

/** Content of some bytes. */
export function contentOf(bytes: Uint8Array<ArrayBuffer>): Content {
  const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest("hex");
  return { bytes, sha256: digest("sha256"), md5: digest("md5") };
}

/** Makes contents: mostly new ones, sometimes one that was made before, so that the same bytes come under several keys. */
export class Contents {
  readonly #made: Content[] = [];
  readonly #large = new Map<number, Content>();

  /** A content of up to 200 KB. */
  any(rng: Rng): Content {
    const known = rng.chance(0.2) ? rng.pick(this.#made) : undefined;
    if (known !== undefined) return known;
    const size = rng.pick(SIZES) ?? 0;
    const content = contentOf(randomBytes(size, rng.int(1 << 30)));
    if (this.#made.push(content) > 50) this.#made.shift();
    return content;
  }

  /** One of three contents that are large enough to be any part. */
  large(rng: Rng): Content {
    const seed = rng.int(3);
    const made = this.#large.get(seed) ??
      contentOf(randomBytes(MIN_PART_SIZE + seed * 1000, seed + 1));
    this.#large.set(seed, made);
    return made;
  }
}

/** Contents one after another. */
export function joined(contents: readonly Content[]): Content {
  if (contents.length === 1 && contents[0] !== undefined) return contents[0];
  const whole = new Uint8Array(contents.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of contents) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return contentOf(whole);
}
