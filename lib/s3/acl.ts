import { S3Error } from "../errors/s3_error.ts";
import { el, type Markup } from "../xml/write.ts";
import { documentAnswer, emptyAnswer, ownerElement } from "./answers.ts";
import type {
  AccessControl,
  Grant,
  Owner,
  PutBucketAclInput,
  PutObjectAclInput,
} from "./operations.ts";
import { bucketInput, objectInput, readSmallBody } from "./request_fields.ts";
import { readDocument, type RequestElement } from "../xml/read.ts";
import type { S3Request } from "./s3_request.ts";

/** Canned lists that give nobody but the owner anything. */
const OWNER_ONLY: ReadonlySet<string> = new Set([
  "private",
  "bucket-owner-read",
  "bucket-owner-full-control",
]);

const PERMISSIONS: ReadonlySet<string> = new Set([
  "FULL_CONTROL",
  "READ",
  "READ_ACP",
  "WRITE",
  "WRITE_ACP",
]);
const GRANTEE_TYPES: ReadonlySet<string> = new Set([
  "AmazonCustomerByEmail",
  "CanonicalUser",
  "Group",
]);

/** Reads PutBucketAcl: PUT `/b?acl`. */
export async function readPutBucketAcl(request: S3Request): Promise<PutBucketAclInput> {
  return { ...bucketInput(request), ...await readAccessControl(request) };
}

/** Reads PutObjectAcl: PUT `/b/k?acl`. */
export async function readPutObjectAcl(request: S3Request): Promise<PutObjectAclInput> {
  return { ...objectInput(request), ...await readAccessControl(request) };
}

async function readAccessControl(request: S3Request): Promise<AccessControl> {
  const canned = request.headers.get("x-amz-acl")?.trim().toLowerCase();
  const document = await readSmallBody(request);
  if (canned !== undefined) {
    if (document.length > 0) throw new S3Error("UnexpectedContent");
    // Accepting it would tell the owner that others can read what they cannot.
    if (!OWNER_ONLY.has(canned)) throw new S3Error("AccessControlListNotSupported");
    return { acl: { kind: "canned" } };
  }
  if (document.length === 0) throw new S3Error("MissingSecurityHeader");
  return { acl: { kind: "list", ...readList(document) } };
}

function readList(
  document: Uint8Array,
): { readonly ownerId: string; readonly grants: readonly Grant[] } {
  try {
    const policy = readDocument(document, "AccessControlPolicy");
    const ownerId = policy.child("Owner")?.textOf("ID");
    const list = policy.child("AccessControlList");
    if (!ownerId || list === undefined) throw new S3Error("MalformedACLError");
    return { ownerId, grants: list.children("Grant").map(readGrant) };
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "MalformedXML") throw error;
    throw new S3Error("MalformedACLError", { cause: error });
  }
}

function readGrant(grant: RequestElement): Grant {
  const grantee = grant.child("Grantee");
  const permission = grant.textOf("Permission");
  if (grantee === undefined || permission === undefined || !PERMISSIONS.has(permission)) {
    throw new S3Error("MalformedACLError");
  }
  const type = grantee.attribute("type");
  if (type !== undefined && !GRANTEE_TYPES.has(type)) throw new S3Error("MalformedACLError");
  const granteeId = grantee.textOf("ID");
  const named = granteeId || grantee.textOf("URI") || grantee.textOf("EmailAddress");
  if (!named) throw new S3Error("MalformedACLError");
  return { permission, ...(granteeId !== undefined && { granteeId }) };
}

/** Writes `AccessControlPolicy`: the owner has full control, and nobody else anything. */
export function writeAcl(owner: Owner): Response {
  return documentAnswer(
    "AccessControlPolicy",
    ownerElement("Owner", owner),
    el("AccessControlList", el("Grant", grantee(owner), el("Permission", "FULL_CONTROL"))),
  );
}

function grantee({ id, name }: Owner): Markup {
  const { markup } = el("Grantee", el("ID", id), el("DisplayName", name));
  const attributes = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' +
    ' xsi:type="CanonicalUser"';
  return { markup: markup.replace("<Grantee", `<Grantee${attributes}`) };
}

/** Writes the answer of PutBucketAcl and PutObjectAcl: 200 without a body. */
export function writePutAcl(): Response {
  return emptyAnswer(200);
}
