import type { ServedOperation } from "./operations.ts";
import type { StubbedOperation } from "./stubs.ts";

/**
 * Operations that are recognised and not served, by the names of the Amazon S3 API reference
 * (`AppendObject` and `ListenBucketNotification` are named by those who speak them).
 * They have names so that none is ever mistaken for another.
 */
export const UNSERVED_OPERATIONS = [
  "AppendObject",
  "CreateBucketMetadataConfiguration",
  "CreateBucketMetadataTableConfiguration",
  "CreateSession",
  "DeleteBucketMetadataConfiguration",
  "DeleteBucketMetadataTableConfiguration",
  "GetBucketAbac",
  "GetBucketMetadataConfiguration",
  "GetBucketMetadataTableConfiguration",
  "GetObjectTorrent",
  "ListenBucketNotification",
  "PutBucketAbac",
  "PutBucketAccelerateConfiguration",
  "PutBucketAnalyticsConfiguration",
  "PutBucketEncryption",
  "PutBucketIntelligentTieringConfiguration",
  "PutBucketInventoryConfiguration",
  "PutBucketLifecycleConfiguration",
  "PutBucketLogging",
  "PutBucketMetricsConfiguration",
  "PutBucketNotificationConfiguration",
  "PutBucketPolicy",
  "PutBucketReplication",
  "PutBucketRequestPayment",
  "PutBucketWebsite",
  "PutObjectLockConfiguration",
  "PutPublicAccessBlock",
  "RenameObject",
  "RestoreObject",
  "SelectObjectContent",
  "UpdateBucketMetadataInventoryTableConfiguration",
  "UpdateBucketMetadataJournalTableConfiguration",
  "UpdateObjectEncryption",
] as const;

/** An operation that is recognised and not served. */
export type UnservedOperation = typeof UNSERVED_OPERATIONS[number];

/** Every operation that has a name here, served or not. */
export type OperationName = ServedOperation | StubbedOperation | UnservedOperation;
