/**
 * Inputs and outputs of the operations on what buckets and objects have besides their content: versions,
 * tags, access control lists and CORS rules; and of POST forms.
 *
 * @module
 */

import type {
  CorsRule,
  ListEntry,
  ObjectAttributes,
  ObjectTag,
  StoredObject,
} from "../store/object_store.ts";
import type { BucketInput, ObjectInput, Owner, RequestBody } from "./operation_parts.ts";

/** GET `/b?versions`. */
export interface ListObjectVersionsInput extends BucketInput {
  readonly prefix: string;
  readonly delimiter?: string;
  /** 0 to 1000. */
  readonly maxKeys: number;
  readonly encodingType?: "url";
  readonly keyMarker?: string;
  /** Only echoed: each key has one version. */
  readonly versionIdMarker?: string;
}

/** Answer of ListObjectVersions. */
export interface ListObjectVersionsOutput {
  readonly request: ListObjectVersionsInput;
  readonly entries: readonly ListEntry[];
  readonly truncated: boolean;
  /** The last key or common prefix, when truncated. */
  readonly nextKeyMarker?: string;
  readonly owner: Owner;
}

/** Tags of an object or a bucket. */
export interface Tagging {
  readonly tags: readonly ObjectTag[];
}

/** PUT `/b/k?tagging`. */
export interface PutObjectTaggingInput extends ObjectInput, Tagging {}

/** PUT `/b?tagging`. */
export interface PutBucketTaggingInput extends BucketInput, Tagging {}

/** PUT `/b?cors`. */
export interface PutBucketCorsInput extends BucketInput {
  readonly rules: readonly CorsRule[];
}

/** A right that an access control list gives. */
export interface Grant {
  /** Absent when the grantee is a group or an address. */
  readonly granteeId?: string;
  readonly permission: string;
}

/** What PUT `?acl` asks for: nothing but the owner's own rights can be given. */
export interface AccessControl {
  /** `canned` keeps the owner's rights alone; a list is held against the owner. */
  readonly acl:
    | { readonly kind: "canned" }
    | { readonly kind: "list"; readonly ownerId: string; readonly grants: readonly Grant[] };
}

/** PUT `/b?acl`. */
export interface PutBucketAclInput extends BucketInput, AccessControl {}

/** PUT `/b/k?acl`. */
export interface PutObjectAclInput extends ObjectInput, AccessControl {}

/** Where the browser is sent, or what it is told, after a form has been stored. */
export interface FormAnswer {
  readonly status: 200 | 201 | 204;
  /** An absolute http or https URL. */
  readonly redirect?: string;
}

/** POST `/b` with a form. */
export interface PostObjectInput extends ObjectInput {
  readonly body: RequestBody;
  readonly attributes: ObjectAttributes;
  readonly answer: FormAnswer;
}

/** Answer of PostObject. */
export interface PostObjectOutput {
  readonly request: PostObjectInput;
  readonly object: StoredObject;
  readonly checksums: Readonly<Record<string, string>>;
}

/** These operations' inputs and outputs. */
export interface SubResourceOperations {
  ListObjectVersions: { input: ListObjectVersionsInput; output: ListObjectVersionsOutput };
  GetObjectTagging: { input: ObjectInput; output: Tagging };
  PutObjectTagging: { input: PutObjectTaggingInput; output: void };
  DeleteObjectTagging: { input: ObjectInput; output: void };
  GetBucketTagging: { input: BucketInput; output: Tagging };
  PutBucketTagging: { input: PutBucketTaggingInput; output: void };
  DeleteBucketTagging: { input: BucketInput; output: void };
  GetBucketAcl: { input: BucketInput; output: Owner };
  PutBucketAcl: { input: PutBucketAclInput; output: void };
  GetObjectAcl: { input: ObjectInput; output: Owner };
  PutObjectAcl: { input: PutObjectAclInput; output: void };
  PutBucketOwnershipControls: { input: BucketInput; output: void };
  PutBucketVersioning: { input: BucketInput; output: void };
  GetBucketCors: { input: BucketInput; output: { readonly rules: readonly CorsRule[] } };
  PutBucketCors: { input: PutBucketCorsInput; output: void };
  DeleteBucketCors: { input: BucketInput; output: void };
  PostObject: { input: PostObjectInput; output: PostObjectOutput };
}
