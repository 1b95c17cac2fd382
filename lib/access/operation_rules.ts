/**
 * What each operation needs: the one place where it is decided whether a request may go on. The table is total, so an
 * operation without a rule does not compile, and neither does one whose input names more than its address does and whose rule
 * does not say what for.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import { type Address, bucketOf } from "../s3/address.ts";
import type { OperationName } from "../s3/operation_names.ts";
import type { Operations, ServedOperation } from "../s3/operations.ts";
import type { Need, Rights } from "./rights.ts";

/** What an operation does to its address; see {@linkcode Need}. */
type Action = Need["kind"];

type InputOf<N extends ServedOperation> = Operations[N]["input"];

/** Fields of an input by which it names keys beside that of the address. */
type NamesMore<I> = Extract<keyof I, "source" | "objects" | "prefix"> extends never ? false : true;

/** What is needed besides, by what the input names. */
type More<N extends ServedOperation> = (input: InputOf<N>) => readonly Need[];

type Rule<N extends OperationName> = N extends "ListBuckets" ? Action
  : N extends ServedOperation
    ? NamesMore<InputOf<N>> extends true ? readonly [Action, More<N>] : Action
  : Action;

const listed = (
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): readonly Need[] => [{ kind: "list", bucket, prefix }];

/** A source can have two readings of its key, of which either may be the one that is read. */
const copied = (
  { source: { bucket, key, formKey = key } }: {
    readonly source: { readonly bucket: string; readonly key: string; readonly formKey?: string };
  },
): readonly Need[] => [{ kind: "read", bucket, key }, { kind: "read", bucket, key: formKey }];

const RULES: { readonly [N in OperationName]: Rule<N> } = {
  // What lists shows what is permitted.
  ListBuckets: "names",
  ListObjects: ["see", listed],
  ListObjectsV2: ["see", listed],
  ListObjectVersions: ["see", listed],
  ListMultipartUploads: ["see", listed],

  GetObject: "read",
  HeadObject: "read",
  GetObjectAttributes: "read",
  GetObjectTagging: "read",
  GetObjectAcl: "read",
  GetObjectRetention: "read",
  GetObjectLegalHold: "read",
  GetObjectTorrent: "read",
  SelectObjectContent: "read",
  ListParts: "read",

  PutObject: "write",
  PostObject: "write",
  AppendObject: "write",
  CopyObject: ["write", copied],
  RenameObject: "write",
  RestoreObject: "write",
  UpdateObjectEncryption: "write",
  PutObjectTagging: "write",
  DeleteObjectTagging: "write",
  PutObjectAcl: "write",
  PutObjectRetention: "write",
  PutObjectLegalHold: "write",
  DeleteObject: "write",
  // Each key is asked for by the commit: one that is not permitted fails alone, as in S3.
  DeleteObjects: ["write-some", () => []],
  CreateMultipartUpload: "write",
  UploadPart: "write",
  UploadPartCopy: ["write", copied],
  CompleteMultipartUpload: "write",
  AbortMultipartUpload: "write",

  // Whether a bucket is there, and answers that are the same for every bucket.
  HeadBucket: "see",
  GetBucketLocation: "see",
  GetBucketAcl: "see",
  GetBucketVersioning: "see",
  GetBucketOwnershipControls: "see",
  GetBucketPolicy: "see",
  GetBucketPolicyStatus: "see",
  GetPublicAccessBlock: "see",
  GetBucketLifecycleConfiguration: "see",
  GetBucketEncryption: "see",
  GetObjectLockConfiguration: "see",
  GetBucketReplication: "see",
  GetBucketWebsite: "see",
  GetBucketLogging: "see",
  GetBucketNotificationConfiguration: "see",
  GetBucketRequestPayment: "see",
  GetBucketAccelerateConfiguration: "see",
  ListBucketAnalyticsConfigurations: "see",
  GetBucketAnalyticsConfiguration: "see",
  ListBucketIntelligentTieringConfigurations: "see",
  GetBucketIntelligentTieringConfiguration: "see",
  ListBucketInventoryConfigurations: "see",
  GetBucketInventoryConfiguration: "see",
  ListBucketMetricsConfigurations: "see",
  GetBucketMetricsConfiguration: "see",
  CreateSession: "see",

  GetBucketTagging: "read-bucket",
  GetBucketCors: "read-bucket",
  GetBucketAbac: "read-bucket",
  GetBucketMetadataConfiguration: "read-bucket",
  GetBucketMetadataTableConfiguration: "read-bucket",
  ListenBucketNotification: "read-bucket",

  CreateBucket: "write-bucket",
  DeleteBucket: "write-bucket",
  PutBucketTagging: "write-bucket",
  DeleteBucketTagging: "write-bucket",
  PutBucketCors: "write-bucket",
  DeleteBucketCors: "write-bucket",
  PutBucketAcl: "write-bucket",
  PutBucketOwnershipControls: "write-bucket",
  DeleteBucketOwnershipControls: "write-bucket",
  PutBucketVersioning: "write-bucket",
  PutBucketPolicy: "write-bucket",
  DeleteBucketPolicy: "write-bucket",
  PutPublicAccessBlock: "write-bucket",
  DeletePublicAccessBlock: "write-bucket",
  PutBucketLifecycleConfiguration: "write-bucket",
  DeleteBucketLifecycle: "write-bucket",
  PutBucketEncryption: "write-bucket",
  DeleteBucketEncryption: "write-bucket",
  PutObjectLockConfiguration: "write-bucket",
  PutBucketReplication: "write-bucket",
  DeleteBucketReplication: "write-bucket",
  PutBucketWebsite: "write-bucket",
  DeleteBucketWebsite: "write-bucket",
  PutBucketLogging: "write-bucket",
  PutBucketNotificationConfiguration: "write-bucket",
  PutBucketRequestPayment: "write-bucket",
  PutBucketAccelerateConfiguration: "write-bucket",
  PutBucketAnalyticsConfiguration: "write-bucket",
  DeleteBucketAnalyticsConfiguration: "write-bucket",
  PutBucketIntelligentTieringConfiguration: "write-bucket",
  DeleteBucketIntelligentTieringConfiguration: "write-bucket",
  PutBucketInventoryConfiguration: "write-bucket",
  DeleteBucketInventoryConfiguration: "write-bucket",
  PutBucketMetricsConfiguration: "write-bucket",
  DeleteBucketMetricsConfiguration: "write-bucket",
  PutBucketAbac: "write-bucket",
  CreateBucketMetadataConfiguration: "write-bucket",
  DeleteBucketMetadataConfiguration: "write-bucket",
  CreateBucketMetadataTableConfiguration: "write-bucket",
  DeleteBucketMetadataTableConfiguration: "write-bucket",
  UpdateBucketMetadataInventoryTableConfiguration: "write-bucket",
  UpdateBucketMetadataJournalTableConfiguration: "write-bucket",
};

/**
 * Refuses an operation on an address that the pair has no right to, before anything is read or asked.
 *
 * @throws {S3Error} AccessDenied.
 */
export function requireAddress(rights: Rights, operation: OperationName, address: Address): void {
  const rule: Action | readonly [Action, unknown] = RULES[operation];
  const need = needOf(typeof rule === "string" ? rule : rule[0], address);
  if (need === undefined || !rights.permits(need)) throw new S3Error("AccessDenied");
}

/**
 * Refuses what an operation's input names besides its address.
 *
 * @throws {S3Error} AccessDenied.
 */
export function requireInput<N extends ServedOperation>(
  rights: Rights,
  operation: N,
  input: InputOf<N>,
): void {
  const rule: unknown = RULES[operation];
  if (!Array.isArray(rule)) return;
  // The table has for each operation what takes its input.
  const [, more] = rule as unknown as readonly [Action, More<N>];
  if (!more(input).every((need) => rights.permits(need))) throw new S3Error("AccessDenied");
}

/** Nothing if the address has not what the action is about: then it is not permitted. */
function needOf(action: Action, address: Address): Need | undefined {
  const bucket = bucketOf(address);
  switch (action) {
    case "names":
      return { kind: action };
    case "see":
    case "write-some":
    case "read-bucket":
    case "write-bucket":
      return bucket === undefined ? undefined : { kind: action, bucket };
    case "read":
    case "write":
      return address.kind === "object"
        ? { kind: action, bucket: address.bucket, key: address.key }
        : undefined;
    case "list":
      return undefined;
    default:
      return action satisfies never;
  }
}
