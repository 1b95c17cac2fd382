/**
 * What the inputs and outputs of many operations are made of.
 *
 * @module
 */

import type { ReadConditions } from "../http/conditions.ts";

/** A body after decoding; its stream errors at its end if any check of the request fails. */
export interface RequestBody {
  /** The bytes of the object or part, without framing. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Length in bytes, when the client told it. */
  readonly length?: number;
  /** The checksum that was sent of it, as header or to come as trailer, by S3's name. */
  readonly checksumAlgorithm?: string;
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
  /** Of a bucket that keeps versions: which one is read. */
  readonly versionId?: string;
}

/** Where a copy comes from: `x-amz-copy-source` and its conditions. */
export interface CopySource extends ObjectInput {
  /** The key with every `+` read as a blank, where that is another: some clients encode it so. */
  readonly formKey?: string;
  readonly conditions: ReadConditions;
}

/** Conditions on what the key holds when a write is committed (`If-Match`, `If-None-Match`). */
export interface WriteConditions {
  /** Entity tags, or `*`. */
  readonly ifMatch?: readonly string[] | "*";
  /** Entity tags, or `*`. */
  readonly ifNoneMatch?: readonly string[] | "*";
}

/** Conditions on what is deleted; all of them must hold. */
export interface DeleteConditions extends WriteConditions {
  /** `x-amz-if-match-size`: bytes. */
  readonly ifMatchSize?: number;
  /** `x-amz-if-match-last-modified-time`, in whole seconds. */
  readonly ifMatchLastModified?: Date;
}

/** The owner element of several documents. */
export interface Owner {
  readonly id: string;
  readonly name: string;
}
