/**
 * What is asked of a bucket that has none of it: fixed answers without any state. The bucket itself must
 * exist.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import type { S3ErrorCode } from "../errors/s3_error_table.ts";
import { type Content, el } from "../xml/write.ts";
import { documentAnswer, emptyAnswer } from "./answers.ts";

/** A fixed answer. */
export type Stub =
  /** 200 with a document that says that nothing is set. */
  | {
    readonly kind: "document";
    readonly root: string;
    readonly content: readonly Content[];
  }
  /** 204: there is nothing to remove. */
  | { readonly kind: "nothing-to-delete" }
  | { readonly kind: "error"; readonly code: S3ErrorCode; readonly message?: string };

const document = (root: string, ...content: readonly Content[]): Stub => ({
  kind: "document",
  root,
  content,
});
const missing = (code: S3ErrorCode): Stub => ({ kind: "error", code });
const DELETED: Stub = { kind: "nothing-to-delete" };
const NO_OBJECT_LOCK: Stub = {
  kind: "error",
  code: "InvalidRequest",
  message: "Bucket is missing Object Lock Configuration",
};

/** Operation → answer (Amazon S3 API reference, each operation's answer for a bucket without it). */
export const STUBS = {
  GetBucketVersioning: document("VersioningConfiguration"),
  GetBucketPolicy: missing("NoSuchBucketPolicy"),
  DeleteBucketPolicy: DELETED,
  GetBucketPolicyStatus: document("PolicyStatus", el("IsPublic", false)),
  GetPublicAccessBlock: missing("NoSuchPublicAccessBlockConfiguration"),
  DeletePublicAccessBlock: DELETED,
  GetBucketOwnershipControls: document(
    "OwnershipControls",
    el("Rule", el("ObjectOwnership", "BucketOwnerEnforced")),
  ),
  DeleteBucketOwnershipControls: DELETED,
  GetBucketLifecycleConfiguration: missing("NoSuchLifecycleConfiguration"),
  DeleteBucketLifecycle: DELETED,
  GetBucketEncryption: missing("ServerSideEncryptionConfigurationNotFoundError"),
  DeleteBucketEncryption: DELETED,
  GetObjectLockConfiguration: missing("ObjectLockConfigurationNotFoundError"),
  GetBucketReplication: missing("ReplicationConfigurationNotFoundError"),
  DeleteBucketReplication: DELETED,
  GetBucketWebsite: missing("NoSuchWebsiteConfiguration"),
  DeleteBucketWebsite: DELETED,
  GetBucketLogging: document("BucketLoggingStatus"),
  GetBucketNotificationConfiguration: document("NotificationConfiguration"),
  GetBucketRequestPayment: document("RequestPaymentConfiguration", el("Payer", "BucketOwner")),
  GetBucketAccelerateConfiguration: document("AccelerateConfiguration"),
  ListBucketAnalyticsConfigurations: document(
    "ListBucketAnalyticsConfigurationResult",
    el("IsTruncated", false),
  ),
  GetBucketAnalyticsConfiguration: missing("NoSuchConfiguration"),
  DeleteBucketAnalyticsConfiguration: DELETED,
  ListBucketIntelligentTieringConfigurations: document(
    "ListBucketIntelligentTieringConfigurationsOutput",
    el("IsTruncated", false),
  ),
  GetBucketIntelligentTieringConfiguration: missing("NoSuchConfiguration"),
  DeleteBucketIntelligentTieringConfiguration: DELETED,
  ListBucketInventoryConfigurations: document(
    "ListInventoryConfigurationsResult",
    el("IsTruncated", false),
  ),
  GetBucketInventoryConfiguration: missing("NoSuchConfiguration"),
  DeleteBucketInventoryConfiguration: DELETED,
  ListBucketMetricsConfigurations: document(
    "ListMetricsConfigurationsResult",
    el("IsTruncated", false),
  ),
  GetBucketMetricsConfiguration: missing("NoSuchConfiguration"),
  DeleteBucketMetricsConfiguration: DELETED,
  GetObjectRetention: NO_OBJECT_LOCK,
  PutObjectRetention: NO_OBJECT_LOCK,
  GetObjectLegalHold: NO_OBJECT_LOCK,
  PutObjectLegalHold: NO_OBJECT_LOCK,
} as const satisfies Readonly<Record<string, Stub>>;

/** The name of an operation with a fixed answer. */
export type StubbedOperation = keyof typeof STUBS;

/** Whether an operation has a fixed answer. */
export function isStubbed(operation: string): operation is StubbedOperation {
  return Object.hasOwn(STUBS, operation);
}

/**
 * Writes the fixed answer of an operation; the bucket has been found to exist.
 *
 * @throws {S3Error} Where the answer is an error.
 */
export function writeStub(operation: StubbedOperation): Response {
  const stub: Stub = STUBS[operation];
  switch (stub.kind) {
    case "document":
      return documentAnswer(stub.root, ...stub.content);
    case "nothing-to-delete":
      return emptyAnswer(204);
    case "error":
      throw new S3Error(stub.code, stub.message === undefined ? {} : { message: stub.message });
    default:
      return stub satisfies never;
  }
}
