import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { parseQuery } from "../../lib/http/query.ts";
import { parseTarget } from "../../lib/http/request_target.ts";
import { parseAddress } from "../../lib/s3/address.ts";
import { CODECS, isServed } from "../../lib/s3/codecs.ts";
import { detectOperation, unservedError } from "../../lib/s3/detect.ts";
import { UNSERVED_OPERATIONS } from "../../lib/s3/operation_names.ts";
import { ROUTES, SUB_RESOURCES } from "../../lib/s3/routes.ts";
import { STUBS } from "../../lib/s3/stubs.ts";

function detect(method: string, target: string, headers: HeadersInit = {}) {
  const { rawPath, rawQuery } = parseTarget(target);
  return detectOperation({
    method,
    address: parseAddress(rawPath),
    query: parseQuery(rawQuery),
    headers: new Headers(headers),
  });
}

function errorOf(method: string, target: string): S3Error {
  return assertThrows(() => detect(method, target), S3Error);
}

Deno.test("detectOperation() knows every request of a served operation", () => {
  const copy = { "x-amz-copy-source": "b/k" };
  const matrix: [string, string, string, HeadersInit?][] = [
    ["GET", "/", "ListBuckets"],
    ["GET", "/?x-id=ListBuckets", "ListBuckets"],
    ["GET", "/b", "ListObjects"],
    ["GET", "/b/?prefix=a&marker=b", "ListObjects"],
    ["GET", "/b?list-type=2", "ListObjectsV2"],
    ["GET", "/b?list-type=1", "ListObjects"],
    ["HEAD", "/b/", "HeadBucket"],
    ["PUT", "/b", "CreateBucket"],
    ["DELETE", "/b", "DeleteBucket"],
    ["GET", "/b?location", "GetBucketLocation"],
    ["GET", "/b?uploads", "ListMultipartUploads"],
    ["GET", "/b?uploads=&prefix=a", "ListMultipartUploads"],
    ["POST", "/b?delete", "DeleteObjects"],
    ["POST", "/b/?delete=", "DeleteObjects"],
    ["GET", "/b/k", "GetObject"],
    ["GET", "/b/k?partNumber=1", "GetObject"],
    ["GET", "/b/k?versionId=null", "GetObject"],
    ["HEAD", "/b/k", "HeadObject"],
    ["HEAD", "/b/k?partNumber=1", "HeadObject"],
    ["PUT", "/b/k", "PutObject"],
    ["PUT", "/b/k?x-id=PutObject", "PutObject"],
    ["PUT", "/b/k", "CopyObject", copy],
    ["GET", "/b/k", "GetObject", copy],
    ["DELETE", "/b/k", "DeleteObject"],
    ["POST", "/b/k?uploads", "CreateMultipartUpload"],
    ["PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"],
    ["PUT", "/b/k?uploadId=u", "UploadPart"],
    ["POST", "/b/k?uploadId=u", "CompleteMultipartUpload"],
    ["DELETE", "/b/k?uploadId=u", "AbortMultipartUpload"],
    ["GET", "/b/k?uploadId=u", "ListParts"],
    ["GET", "/b/k?attributes", "GetObjectAttributes"],
    ["PUT", "/b/k?partNumber=1&uploadId=u", "UploadPartCopy", copy],
    ["GET", "/b?versions", "ListObjectVersions"],
    ["GET", "/b/k?tagging", "GetObjectTagging"],
    ["PUT", "/b/k?tagging", "PutObjectTagging"],
    ["DELETE", "/b/k?tagging=", "DeleteObjectTagging"],
    ["GET", "/b?tagging", "GetBucketTagging"],
    ["PUT", "/b?tagging", "PutBucketTagging"],
    ["DELETE", "/b?tagging", "DeleteBucketTagging"],
    ["GET", "/b?acl", "GetBucketAcl"],
    ["PUT", "/b?acl", "PutBucketAcl"],
    ["GET", "/b/k?acl", "GetObjectAcl"],
    ["PUT", "/b/k?acl=", "PutObjectAcl"],
    ["PUT", "/b?versioning", "PutBucketVersioning"],
    ["PUT", "/b?ownershipControls", "PutBucketOwnershipControls"],
    ["GET", "/b?cors", "GetBucketCors"],
    ["PUT", "/b?cors", "PutBucketCors"],
    ["DELETE", "/b?cors", "DeleteBucketCors"],
    ["POST", "/b", "PostObject"],
  ];
  for (const [method, target, operation, headers] of matrix) {
    assertEquals(detect(method, target, headers), operation, `${method} ${target}`);
  }
  const covered = new Set(matrix.map(([, , operation]) => operation));
  assertEquals(Object.keys(CODECS).filter((operation) => !covered.has(operation)), []);
});

Deno.test("detectOperation() names what is not served", () => {
  const matrix: [string, string, string][] = [
    ["GET", "/b/k?torrent", "GetObjectTorrent"],
    ["POST", "/b/k?restore", "RestoreObject"],
    ["POST", "/b/k?select&select-type=2", "SelectObjectContent"],
    ["POST", "/b/k?append&position=0", "AppendObject"],
    ["GET", "/b?inventory", "ListBucketInventoryConfigurations"],
    ["GET", "/b?inventory&id=x", "GetBucketInventoryConfiguration"],
    ["DELETE", "/b?metrics&id=x", "DeleteBucketMetricsConfiguration"],
  ];
  for (const [method, target, operation] of matrix) {
    const detected = detect(method, target);
    assertEquals(detected, operation, `${method} ${target}`);
    assertEquals(isServed(detected), false);
  }
});

Deno.test("detectOperation() answers a method without a meaning with those that have one", () => {
  const matrix: [string, string, string][] = [
    ["POST", "/", "GET"],
    ["HEAD", "/", "GET"],
    ["PATCH", "/b", "DELETE, GET, HEAD, POST, PUT"],
    ["POST", "/b/k", "DELETE, GET, HEAD, PUT"],
    ["DELETE", "/b?uploads", "GET"],
    ["DELETE", "/b?delete", "POST"],
    ["PUT", "/b?location", "GET"],
    ["PUT", "/b/k?uploads", "POST"],
    ["HEAD", "/b/k?uploadId=u", "DELETE, GET, POST, PUT"],
    ["PUT", "/b/k?partNumber=1", "GET, HEAD"],
    ["DELETE", "/b/k?partNumber=1", "GET, HEAD"],
    ["POST", "/b/k?tagging", "DELETE, GET, PUT"],
  ];
  for (const [method, target, allow] of matrix) {
    const error = errorOf(method, target);
    assertEquals([error.code, error.headers["Allow"]], ["MethodNotAllowed", allow], target);
  }
});

Deno.test("a sub-resource in the wrong place never falls through to the plain operation", () => {
  for (const target of ["/b/k?cors", "/b/k?lifecycle", "/b/k?versions", "/b?torrent", "/?policy"]) {
    for (const method of ["GET", "PUT", "DELETE", "HEAD"]) {
      assertEquals(errorOf(method, target).code, "NotImplemented", `${method} ${target}`);
    }
  }
});

Deno.test("no sub-resource, with any method, means a plain operation", () => {
  const plain = new Set(
    ["ListObjects", "ListObjectsV2", "HeadBucket", "CreateBucket", "DeleteBucket", "GetObject"]
      .concat(["HeadObject", "PutObject", "CopyObject", "DeleteObject", "ListBuckets"]),
  );
  const method = fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH");
  const path = fc.constantFrom("/", "/b", "/b/", "/b/k");
  const marker = fc.constantFrom(...SUB_RESOURCES);
  const noise = fc.constantFrom(
    "",
    "&x-id=PutObject",
    "&list-type=2",
    "&partNumber=1",
    "=&prefix=a",
  );
  fc.assert(fc.property(method, path, marker, noise, (verb, at, name, rest) => {
    let operation: string;
    try {
      operation = detect(verb, `${at}?${name}${rest}`, { "x-amz-copy-source": "b/k" });
    } catch (error) {
      assert(error instanceof S3Error);
      return;
    }
    assert(!plain.has(operation), `${verb} ${at}?${name}${rest} is ${operation}`);
  }));
});

Deno.test("every operation that has a name has a route", () => {
  const routed = new Set<string>(
    Object.values(ROUTES).flat().flatMap(({ methods }) => Object.values(methods)),
  );
  assertEquals(UNSERVED_OPERATIONS.filter((operation) => !routed.has(operation)), []);
  assertEquals(Object.keys(CODECS).filter((operation) => !routed.has(operation)), []);
  assertEquals(Object.keys(STUBS).filter((operation) => !routed.has(operation)), []);
  assertEquals(new Set(UNSERVED_OPERATIONS).size, UNSERVED_OPERATIONS.length);
});

Deno.test("what is not served is 501", () => {
  for (const operation of UNSERVED_OPERATIONS) {
    assertEquals(unservedError(operation).status, 501);
  }
});

Deno.test("a write with what looks like an unknown sub-resource is not the plain operation", () => {
  const refused = [
    ["DELETE", "/b", "foo"],
    ["DELETE", "/b", "foo="],
    ["DELETE", "/b", "versionId=x"],
    ["DELETE", "/b", "partNumber=1"],
    ["PUT", "/b", "foo"],
    ["PUT", "/b/k", "foo="],
    ["DELETE", "/b/k", "foo"],
    ["POST", "/b", "foo"],
  ];
  for (const [method = "", path = "", query = ""] of refused) {
    assertThrows(() => detect(method, `${path}?${query}`), S3Error, "not implemented", query);
  }
  assertEquals(detect("PUT", "/b/k?x-id=PutObject&trace=1"), "PutObject");
  assertEquals(detect("DELETE", "/b/k?versionId=null"), "DeleteObject");
  assertEquals(detect("GET", "/b/k?foo"), "GetObject");
});
