/**
 * The operations that the gateway serves, each with what it is given and what it answers. The reader
 * of an operation makes the input from a request, its handler in `ops` makes the output, the writer
 * makes the response.
 *
 * Names are those of the Amazon S3 API reference. Keys, prefixes and markers are decoded; entity tags
 * have no quotes.
 *
 * @module
 */

import type {
  ListEntry,
  ObjectAttributes,
  StoreBucket,
  StoredObject,
} from "../store/object_store.ts";
import type { Upload, UploadPart } from "../multipart/upload_registry.ts";
import type { RequestedRange } from "../http/range.ts";
import type { ReadConditions } from "../http/conditions.ts";

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
  /** `*` only; other forms are refused by the reader. */
  readonly ifNoneMatch?: "*";
}

/** GET `/`. */
export interface ListBucketsInput {
  readonly prefix: string;
  readonly maxBuckets?: number;
  readonly continuationToken?: string;
}

/** The owner element of several documents. */
export interface Owner {
  readonly id: string;
  readonly name: string;
}

/** Answer of ListBuckets. */
export interface ListBucketsOutput {
  readonly owner: Owner;
  readonly buckets: readonly StoreBucket[];
  readonly prefix: string;
  readonly continuationToken?: string;
}

/** PUT `/b`. */
export interface CreateBucketInput extends BucketInput {
  readonly locationConstraint?: string;
}

/** Where a listing begins: what V1 calls marker and V2 start-after or continuation-token. */
export interface ListObjectsInput extends BucketInput {
  readonly version: 1 | 2;
  readonly prefix: string;
  readonly delimiter?: string;
  /** 0 to 1000. */
  readonly maxKeys: number;
  readonly encodingType?: "url";
  /** V1. */
  readonly marker?: string;
  /** V2. */
  readonly startAfter?: string;
  /** V2, as received. */
  readonly continuationToken?: string;
  /** V2; V1 always shows owners. */
  readonly fetchOwner: boolean;
}

/** Answer of ListObjects and ListObjectsV2: the input is echoed by the writer. */
export interface ListObjectsOutput {
  readonly request: ListObjectsInput;
  readonly entries: readonly ListEntry[];
  readonly truncated: boolean;
  /** V1: the last key or common prefix, when truncated. */
  readonly nextMarker?: string;
  /** V2: opaque, when truncated. */
  readonly nextContinuationToken?: string;
  /** When owners are to be shown. */
  readonly owner?: Owner;
}

/** PUT `/b/k`. */
export interface PutObjectInput extends ObjectInput {
  readonly body: RequestBody;
  readonly attributes: ObjectAttributes;
  readonly conditions: WriteConditions;
}

/** Answer of PutObject. */
export interface PutObjectOutput {
  readonly object: StoredObject;
  readonly checksums: Readonly<Record<string, string>>;
}

/** GET and HEAD `/b/k`. */
export interface GetObjectInput extends ObjectInput {
  readonly range?: string;
  /** `If-Range`: the range counts only while this entity tag or date is the current one. */
  readonly ifRange?: string;
  readonly partNumber?: number;
  readonly conditions: ReadConditions;
  /** `response-*` query parameters: header name in lower case → value. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** Answer of GetObject and HeadObject. */
export interface GetObjectOutput {
  readonly object: StoredObject;
  /** `whole` or the bytes sent; a range gives 206. */
  readonly range: Exclude<RequestedRange, { readonly kind: "unsatisfiable" }>;
  /** True for an answer 304: no body. */
  readonly notModified: boolean;
  /** Parts of a multipart object, for a read with `partNumber`. */
  readonly partsCount?: number;
  readonly overrides: Readonly<Record<string, string>>;
  /** The bytes; absent for HEAD and 304. */
  readonly body?: ReadableStream<Uint8Array>;
}

/** DELETE `/b/k`. */
export interface DeleteObjectInput extends ObjectInput {
  readonly conditions: WriteConditions;
}

/** POST `/b?delete`. */
export interface DeleteObjectsInput extends BucketInput {
  readonly quiet: boolean;
  /** 1 to 1000, in the client's order, duplicates kept. */
  readonly objects: readonly {
    readonly key: string;
    readonly versionId?: string;
    readonly etag?: string;
  }[];
}

/** Answer of DeleteObjects: one entry per object asked. */
export interface DeleteObjectsOutput {
  readonly quiet: boolean;
  readonly results: readonly (
    & { readonly key: string; readonly versionId?: string }
    & ({ readonly kind: "deleted" } | {
      readonly kind: "error";
      readonly code: string;
      readonly message: string;
    })
  )[];
}

/** Where a copy comes from: `x-amz-copy-source` and its conditions. */
export interface CopySource extends ObjectInput {
  readonly conditions: ReadConditions;
}

/** PUT `/b/k` with `x-amz-copy-source`. */
export interface CopyObjectInput extends ObjectInput {
  readonly source: CopySource;
  readonly metadataDirective: "COPY" | "REPLACE";
  /** Used with REPLACE. */
  readonly attributes: ObjectAttributes;
  readonly conditions: WriteConditions;
}

/** Answer of CopyObject. */
export interface CopyObjectOutput {
  readonly object: StoredObject;
}

/** POST `/b/k?uploads`. */
export interface CreateMultipartUploadInput extends ObjectInput {
  readonly attributes: ObjectAttributes;
  readonly checksumAlgorithm?: string;
  readonly checksumType?: string;
}

/** Answer of CreateMultipartUpload. */
export interface CreateMultipartUploadOutput {
  readonly upload: Upload;
  readonly checksumAlgorithm?: string;
  readonly checksumType?: string;
}

/** PUT `/b/k?partNumber&uploadId`. */
export interface UploadPartInput extends ObjectInput {
  readonly uploadId: string;
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly body: RequestBody;
}

/** Answer of UploadPart. */
export interface UploadPartOutput {
  readonly part: UploadPart;
}

/** POST `/b/k?uploadId`. */
export interface CompleteMultipartUploadInput extends ObjectInput {
  readonly uploadId: string;
  /** In the client's order. */
  readonly parts: readonly {
    readonly partNumber: number;
    readonly etag: string;
    /** By algorithm name, base64. */
    readonly checksums: Readonly<Record<string, string>>;
  }[];
  readonly conditions: WriteConditions;
  /** `x-amz-mp-object-size`. */
  readonly objectSize?: number;
}

/** Answer of CompleteMultipartUpload. */
export interface CompleteMultipartUploadOutput {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  /** `x-hf-xet-hash` and the like: header name → value. */
  readonly headers: Readonly<Record<string, string>>;
}

/** DELETE `/b/k?uploadId`. */
export interface AbortMultipartUploadInput extends ObjectInput {
  readonly uploadId: string;
}

/** GET `/b/k?uploadId`. */
export interface ListPartsInput extends ObjectInput {
  readonly uploadId: string;
  /** 0 to 1000. */
  readonly maxParts: number;
  /** 0 when absent. */
  readonly partNumberMarker: number;
}

/** Answer of ListParts. */
export interface ListPartsOutput {
  readonly request: ListPartsInput;
  readonly upload: Upload;
  readonly parts: readonly UploadPart[];
  readonly truncated: boolean;
  readonly owner: Owner;
}

/** GET `/b?uploads`. */
export interface ListMultipartUploadsInput extends BucketInput {
  readonly prefix: string;
  readonly delimiter?: string;
  readonly keyMarker: string;
  /** Ignored without a key marker. */
  readonly uploadIdMarker: string;
  /** 0 to 1000. */
  readonly maxUploads: number;
  readonly encodingType?: "url";
}

/** Answer of ListMultipartUploads. */
export interface ListMultipartUploadsOutput {
  readonly request: ListMultipartUploadsInput;
  readonly uploads: readonly Upload[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  readonly nextKeyMarker?: string;
  readonly nextUploadIdMarker?: string;
  readonly owner: Owner;
}

/** Every served operation's input and output. */
export interface Operations {
  ListBuckets: { input: ListBucketsInput; output: ListBucketsOutput };
  CreateBucket: { input: CreateBucketInput; output: BucketInput };
  HeadBucket: { input: BucketInput; output: { readonly region: string } };
  DeleteBucket: { input: BucketInput; output: void };
  GetBucketLocation: { input: BucketInput; output: { readonly region: string } };
  ListObjects: { input: ListObjectsInput; output: ListObjectsOutput };
  ListObjectsV2: { input: ListObjectsInput; output: ListObjectsOutput };
  PutObject: { input: PutObjectInput; output: PutObjectOutput };
  GetObject: { input: GetObjectInput; output: GetObjectOutput };
  HeadObject: { input: GetObjectInput; output: GetObjectOutput };
  DeleteObject: { input: DeleteObjectInput; output: void };
  DeleteObjects: { input: DeleteObjectsInput; output: DeleteObjectsOutput };
  CopyObject: { input: CopyObjectInput; output: CopyObjectOutput };
  CreateMultipartUpload: { input: CreateMultipartUploadInput; output: CreateMultipartUploadOutput };
  UploadPart: { input: UploadPartInput; output: UploadPartOutput };
  CompleteMultipartUpload: {
    input: CompleteMultipartUploadInput;
    output: CompleteMultipartUploadOutput;
  };
  AbortMultipartUpload: { input: AbortMultipartUploadInput; output: void };
  ListParts: { input: ListPartsInput; output: ListPartsOutput };
  ListMultipartUploads: { input: ListMultipartUploadsInput; output: ListMultipartUploadsOutput };
}

/** The name of an operation that is served. */
export type ServedOperation = keyof Operations;
