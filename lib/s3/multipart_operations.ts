/**
 * What the operations of multipart uploads are given and what they answer.
 *
 * @module
 */

import type { ChecksumAlgorithm } from "../checksum/algorithms.ts";
import type {
  ChecksumType,
  Upload,
  UploadChecksum,
  UploadPart,
} from "../multipart/upload_registry.ts";
import type { ByteRange, ObjectAttributes, ObjectChecksum } from "../store/object_store.ts";
import type {
  BucketInput,
  CopySource,
  ObjectInput,
  Owner,
  RequestBody,
  WriteConditions,
} from "./operation_parts.ts";

/** POST `/b/k?uploads`. */
export interface CreateMultipartUploadInput extends ObjectInput {
  readonly attributes: ObjectAttributes;
  readonly checksum?: UploadChecksum;
}

/** Answer of CreateMultipartUpload. */
export interface CreateMultipartUploadOutput {
  readonly upload: Upload;
}

/** PUT `/b/k?partNumber&uploadId`. */
export interface UploadPartInput extends ObjectInput {
  readonly uploadId: string;
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly body: RequestBody;
}

/** PUT `/b/k?partNumber&uploadId` with `x-amz-copy-source`. */
export interface UploadPartCopyInput extends ObjectInput {
  readonly uploadId: string;
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly source: CopySource;
  /** Inclusive positions, not yet held against the source's size; absent for the whole source. */
  readonly range?: ByteRange;
}

/** Answer of UploadPart and UploadPartCopy. */
export interface UploadPartOutput {
  readonly part: UploadPart;
}

/** What CompleteMultipartUpload says of the whole object: `x-amz-checksum-*`. */
export interface AskedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64 of the right length. */
  readonly value: string;
  /** The number after the dash of a composite checksum. */
  readonly partCount?: number;
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
  readonly checksum?: AskedChecksum;
  /** `x-amz-checksum-type`. */
  readonly checksumType?: ChecksumType;
}

/** Answer of CompleteMultipartUpload. */
export interface CompleteMultipartUploadOutput {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly checksum?: ObjectChecksum;
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
