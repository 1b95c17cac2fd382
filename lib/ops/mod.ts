import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
} from "./buckets.ts";
import { completeMultipartUpload } from "./complete_multipart_upload.ts";
import type { OperationTable } from "./context.ts";
import { copyObject } from "./copy.ts";
import { deleteObject, deleteObjects } from "./delete.ts";
import { getObjectAttributes } from "./get_object_attributes.ts";
import { listMultipartUploads } from "./list_multipart_uploads.ts";
import { listObjects } from "./list_objects.ts";
import { abortMultipartUpload, createMultipartUpload, listParts, uploadPart } from "./multipart.ts";
import { getObject, headObject, putObject } from "./objects.ts";
import { uploadPartCopy } from "./upload_part_copy.ts";
import { postObject } from "./post_object.ts";
import {
  deleteBucketCors,
  deleteBucketTagging,
  deleteObjectTagging,
  getBucketAcl,
  getBucketCors,
  getBucketTagging,
  getObjectAcl,
  getObjectTagging,
  listObjectVersions,
  putBucketAcl,
  putBucketCors,
  putBucketOwnershipControls,
  putBucketTagging,
  putBucketVersioning,
  putObjectAcl,
  putObjectTagging,
} from "./sub_resources.ts";

/** Every served operation with its handler. */
export const operations: OperationTable = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  ListObjects: listObjects,
  ListObjectsV2: listObjects,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  GetObjectAttributes: getObjectAttributes,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
  ListMultipartUploads: listMultipartUploads,
  ListObjectVersions: listObjectVersions,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  GetBucketTagging: getBucketTagging,
  PutBucketTagging: putBucketTagging,
  DeleteBucketTagging: deleteBucketTagging,
  GetBucketAcl: getBucketAcl,
  PutBucketAcl: putBucketAcl,
  GetObjectAcl: getObjectAcl,
  PutObjectAcl: putObjectAcl,
  PutBucketOwnershipControls: putBucketOwnershipControls,
  PutBucketVersioning: putBucketVersioning,
  GetBucketCors: getBucketCors,
  PutBucketCors: putBucketCors,
  DeleteBucketCors: deleteBucketCors,
  PostObject: postObject,
};
