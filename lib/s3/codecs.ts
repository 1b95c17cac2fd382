/**
 * For each served operation, how its request is read and its answer written. The table is total: an
 * operation without a row does not compile.
 *
 * @module
 */

import { readPutBucketAcl, readPutObjectAcl, writeAcl, writePutAcl } from "./acl.ts";
import {
  readCreateBucket,
  writeCreateBucket,
  writeGetBucketLocation,
  writeHeadBucket,
  writeNoContent,
} from "./bucket.ts";
import { readCompleteMultipartUpload } from "./complete_multipart_upload.ts";
import { readCopyObject, writeCopyObject } from "./copy.ts";
import { readPutBucketCors, writeGetBucketCors, writePutBucketCors } from "./cors.ts";
import { readDeleteObject, readDeleteObjects, writeDeleteObjects } from "./delete.ts";
import { readGetObject, writeGetObject } from "./get_object.ts";
import { readGetObjectAttributes, writeGetObjectAttributes } from "./get_object_attributes.ts";
import { readListObjects, readListObjectsV2, writeListObjects } from "./list_objects.ts";
import {
  readListMultipartUploads,
  readListParts,
  writeListMultipartUploads,
  writeListParts,
} from "./list_uploads.ts";
import {
  readCreateMultipartUpload,
  readUploadPart,
  uploadInput,
  writeCompleteMultipartUpload,
  writeCreateMultipartUpload,
  writeUploadPart,
} from "./multipart.ts";
import { readPostObject, writePostObject } from "./post_object.ts";
import type { OperationName } from "./operation_names.ts";
import type { Operations, ServedOperation } from "./operations.ts";
import { readPutObject, writePutObject } from "./put_object.ts";
import { bucketInput, objectInput } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";
import { readListBuckets, writeListBuckets } from "./service.ts";
import {
  readPutBucketTagging,
  readPutObjectTagging,
  writePutObjectTagging,
  writeTagging,
} from "./tagging.ts";
import { readPutBucketOwnershipControls, writePutBucketOwnershipControls } from "./ownership.ts";
import { readPutBucketVersioning, writePutBucketVersioning } from "./versioning.ts";
import { readListObjectVersions, writeListObjectVersions } from "./versions.ts";
import { readUploadPartCopy, writeUploadPartCopy } from "./upload_part_copy.ts";

/** How one operation is read and written. */
export interface Codec<N extends ServedOperation> {
  /** Makes the input from the request; throws `S3Error`. */
  readonly read: (
    request: S3Request,
  ) => Operations[N]["input"] | Promise<Operations[N]["input"]>;
  /** Makes the response from the output. */
  readonly write: (output: Operations[N]["output"], request: S3Request) => Response;
}

/** Every served operation's reader and writer. */
export const CODECS: { readonly [N in ServedOperation]: Codec<N> } = {
  ListBuckets: { read: readListBuckets, write: writeListBuckets },
  CreateBucket: { read: readCreateBucket, write: writeCreateBucket },
  HeadBucket: { read: bucketInput, write: writeHeadBucket },
  DeleteBucket: { read: bucketInput, write: writeNoContent },
  GetBucketLocation: { read: bucketInput, write: writeGetBucketLocation },
  ListObjects: { read: readListObjects, write: writeListObjects },
  ListObjectsV2: { read: readListObjectsV2, write: writeListObjects },
  PutObject: { read: readPutObject, write: writePutObject },
  GetObject: { read: readGetObject, write: writeGetObject },
  HeadObject: { read: readGetObject, write: writeGetObject },
  GetObjectAttributes: { read: readGetObjectAttributes, write: writeGetObjectAttributes },
  DeleteObject: { read: readDeleteObject, write: writeNoContent },
  DeleteObjects: { read: readDeleteObjects, write: writeDeleteObjects },
  CopyObject: { read: readCopyObject, write: writeCopyObject },
  CreateMultipartUpload: { read: readCreateMultipartUpload, write: writeCreateMultipartUpload },
  UploadPart: { read: readUploadPart, write: writeUploadPart },
  UploadPartCopy: { read: readUploadPartCopy, write: writeUploadPartCopy },
  CompleteMultipartUpload: {
    read: readCompleteMultipartUpload,
    write: writeCompleteMultipartUpload,
  },
  AbortMultipartUpload: { read: uploadInput, write: writeNoContent },
  ListParts: { read: readListParts, write: writeListParts },
  ListMultipartUploads: { read: readListMultipartUploads, write: writeListMultipartUploads },
  ListObjectVersions: { read: readListObjectVersions, write: writeListObjectVersions },
  GetObjectTagging: { read: objectInput, write: writeTagging },
  PutObjectTagging: { read: readPutObjectTagging, write: writePutObjectTagging },
  DeleteObjectTagging: { read: objectInput, write: writeNoContent },
  GetBucketTagging: { read: bucketInput, write: writeTagging },
  PutBucketTagging: { read: readPutBucketTagging, write: writeNoContent },
  DeleteBucketTagging: { read: bucketInput, write: writeNoContent },
  GetBucketAcl: { read: bucketInput, write: writeAcl },
  PutBucketAcl: { read: readPutBucketAcl, write: writePutAcl },
  GetObjectAcl: { read: objectInput, write: writeAcl },
  PutObjectAcl: { read: readPutObjectAcl, write: writePutAcl },
  PutBucketOwnershipControls: {
    read: readPutBucketOwnershipControls,
    write: writePutBucketOwnershipControls,
  },
  PutBucketVersioning: { read: readPutBucketVersioning, write: writePutBucketVersioning },
  GetBucketCors: { read: bucketInput, write: writeGetBucketCors },
  PutBucketCors: { read: readPutBucketCors, write: writePutBucketCors },
  DeleteBucketCors: { read: bucketInput, write: writeNoContent },
  PostObject: { read: readPostObject, write: writePostObject },
};

/** Whether an operation is served. */
export function isServed(operation: OperationName): operation is ServedOperation {
  return operation in CODECS;
}
