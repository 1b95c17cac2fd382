/**
 * What the inputs and outputs of many operations are made of.
 *
 * @module
 */

/** A body after decoding; its stream errors at its end if any check of the request fails. */
export interface RequestBody {
  /** The bytes of the object or part, without framing. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Length in bytes, when the client told it. */
  readonly length?: number;
  /** What was computed over the bytes; valid after the stream has ended well. */
  digests(): BodyDigests;
}

/** Digests of a body. */
export interface BodyDigests {
  /** Hex, when it was asked for. */
  readonly md5?: string;
  /** Verified checksums by S3 algorithm name, base64. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** A bucket operation's address. */
export interface BucketInput {
  readonly bucket: string;
}

/** An object operation's address. */
export interface ObjectInput extends BucketInput {
  readonly key: string;
}

/** Conditions on what the key holds when a write is committed (`If-Match`, `If-None-Match`). */
export interface WriteConditions {
  /** Entity tags, or `*`. */
  readonly ifMatch?: readonly string[] | "*";
  /** Entity tags, or `*`. */
  readonly ifNoneMatch?: readonly string[] | "*";
}

/** The owner element of several documents. */
export interface Owner {
  readonly id: string;
  readonly name: string;
}
