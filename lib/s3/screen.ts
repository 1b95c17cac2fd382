/**
 * What clients ask for in headers and the gateway cannot do is answered with an error, never quietly
 * dropped. Known gaps, by choice:
 *
 * - canned ACLs that open an object to others are accepted and have no effect: the object stays
 *   private, and tools that always send one go on working;
 * - storage classes are accepted and treated as STANDARD;
 * - `x-amz-request-payer`, `x-amz-mfa` and `x-amz-bypass-governance-retention` are left alone.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import { isCommit, isRepoBucket } from "../store/repos/repo_bucket_names.ts";
import type { OperationName } from "./operation_names.ts";
import type { S3Request } from "./s3_request.ts";

/** A rule about one header. */
interface HeaderRule {
  /** The header's name, or how the names of a family begin. */
  readonly header: string | RegExp;
  /** The values, in lower case, that the rule lets pass. Default none. */
  readonly accepts?: readonly string[];
  /** The operation that the header belongs to, and that reads it. Default none. */
  readonly readBy?: OperationName;
  /** The error for all other values. */
  readonly refuse: (header: string, value: string) => S3Error;
}

const notImplemented = (header: string): S3Error =>
  new S3Error("NotImplemented", {
    message: `The header ${header} implies functionality that is not implemented.`,
    fields: { Header: header },
  });

const invalidArgument = (header: string, value: string, message?: string): S3Error =>
  new S3Error("InvalidArgument", {
    ...(message !== undefined && { message }),
    fields: { ArgumentName: header, ArgumentValue: value },
  });

const noObjectLock = (): S3Error =>
  new S3Error("InvalidRequest", { message: "Bucket is missing Object Lock Configuration" });

const RULES: readonly HeaderRule[] = [
  // SSE-C: ignoring it would store plaintext that the client believes encrypted.
  { header: /^x-amz-(copy-source-)?server-side-encryption-customer-/, refuse: notImplemented },
  { header: /^x-amz-server-side-encryption-(aws-kms-key-id|context)$/, refuse: notImplemented },
  {
    header: "x-amz-server-side-encryption-bucket-key-enabled",
    accepts: ["false"],
    refuse: notImplemented,
  },
  {
    header: "x-amz-server-side-encryption",
    accepts: ["aes256"],
    refuse: (header, value) =>
      /^aws:/.test(value)
        ? notImplemented(header)
        : invalidArgument(header, value, "The encryption method specified is not supported"),
  },
  {
    header: "x-amz-bucket-object-lock-enabled",
    accepts: ["false"],
    refuse: notImplemented,
  },
  { header: /^x-amz-object-lock-/, refuse: noObjectLock },
  { header: "x-amz-write-offset-bytes", refuse: notImplemented },
  // Writing in spite of a condition that is not looked at would lose data.
  { header: /^x-amz-if-match-/, readBy: "DeleteObject", refuse: notImplemented },
  // As for a bucket whose ACLs are disabled, which is S3's default: rights of others cannot be kept.
  { header: /^x-amz-grant-/, refuse: () => new S3Error("AccessControlListNotSupported") },
  {
    header: "x-amz-acl",
    accepts: [
      "private",
      "public-read",
      "public-read-write",
      "authenticated-read",
      "aws-exec-read",
      "bucket-owner-read",
      "bucket-owner-full-control",
      "log-delivery-write",
    ],
    refuse: invalidArgument,
  },
  {
    header: "x-amz-storage-class",
    accepts: [
      "standard",
      "standard_ia",
      "onezone_ia",
      "intelligent_tiering",
      "reduced_redundancy",
      "glacier",
      "glacier_ir",
      "deep_archive",
      "express_onezone",
      "outposts",
      "snow",
    ],
    refuse: (_, value) =>
      new S3Error("InvalidStorageClass", { fields: { StorageClassRequested: value } }),
  },
];

const RETENTION = ["x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"] as const;

/** Operations whose `versionId` would name a version to be made. */
const WRITES: ReadonlySet<OperationName> = new Set([
  "PutObject",
  "CopyObject",
  "CreateMultipartUpload",
  "UploadPart",
  "UploadPartCopy",
  "CompleteMultipartUpload",
]);

/** Half a retention is told before that there is none (Amazon S3 API reference, PutObject). */
function requireRetentionPair(headers: Headers): void {
  const [missing, second] = RETENTION.filter((name) => !headers.has(name));
  if (missing === undefined || second !== undefined) return;
  throw new S3Error("InvalidArgument", {
    message:
      "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied.",
    fields: { ArgumentName: missing, ArgumentValue: "" },
  });
}

/**
 * Refuses what the request's headers and `versionId` ask for and the gateway cannot do.
 *
 * @param operation What the request means.
 * @param request The request.
 * @throws {S3Error} NotImplemented, InvalidArgument, InvalidRequest or NoSuchVersion.
 */
export function screenRequest(operation: OperationName, request: S3Request): void {
  requireRetentionPair(request.headers);
  for (const [name, value] of request.headers) {
    for (const rule of RULES) {
      const { header, readBy } = rule;
      if (readBy === operation) continue;
      if (typeof header === "string" ? header !== name : !header.test(name)) continue;
      if (!rule.accepts?.includes(value.trim().toLowerCase())) throw rule.refuse(name, value);
    }
  }
  const versionId = request.query.get("versionId");
  if (request.address.kind !== "object" || versionId === undefined) return;
  if (WRITES.has(operation)) {
    throw new S3Error("InvalidArgument", {
      message: "This operation does not accept a version-id.",
      fields: { ArgumentName: "versionId", ArgumentValue: versionId },
    });
  }
  requireVersion(request.address.bucket, versionId);
}

/**
 * Refuses a version that the bucket cannot have: of repos each commit is one.
 *
 * @param bucket The bucket's name.
 * @param versionId The version that a client names.
 * @throws {S3Error} NoSuchVersion for what could be a version, InvalidArgument for anything else.
 */
export function requireVersion(bucket: string, versionId: string): void {
  if (!isRepoBucket(bucket) || !isCommit(versionId)) requireCurrentVersion(versionId);
}

/**
 * Without versioning there is one version of each object, and `null` names it.
 *
 * @param versionId The version that a client names.
 * @throws {S3Error} NoSuchVersion for what could be a version, InvalidArgument for anything else.
 */
function requireCurrentVersion(versionId: string): void {
  if (versionId === "null") return;
  // S3's own ids have 32 characters or more; MinIO's are UUIDs of 36.
  if (/^[A-Za-z0-9._-]{32,1024}$/.test(versionId)) {
    throw new S3Error("NoSuchVersion", { fields: { VersionId: versionId } });
  }
  throw new S3Error("InvalidArgument", {
    message: versionId === ""
      ? "Version id cannot be the empty string"
      : "Invalid version id specified",
    fields: { ArgumentName: "versionId", ArgumentValue: versionId },
  });
}
