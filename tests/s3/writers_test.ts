import { assertEquals } from "@std/assert";
import { CODECS } from "../../lib/s3/codecs.ts";
import type { ListObjectsInput, Operations, ServedOperation } from "../../lib/s3/operations.ts";
import type { ListEntry, StoredObject } from "../../lib/store/object_store.ts";
import { s3Request } from "../support/s3_request.ts";

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const TIME = new Date("2026-01-02T03:04:05.000Z");
const OWNER = { id: "1", name: "me" };
const OWNER_XML = "<Owner><ID>1</ID><DisplayName>me</DisplayName></Owner>";
const HASH = "0123456789abcdef".repeat(4);

const object = (key: string, size = 5): StoredObject => ({
  key,
  content: { hash: HASH, size },
  etag: "tag-1",
  lastModified: TIME,
  attributes: {},
});

function write<N extends ServedOperation>(operation: N, output: Operations[N]["output"]): Response {
  return CODECS[operation].write(output, s3Request("GET", "/b/k"));
}

/** The document of an answer without its declaration; checks what holds for all documents. */
async function documentOf(response: Response): Promise<string> {
  const text = await response.text();
  assertEquals(response.headers.get("content-type"), "application/xml");
  assertEquals(
    response.headers.get("content-length"),
    String(new TextEncoder().encode(text).length),
  );
  assertEquals(text.slice(0, HEAD.length), HEAD);
  return text.slice(HEAD.length);
}

Deno.test("ListBuckets is written", async () => {
  assertEquals(
    await documentOf(write("ListBuckets", {
      owner: OWNER,
      buckets: [{ name: "a", createdAt: TIME }],
      region: "r",
      prefix: "p&",
      continuationToken: "t",
    })),
    `<ListAllMyBucketsResult ${NS}>${OWNER_XML}<Buckets><Bucket><Name>a</Name>` +
      "<CreationDate>2026-01-02T03:04:05.000Z</CreationDate><BucketRegion>r</BucketRegion>" +
      "</Bucket></Buckets>" +
      "<ContinuationToken>t</ContinuationToken><Prefix>p&amp;</Prefix></ListAllMyBucketsResult>",
  );
  assertEquals(
    await documentOf(write("ListBuckets", { owner: OWNER, buckets: [], prefix: "" })),
    `<ListAllMyBucketsResult ${NS}>${OWNER_XML}<Buckets/></ListAllMyBucketsResult>`,
  );
});

Deno.test("bucket operations without a document are written", () => {
  const created = write("CreateBucket", { bucket: "b" });
  assertEquals(
    [created.status, created.headers.get("location"), created.headers.get("content-length")],
    [200, "/b", "0"],
  );
  const head = write("HeadBucket", { region: "eu-west-1" });
  assertEquals(
    [head.status, head.headers.get("x-amz-bucket-region"), head.body],
    [200, "eu-west-1", null],
  );
  const deleted = write("DeleteBucket", undefined);
  assertEquals([deleted.status, [...deleted.headers]], [204, []]);
});

Deno.test("GetBucketLocation is written, empty for us-east-1", async () => {
  assertEquals(
    await documentOf(write("GetBucketLocation", { region: "us-east-1" })),
    `<LocationConstraint ${NS}/>`,
  );
  assertEquals(
    await documentOf(write("GetBucketLocation", { region: "eu-west-1" })),
    `<LocationConstraint ${NS}>eu-west-1</LocationConstraint>`,
  );
});

const ENTRIES: readonly ListEntry[] = [
  { kind: "prefix", prefix: "a &/" },
  { kind: "object", object: object("b+ü\r") },
];
const CONTENTS_REST = "<LastModified>2026-01-02T03:04:05.000Z</LastModified>" +
  "<ETag>&quot;tag-1&quot;</ETag><Size>5</Size><StorageClass>STANDARD</StorageClass>";

Deno.test("ListObjectsV2 is written, keys as they are", async () => {
  const request: ListObjectsInput = {
    bucket: "b",
    version: 2,
    prefix: "",
    delimiter: "/",
    maxKeys: 2,
    startAfter: "A&",
    continuationToken: "t0",
    fetchOwner: false,
  };
  assertEquals(
    await documentOf(write("ListObjectsV2", {
      request,
      entries: ENTRIES,
      truncated: true,
      nextMarker: "ignored",
      nextContinuationToken: "t1",
    })),
    `<ListBucketResult ${NS}><Name>b</Name><Prefix/><Delimiter>/</Delimiter>` +
      "<MaxKeys>2</MaxKeys><KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>" +
      "<ContinuationToken>t0</ContinuationToken>" +
      "<NextContinuationToken>t1</NextContinuationToken><StartAfter>A&amp;</StartAfter>" +
      `<Contents><Key>b+ü&#xD;</Key>${CONTENTS_REST}</Contents>` +
      "<CommonPrefixes><Prefix>a &amp;/</Prefix></CommonPrefixes></ListBucketResult>",
  );
});

Deno.test("ListObjects is written, everything but tokens encoded when asked", async () => {
  const request: ListObjectsInput = {
    bucket: "b",
    version: 1,
    prefix: "p q",
    delimiter: "/+",
    maxKeys: 1000,
    encodingType: "url",
    marker: "m%",
    fetchOwner: true,
  };
  assertEquals(
    await documentOf(write("ListObjects", {
      request,
      entries: ENTRIES,
      truncated: true,
      nextMarker: "n\u0001",
      owner: OWNER,
    })),
    `<ListBucketResult ${NS}><Name>b</Name><Prefix>p%20q</Prefix><Marker>m%25</Marker>` +
      "<Delimiter>/%2B</Delimiter><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated>" +
      "<EncodingType>url</EncodingType><NextMarker>n%01</NextMarker>" +
      `<Contents><Key>b%2B%C3%BC%0D</Key>${CONTENTS_REST}${OWNER_XML}</Contents>` +
      "<CommonPrefixes><Prefix>a%20%26/</Prefix></CommonPrefixes></ListBucketResult>",
  );
});

Deno.test("PutObject and UploadPart are written with the checksum they verified", () => {
  const put = write("PutObject", { object: object("k"), checksums: { CRC64NVME: "AAAAAAAAAAA=" } });
  assertEquals(Object.fromEntries(put.headers), {
    "content-length": "0",
    "etag": '"tag-1"',
    "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
    "x-amz-checksum-type": "FULL_OBJECT",
    "x-hf-xet-hash": HASH,
  });
  const part = { partNumber: 1, etag: "md5", size: 1, lastModified: 0, checksums: {} };
  const recipe = { content: { hash: HASH, size: 1 }, detail: "" };
  assertEquals(Object.fromEntries(write("UploadPart", { part: { ...part, recipe } }).headers), {
    "content-length": "0",
    "etag": '"md5"',
  });
});

Deno.test("a media type that no header can hold is shown as the default, any other as UTF-8", () => {
  const typeOf = (contentType: string) => {
    const stored = { ...object("k", 0), attributes: { contentType } };
    const output = { object: stored, notModified: false, overrides: {} };
    return write("HeadObject", { ...output, range: { kind: "whole" } }).headers.get("content-type");
  };
  for (const bad of ["a\x01b", "text/plain\r\nX: y", "\x7f", "", " "]) {
    assertEquals(typeOf(bad), "binary/octet-stream");
  }
  assertEquals(typeOf("text/ü"), "text/\xc3\xbc");
});

Deno.test("GetObject is written whole, in part, unmodified and as HEAD", async () => {
  const stored = { ...object("k", 10), attributes: { contentType: "text/plain" } };
  const base = { object: stored, notModified: false, overrides: {} };
  const whole = write("GetObject", {
    ...base,
    range: { kind: "whole" },
    body: new Blob(["0123456789"]).stream(),
  });
  assertEquals(whole.status, 200);
  assertEquals(Object.fromEntries(whole.headers), {
    "accept-ranges": "bytes",
    "content-length": "10",
    "content-type": "text/plain",
    "etag": '"tag-1"',
    "last-modified": "Fri, 02 Jan 2026 03:04:05 GMT",
    "x-hf-xet-hash": HASH,
  });
  assertEquals(await whole.text(), "0123456789");

  const part = write("HeadObject", {
    ...base,
    range: { kind: "part", first: 2, last: 4 },
    partsCount: 3,
    overrides: { "content-type": "a/b", "cache-control": "no-cache" },
  });
  assertEquals([part.status, part.body], [206, null]);
  const names = ["content-range", "content-length", "content-type", "cache-control"];
  assertEquals(
    [...names, "x-amz-mp-parts-count"].map((name) => part.headers.get(name)),
    ["bytes 2-4/10", "3", "a/b", "no-cache", "3"],
  );

  const unmodified = write("GetObject", { ...base, range: { kind: "whole" }, notModified: true });
  assertEquals([unmodified.status, unmodified.body], [304, null]);
  assertEquals(unmodified.headers.has("content-length"), false);
  assertEquals(unmodified.headers.get("etag"), '"tag-1"');
});

Deno.test("DeleteObjects is written entry by entry, and only errors when quiet", async () => {
  const results = [
    { kind: "deleted", key: "a&", versionId: "null" },
    { kind: "error", key: "b", code: "AccessDenied", message: "No <b>" },
  ] as const;
  const error = "<Error><Key>b</Key><Code>AccessDenied</Code>" +
    "<Message>No &lt;b&gt;</Message></Error>";
  assertEquals(
    await documentOf(write("DeleteObjects", { quiet: false, results })),
    `<DeleteResult ${NS}><Deleted><Key>a&amp;</Key><VersionId>null</VersionId></Deleted>` +
      `${error}</DeleteResult>`,
  );
  assertEquals(
    await documentOf(write("DeleteObjects", { quiet: true, results })),
    `<DeleteResult ${NS}>${error}</DeleteResult>`,
  );
  assertEquals(write("DeleteObject", undefined).status, 204);
});

Deno.test("CopyObject is written", async () => {
  const response = write("CopyObject", { object: object("k") });
  assertEquals(response.headers.get("x-hf-xet-hash"), HASH);
  assertEquals(
    await documentOf(response),
    `<CopyObjectResult ${NS}><LastModified>2026-01-02T03:04:05.000Z</LastModified>` +
      "<ETag>&quot;tag-1&quot;</ETag></CopyObjectResult>",
  );
  const checksum = { algorithm: "SHA1", value: "AA==", type: "FULL_OBJECT" } as const;
  assertEquals(
    await documentOf(write("CopyObject", { object: object("k"), checksum })),
    `<CopyObjectResult ${NS}><LastModified>2026-01-02T03:04:05.000Z</LastModified>` +
      "<ETag>&quot;tag-1&quot;</ETag><ChecksumSHA1>AA==</ChecksumSHA1>" +
      "<ChecksumType>FULL_OBJECT</ChecksumType></CopyObjectResult>",
  );
});

const UPLOAD = {
  uploadId: "u-1",
  bucket: "b",
  key: "k <1>",
  initiated: TIME.getTime(),
  initiator: "AK",
  attributes: {},
};
const WHO = "<Initiator><ID>1</ID><DisplayName>me</DisplayName></Initiator>" + OWNER_XML;

Deno.test("CreateMultipartUpload is written with its checksum choice in headers", async () => {
  const response = write("CreateMultipartUpload", {
    upload: { ...UPLOAD, checksum: { algorithm: "CRC32", type: "COMPOSITE" } },
  });
  assertEquals(response.headers.get("x-amz-checksum-algorithm"), "CRC32");
  assertEquals(response.headers.get("x-amz-checksum-type"), "COMPOSITE");
  assertEquals(
    await documentOf(response),
    `<InitiateMultipartUploadResult ${NS}><Bucket>b</Bucket><Key>k &lt;1&gt;</Key>` +
      "<UploadId>u-1</UploadId></InitiateMultipartUploadResult>",
  );
});

Deno.test("CompleteMultipartUpload is written with the object's place", async () => {
  const response = write("CompleteMultipartUpload", {
    bucket: "b",
    key: "d/k &",
    etag: "tag-1",
    checksum: { algorithm: "CRC32", value: "AAAAAA==-2", type: "COMPOSITE" },
    headers: { "x-hf-xet-hash": HASH },
  });
  assertEquals(response.headers.get("x-hf-xet-hash"), HASH);
  assertEquals(
    await documentOf(response),
    `<CompleteMultipartUploadResult ${NS}>` +
      "<Location>http://localhost:9000/b/d/k%20%26</Location><Bucket>b</Bucket>" +
      "<Key>d/k &amp;</Key><ETag>&quot;tag-1&quot;</ETag>" +
      "<ChecksumCRC32>AAAAAA==-2</ChecksumCRC32><ChecksumType>COMPOSITE</ChecksumType>" +
      "</CompleteMultipartUploadResult>",
  );
  assertEquals(write("AbortMultipartUpload", undefined).status, 204);
});

Deno.test("ListParts is written", async () => {
  const part = {
    partNumber: 3,
    etag: "md5",
    size: 7,
    lastModified: TIME.getTime(),
    checksums: { CRC32: "AAAAAA==" },
    recipe: { content: { hash: HASH, size: 7 }, detail: "" },
  };
  assertEquals(
    await documentOf(write("ListParts", {
      request: { bucket: "b", key: "k", uploadId: "u", maxParts: 1, partNumberMarker: 2 },
      upload: { ...UPLOAD, checksum: { algorithm: "CRC32", type: "FULL_OBJECT" } },
      parts: [part],
      truncated: true,
      owner: OWNER,
    })),
    `<ListPartsResult ${NS}><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId>${WHO}` +
      "<StorageClass>STANDARD</StorageClass><PartNumberMarker>2</PartNumberMarker>" +
      "<NextPartNumberMarker>3</NextPartNumberMarker><MaxParts>1</MaxParts>" +
      "<IsTruncated>true</IsTruncated><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>" +
      "<ChecksumType>FULL_OBJECT</ChecksumType><Part><PartNumber>3</PartNumber>" +
      "<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;md5&quot;</ETag>" +
      "<Size>7</Size><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></ListPartsResult>",
  );
});

Deno.test("ListMultipartUploads is written", async () => {
  assertEquals(
    await documentOf(write("ListMultipartUploads", {
      request: {
        bucket: "b",
        prefix: "p ",
        delimiter: "/",
        keyMarker: "a b",
        uploadIdMarker: "u-0",
        maxUploads: 2,
        encodingType: "url",
      },
      uploads: [UPLOAD],
      commonPrefixes: ["p /"],
      truncated: true,
      nextKeyMarker: "k <1>",
      nextUploadIdMarker: "u-1",
      owner: OWNER,
    })),
    `<ListMultipartUploadsResult ${NS}><Bucket>b</Bucket><KeyMarker>a%20b</KeyMarker>` +
      "<UploadIdMarker>u-0</UploadIdMarker><NextKeyMarker>k%20%3C1%3E</NextKeyMarker>" +
      "<NextUploadIdMarker>u-1</NextUploadIdMarker><Prefix>p%20</Prefix>" +
      "<Delimiter>/</Delimiter><MaxUploads>2</MaxUploads><IsTruncated>true</IsTruncated>" +
      "<EncodingType>url</EncodingType><Upload><Key>k%20%3C1%3E</Key>" +
      `<UploadId>u-1</UploadId>${WHO}<StorageClass>STANDARD</StorageClass>` +
      "<Initiated>2026-01-02T03:04:05.000Z</Initiated></Upload>" +
      "<CommonPrefixes><Prefix>p%20/</Prefix></CommonPrefixes></ListMultipartUploadsResult>",
  );
});
