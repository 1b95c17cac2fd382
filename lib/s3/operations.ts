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
  ObjectChecksum,
  ObjectPart,
  ObjectTag,
  StoreBucket,
  StoredObject,
} from "../store/object_store.ts";
import type { ChecksumAlgorithm } from "../checksum/algorithms.ts";
import type { RequestedRange } from "../http/range.ts";
import type { ReadConditions } from "../http/conditions.ts";
import type {
  AbortMultipartUploadInput,
  CompleteMultipartUploadInput,
  CompleteMultipartUploadOutput,
  CreateMultipartUploadInput,
  CreateMultipartUploadOutput,
  ListMultipartUploadsInput,
  ListMultipartUploadsOutput,
  ListPartsInput,
  ListPartsOutput,
  UploadPartCopyInput,
  UploadPartInput,
  UploadPartOutput,
} from "./multipart_operations.ts";
import type {
  BucketInput,
  CopySource,
  DeleteConditions,
  ObjectInput,
  Owner,
  RequestBody,
  WriteConditions,
} from "./operation_parts.ts";
import type { SubResourceOperations } from "./sub_resource_operations.ts";

export type * from "./multipart_operations.ts";
export type * from "./operation_parts.ts";
export type * from "./sub_resource_operations.ts";

/** GET `/`. */
export interface ListBucketsInput {
  readonly prefix: string;
  readonly maxBuckets?: number;
  readonly continuationToken?: string;
  /** Only buckets of this region. */
  readonly bucketRegion?: string;
}

/** Answer of ListBuckets. */
export interface ListBucketsOutput {
  readonly owner: Owner;
  readonly buckets: readonly StoreBucket[];
  /** Of all of them; shown where the request has a parameter. */
  readonly region?: string;
  readonly prefix: string;
  readonly continuationToken?: string;
}

/** PUT `/b`. */
export interface CreateBucketInput extends BucketInput {
  readonly locationConstraint?: string;
  /** The tags that the bucket begins with. */
  readonly tags?: readonly ObjectTag[];
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
  /** `x-amz-checksum-mode: ENABLED`. Default false. */
  readonly checksumMode?: boolean;
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
  /** Of just the bytes that are sent, when it was asked for and is stored. */
  readonly checksum?: ObjectChecksum;
  readonly overrides: Readonly<Record<string, string>>;
  /** Where the bytes are; the answer is then 302 and has none. */
  readonly location?: string;
  /** The bytes; absent for HEAD, 302 and 304. */
  readonly body?: ReadableStream<Uint8Array>;
}

/** DELETE `/b/k`. */
export interface DeleteObjectInput extends ObjectInput {
  readonly conditions: DeleteConditions;
}

/** POST `/b?delete`. */
export interface DeleteObjectsInput extends BucketInput {
  readonly quiet: boolean;
  /** 1 to 1000, in the client's order, duplicates kept. */
  readonly objects: readonly {
    readonly key: string;
    readonly versionId?: string;
    readonly conditions?: DeleteConditions;
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

/** PUT `/b/k` with `x-amz-copy-source`. */
export interface CopyObjectInput extends ObjectInput {
  readonly source: CopySource;
  readonly metadataDirective: "COPY" | "REPLACE";
  readonly taggingDirective: "COPY" | "REPLACE";
  /** What REPLACE puts in the place of what the source has, each its part. */
  readonly attributes: ObjectAttributes;
  /** Whether a storage class or an encryption is asked for: to S3 that changes an object. Default false. */
  readonly setsStorage?: boolean;
  /** The checksum that the copy is to have. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly conditions: WriteConditions;
}

/** Answer of CopyObject. */
export interface CopyObjectOutput {
  readonly object: StoredObject;
  /** That was asked for, or else that of the source. */
  readonly checksum?: ObjectChecksum;
}

/** What GetObjectAttributes can be asked for, by S3's names. */
export type AttributeName = "ETag" | "Checksum" | "ObjectParts" | "StorageClass" | "ObjectSize";

/** GET `/b/k?attributes`. */
export interface GetObjectAttributesInput extends ObjectInput {
  readonly attributes: readonly AttributeName[];
  /** 0 to 1000. */
  readonly maxParts: number;
  /** 0 when absent. */
  readonly partNumberMarker: number;
}

/** Answer of GetObjectAttributes. */
export interface GetObjectAttributesOutput {
  readonly request: GetObjectAttributesInput;
  readonly object: StoredObject;
  /** Of a multipart object, when they were asked for. */
  readonly parts?: {
    readonly total: number;
    readonly page: readonly ObjectPart[];
    readonly truncated: boolean;
  };
}

/** Every served operation's input and output. */
export interface Operations extends SubResourceOperations {
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
  GetObjectAttributes: { input: GetObjectAttributesInput; output: GetObjectAttributesOutput };
  CreateMultipartUpload: { input: CreateMultipartUploadInput; output: CreateMultipartUploadOutput };
  UploadPart: { input: UploadPartInput; output: UploadPartOutput };
  UploadPartCopy: { input: UploadPartCopyInput; output: UploadPartOutput };
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
