/**
 * Which request is which operation: the tables that `detect` reads.
 *
 * @module
 */

import type { Address } from "./address.ts";
import type { OperationName } from "./operation_names.ts";

/** The methods that S3 knows. */
export type Method = "GET" | "HEAD" | "PUT" | "POST" | "DELETE";

/** Requests that look alike but for their method. */
export interface Route {
  /** The query parameter whose presence selects the route, with any value or none. */
  readonly marker?: string;
  /** A value that the marker must have. */
  readonly value?: string;
  /** A second query parameter that must be there. */
  readonly and?: string;
  /** A header that must be there. */
  readonly header?: string;
  /** Method → operation. */
  readonly methods: Readonly<Partial<Record<Method, OperationName>>>;
}

/** A sub-resource read and written by GET and PUT, and cleared by DELETE. */
const resource = (
  marker: string,
  GET: OperationName,
  PUT: OperationName,
  DELETE?: OperationName,
): Route => ({ marker, methods: { GET, PUT, ...(DELETE && { DELETE }) } });

const only = (marker: string, method: Method, operation: OperationName): Route => ({
  marker,
  methods: { [method]: operation },
});

/** Configurations of which a bucket can have many, each with an `id`. */
const configurations = (
  marker: string,
  kind: "Analytics" | "IntelligentTiering" | "Inventory" | "Metrics",
): readonly Route[] => [
  {
    marker,
    and: "id",
    methods: {
      GET: `GetBucket${kind}Configuration`,
      PUT: `PutBucket${kind}Configuration`,
      DELETE: `DeleteBucket${kind}Configuration`,
    },
  },
  only(marker, "GET", `ListBucket${kind}Configurations`),
];

const SERVICE: readonly Route[] = [{ methods: { GET: "ListBuckets" } }];

const BUCKET: readonly Route[] = [
  only("uploads", "GET", "ListMultipartUploads"),
  only("delete", "POST", "DeleteObjects"),
  only("location", "GET", "GetBucketLocation"),
  only("versions", "GET", "ListObjectVersions"),
  resource("versioning", "GetBucketVersioning", "PutBucketVersioning"),
  resource("acl", "GetBucketAcl", "PutBucketAcl"),
  resource("policy", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
  only("policyStatus", "GET", "GetBucketPolicyStatus"),
  resource("tagging", "GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging"),
  resource("cors", "GetBucketCors", "PutBucketCors", "DeleteBucketCors"),
  resource(
    "lifecycle",
    "GetBucketLifecycleConfiguration",
    "PutBucketLifecycleConfiguration",
    "DeleteBucketLifecycle",
  ),
  resource("encryption", "GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption"),
  resource("object-lock", "GetObjectLockConfiguration", "PutObjectLockConfiguration"),
  resource("website", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
  resource("logging", "GetBucketLogging", "PutBucketLogging"),
  resource(
    "notification",
    "GetBucketNotificationConfiguration",
    "PutBucketNotificationConfiguration",
  ),
  resource(
    "replication",
    "GetBucketReplication",
    "PutBucketReplication",
    "DeleteBucketReplication",
  ),
  resource("requestPayment", "GetBucketRequestPayment", "PutBucketRequestPayment"),
  resource("accelerate", "GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration"),
  resource(
    "ownershipControls",
    "GetBucketOwnershipControls",
    "PutBucketOwnershipControls",
    "DeleteBucketOwnershipControls",
  ),
  resource(
    "publicAccessBlock",
    "GetPublicAccessBlock",
    "PutPublicAccessBlock",
    "DeletePublicAccessBlock",
  ),
  ...configurations("inventory", "Inventory"),
  ...configurations("metrics", "Metrics"),
  ...configurations("analytics", "Analytics"),
  ...configurations("intelligent-tiering", "IntelligentTiering"),
  resource("abac", "GetBucketAbac", "PutBucketAbac"),
  {
    marker: "metadataTable",
    methods: {
      GET: "GetBucketMetadataTableConfiguration",
      POST: "CreateBucketMetadataTableConfiguration",
      DELETE: "DeleteBucketMetadataTableConfiguration",
    },
  },
  {
    marker: "metadataConfiguration",
    methods: {
      GET: "GetBucketMetadataConfiguration",
      POST: "CreateBucketMetadataConfiguration",
      DELETE: "DeleteBucketMetadataConfiguration",
    },
  },
  only("metadataInventoryTable", "PUT", "UpdateBucketMetadataInventoryTableConfiguration"),
  only("metadataJournalTable", "PUT", "UpdateBucketMetadataJournalTableConfiguration"),
  only("session", "GET", "CreateSession"),
  only("events", "GET", "ListenBucketNotification"),
  {
    marker: "list-type",
    value: "2",
    methods: { GET: "ListObjectsV2" },
  },
  {
    methods: {
      GET: "ListObjects",
      HEAD: "HeadBucket",
      PUT: "CreateBucket",
      DELETE: "DeleteBucket",
      POST: "PostObject",
    },
  },
];

const OBJECT: readonly Route[] = [
  only("uploads", "POST", "CreateMultipartUpload"),
  { marker: "uploadId", header: "x-amz-copy-source", methods: { PUT: "UploadPartCopy" } },
  {
    marker: "uploadId",
    methods: {
      GET: "ListParts",
      PUT: "UploadPart",
      POST: "CompleteMultipartUpload",
      DELETE: "AbortMultipartUpload",
    },
  },
  resource("tagging", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"),
  resource("acl", "GetObjectAcl", "PutObjectAcl"),
  only("attributes", "GET", "GetObjectAttributes"),
  resource("retention", "GetObjectRetention", "PutObjectRetention"),
  resource("legal-hold", "GetObjectLegalHold", "PutObjectLegalHold"),
  only("torrent", "GET", "GetObjectTorrent"),
  only("restore", "POST", "RestoreObject"),
  only("select", "POST", "SelectObjectContent"),
  { marker: "append", methods: { PUT: "AppendObject", POST: "AppendObject" } },
  only("renameObject", "PUT", "RenameObject"),
  only("encryption", "PUT", "UpdateObjectEncryption"),
  // Alone it selects a part of a whole object; a write with it has lost its uploadId.
  { marker: "partNumber", methods: { GET: "GetObject", HEAD: "HeadObject" } },
  { header: "x-amz-copy-source", methods: { PUT: "CopyObject" } },
  {
    methods: { GET: "GetObject", HEAD: "HeadObject", PUT: "PutObject", DELETE: "DeleteObject" },
  },
];

/** All routes, in the order in which they are tried. */
export const ROUTES: Readonly<Record<Address["kind"], readonly Route[]>> = {
  service: SERVICE,
  bucket: BUCKET,
  object: OBJECT,
};

/** Markers that change what is read and not what is meant. */
const NO_SUB_RESOURCES: ReadonlySet<string> = new Set(["list-type", "partNumber"]);

/** The names of all sub-resources: where one has no meaning, the plain operation is not meant either. */
export const SUB_RESOURCES: readonly string[] = [
  ...new Set(
    Object.values(ROUTES).flat().flatMap(({ marker }) =>
      marker === undefined || NO_SUB_RESOURCES.has(marker) ? [] : [marker]
    ),
  ),
];
