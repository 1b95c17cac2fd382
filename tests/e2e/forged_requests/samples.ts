import type { ServedOperation } from "../../../lib/s3/operations.ts";
import { BUCKET } from "../raw_gateway.ts";
import { EMPTY_BUCKET, type FixtureIds, OTHER_BUCKET } from "./fixture.ts";

/** What a request for an operation has besides what its route says; it succeeds when it is signed well. */
export interface Sample {
  /** Default {@linkcode BUCKET}. */
  readonly bucket?: string;
  /** Default `k`. */
  readonly key?: string;
  /** Values of the parameters that select routes, by their names. Default none. */
  readonly markers?: Readonly<Record<string, string>>;
  /** Other parameters. Default none. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A body that means something else: what a forger would rather send. Default a text. */
  readonly otherBody?: string;
  /** Whether it cannot be sent twice. Default false. */
  readonly usesUp?: boolean;
}

const tagging = (key: string): string =>
  `<Tagging><TagSet><Tag><Key>${key}</Key><Value>v</Value></Tag></TagSet></Tagging>`;
const cors = (origin: string): string =>
  `<CORSConfiguration><CORSRule><AllowedOrigin>${origin}</AllowedOrigin>` +
  "<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
const deletion = (key: string): string => `<Delete><Object><Key>${key}</Key></Object></Delete>`;
const acl = (id: string): string =>
  `<AccessControlPolicy><Owner><ID>${id}</ID></Owner><AccessControlList><Grant><Grantee>` +
  `<ID>${id}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList>` +
  "</AccessControlPolicy>";
const completion = (etag: string): string =>
  `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part>` +
  "</CompleteMultipartUpload>";

/** Names a boundary that no text of this file holds. */
export const BOUNDARY = "xBOUNDARYx";

/** A form of fields and a file. */
export function formBody(fields: Readonly<Record<string, string>>, file: string): string {
  const parts = Object.entries({ ...fields, file }).map(([name, value]) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"` +
    `${name === "file" ? '; filename="f.txt"' : ""}\r\n\r\n${value}\r\n`
  );
  return `${parts.join("")}--${BOUNDARY}--\r\n`;
}

/** The header that goes with {@linkcode formBody}. */
export const FORM_TYPE = { "Content-Type": `multipart/form-data; boundary=${BOUNDARY}` };

const ownership = (rule: string) =>
  `<OwnershipControls><Rule><ObjectOwnership>${rule}</ObjectOwnership></Rule></OwnershipControls>`;

/** A sample for each served operation. The table is total: an operation without a row does not compile. */
export function samples(ids: FixtureIds): { readonly [N in ServedOperation]: Sample } {
  const copySource = { "x-amz-copy-source": `${BUCKET}/k` };
  const scratch = { bucket: OTHER_BUCKET };
  const emptyDocument = { body: "" };
  const acls = { body: acl(ids.ownerId), otherBody: acl("someone") };
  return {
    ListBuckets: {},
    CreateBucket: {
      bucket: "made-bucket",
      body: "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>" +
        "</CreateBucketConfiguration>",
      otherBody: "<CreateBucketConfiguration/>",
    },
    HeadBucket: {},
    DeleteBucket: { bucket: EMPTY_BUCKET, usesUp: true },
    GetBucketLocation: {},
    ListObjects: { query: { prefix: "k" } },
    ListObjectsV2: { query: { "start-after": "a" } },
    PutObject: { key: "doomed", body: "new content", otherBody: "bad content" },
    GetObject: { markers: { partNumber: "1" } },
    HeadObject: { markers: { partNumber: "1" } },
    GetObjectAttributes: { headers: { "x-amz-object-attributes": "ETag" } },
    DeleteObject: { ...scratch, key: "doomed" },
    DeleteObjects: { ...scratch, body: deletion("doomed"), otherBody: deletion("k") },
    CopyObject: { key: "doomed", headers: copySource, ...emptyDocument },
    CreateMultipartUpload: emptyDocument,
    UploadPart: {
      markers: { uploadId: ids.uploads.open },
      query: { partNumber: "1" },
      body: "new part",
      otherBody: "bad part",
    },
    UploadPartCopy: {
      markers: { uploadId: ids.uploads.open },
      query: { partNumber: "1" },
      headers: copySource,
      ...emptyDocument,
    },
    CompleteMultipartUpload: {
      markers: { uploadId: ids.uploads.complete },
      body: completion(ids.partETag),
      otherBody: completion("x"),
    },
    AbortMultipartUpload: { markers: { uploadId: ids.uploads.abort }, usesUp: true },
    ListParts: { markers: { uploadId: ids.uploads.open } },
    ListMultipartUploads: {},
    ListObjectVersions: {},
    GetObjectTagging: {},
    PutObjectTagging: { key: "untagged", body: tagging("new"), otherBody: tagging("bad") },
    DeleteObjectTagging: { ...scratch, key: "untagged" },
    GetBucketTagging: {},
    PutBucketTagging: { body: tagging("new"), otherBody: tagging("bad") },
    DeleteBucketTagging: scratch,
    GetBucketAcl: {},
    PutBucketAcl: acls,
    GetObjectAcl: {},
    PutObjectAcl: acls,
    PutBucketOwnershipControls: {
      body: ownership("BucketOwnerEnforced"),
      otherBody: ownership("ObjectWriter"),
    },
    PutBucketVersioning: {
      body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
      otherBody: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    },
    GetBucketCors: {},
    PutBucketCors: { body: cors("https://example.com"), otherBody: cors("*") },
    DeleteBucketCors: scratch,
    PostObject: {
      headers: FORM_TYPE,
      body: formBody({ key: "doomed" }, "new content"),
      otherBody: formBody({ key: "doomed" }, "bad content"),
    },
  };
}
