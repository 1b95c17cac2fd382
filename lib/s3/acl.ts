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
import { bucketInput, objectInput, readXmlBody } from "./request_fields.ts";
import type { RequestElement } from "../xml/read.ts";
import type { S3Request } from "./s3_request.ts";

/** Canned lists that give nobody but the owner anything. */
const OWNER_ONLY: ReadonlySet<string> = new Set([
  "private",
  "bucket-owner-read",
  "bucket-owner-full-control",
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
  if (canned !== undefined) {
    // Accepting it would tell the owner that others can read what they cannot.
    if (!OWNER_ONLY.has(canned)) throw new S3Error("AccessControlListNotSupported");
    return { acl: { kind: "canned" } };
  }
  const policy = await readXmlBody(request, "AccessControlPolicy").catch(malformed);
  const list = policy.child("AccessControlList");
  if (list === undefined) throw new S3Error("MalformedACLError");
  const ownerId = policy.child("Owner")?.textOf("ID");
  return {
    acl: {
      kind: "list",
      ...(ownerId !== undefined && { ownerId }),
      grants: list.children("Grant").map(readGrant),
    },
  };
}

function readGrant(grant: RequestElement): Grant {
  const grantee = grant.child("Grantee");
  const permission = grant.textOf("Permission");
  if (grantee === undefined || permission === undefined) throw new S3Error("MalformedACLError");
  const granteeId = grantee.textOf("ID");
  return { permission, ...(granteeId !== undefined && { granteeId }) };
}

function malformed(error: unknown): never {
  if (error instanceof S3Error && error.code === "MalformedXML") {
    throw new S3Error("MalformedACLError", { cause: error });
  }
  throw error;
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
