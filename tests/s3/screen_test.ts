import { assertEquals, assertThrows } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { parseQuery } from "../../lib/http/query.ts";
import type { OperationName } from "../../lib/s3/operation_names.ts";
import { withHoistedHeaders } from "../../lib/s3/s3_request.ts";
import { screenRequest } from "../../lib/s3/screen.ts";
import { s3Request } from "../support/s3_request.ts";

const screen = (headers: HeadersInit, operation: OperationName = "PutObject", query = "") =>
  screenRequest(operation, s3Request("PUT", `/b/k${query}`, { headers }));

Deno.test("screenRequest() refuses what cannot be kept", () => {
  const refused: [string, string, string][] = [
    ["x-amz-server-side-encryption-customer-algorithm", "AES256", "NotImplemented"],
    ["x-amz-server-side-encryption-customer-key", "k", "NotImplemented"],
    ["x-amz-copy-source-server-side-encryption-customer-key", "k", "NotImplemented"],
    ["x-amz-server-side-encryption", "aws:kms", "NotImplemented"],
    ["x-amz-server-side-encryption", "rot13", "InvalidArgument"],
    ["x-amz-server-side-encryption-aws-kms-key-id", "id", "NotImplemented"],
    ["x-amz-object-lock-mode", "GOVERNANCE", "InvalidArgument"],
    ["x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z", "InvalidArgument"],
    ["x-amz-object-lock-legal-hold", "ON", "InvalidRequest"],
    ["x-amz-bucket-object-lock-enabled", "true", "NotImplemented"],
    ["x-amz-write-offset-bytes", "5", "NotImplemented"],
    ["x-amz-grant-read", "id=1", "AccessControlListNotSupported"],
    ["x-amz-acl", "everybody", "InvalidArgument"],
    ["x-amz-storage-class", "FLOPPY", "InvalidStorageClass"],
    ["x-amz-if-match-size", "5", "NotImplemented"],
  ];
  for (const [name, value, code] of refused) {
    assertEquals(assertThrows(() => screen({ [name]: value }), S3Error).code, code, name);
  }
});

Deno.test("screenRequest() refuses a whole retention for want of object lock", () => {
  const headers = {
    "x-amz-object-lock-mode": "GOVERNANCE",
    "x-amz-object-lock-retain-until-date": "2030-01-01T00:00:00Z",
  };
  const { code, message } = assertThrows(() => screen(headers), S3Error);
  assertEquals([code, message], ["InvalidRequest", "Bucket is missing Object Lock Configuration"]);
});

Deno.test("conditions of a delete are read by it, and refused with any other operation", () => {
  const headers = { "x-amz-if-match-size": "5", "x-amz-if-match-last-modified-time": "x" };
  screen(headers, "DeleteObject");
  for (const operation of ["CopyObject", "CompleteMultipartUpload", "DeleteObjects"] as const) {
    assertEquals(assertThrows(() => screen(headers, operation), S3Error).code, "NotImplemented");
  }
});

Deno.test("screenRequest() lets pass what is kept, or harmless", () => {
  screen({
    "x-amz-server-side-encryption": "AES256",
    "x-amz-acl": "public-read",
    "x-amz-storage-class": "STANDARD_IA",
    "x-amz-bucket-object-lock-enabled": "false",
    "x-amz-request-payer": "requester",
    "x-amz-bypass-governance-retention": "true",
    "x-amz-meta-anything": "x",
    "x-amz-checksum-sha256": "x",
    "x-amz-tagging": "a=b",
  });
});

Deno.test("screenRequest() knows one version of each object", () => {
  const codeOf = (operation: OperationName, versionId: string) =>
    assertThrows(() => screen({}, operation, `?versionId=${versionId}`), S3Error).code;
  screen({}, "GetObject", "?versionId=null");
  screen({}, "DeleteObject", "?versionId=null");
  assertEquals(codeOf("GetObject", "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"), "NoSuchVersion");
  assertEquals(codeOf("DeleteObject", "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"), "NoSuchVersion");
  assertEquals(codeOf("GetObject", "x"), "InvalidArgument");
  assertEquals(codeOf("HeadObject", ""), "InvalidArgument");
  assertEquals(codeOf("PutObject", "null"), "InvalidArgument");
});

Deno.test("withHoistedHeaders() takes x-amz parameters for headers, but no checksums and no signature", () => {
  const query = parseQuery(
    "X-Amz-Signature=s&X-Amz-Date=d&x-amz-acl=private&x-amz-copy-source=b%2F%C3%BC&" +
      "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-checksum-mode=ENABLED&x-amz-meta-a=query&prefix=p",
  );
  const headers = withHoistedHeaders(new Headers({ "x-amz-meta-a": "header" }), query);
  assertEquals(Object.fromEntries(headers), {
    "x-amz-acl": "private",
    "x-amz-checksum-mode": "ENABLED",
    "x-amz-copy-source": "b/\xc3\xbc",
    "x-amz-meta-a": "header",
  });
  const torn = parseQuery("x-amz-meta-a=b%0D%0Ac");
  const error = assertThrows(() => withHoistedHeaders(new Headers(), torn), S3Error);
  assertEquals(error.code, "InvalidArgument");
});
