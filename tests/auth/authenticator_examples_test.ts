/**
 * The worked examples of the AWS documentation: "Signature calculations for the authorization header"
 * and "Authenticating requests: using query parameters" (Signature Version 4), "Signing and
 * authenticating REST requests" (Signature Version 2).
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import type { AuthRequest } from "../../lib/auth/auth_request.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";

const V4_DATE = "2013-05-24T00:00:00Z";
const V4_HOST = "examplebucket.s3.amazonaws.com";
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function authorization(signedHeaders: string, signature: string): string {
  return "AWS4-HMAC-SHA256 " +
    `Credential=${EXAMPLE.accessKeyId}/20130524/us-east-1/s3/aws4_request,` +
    `SignedHeaders=${signedHeaders},Signature=${signature}`;
}

const V4_EXAMPLES: readonly { readonly name: string; readonly request: AuthRequest }[] = [
  {
    name: "GET object with a range",
    request: requestOf("GET", `https://${V4_HOST}/test.txt`, {
      host: V4_HOST,
      range: "bytes=0-9",
      "x-amz-content-sha256": EMPTY,
      "x-amz-date": "20130524T000000Z",
      authorization: authorization(
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
      ),
    }),
  },
  {
    name: "PUT object whose key has a dollar sign",
    request: requestOf("PUT", `https://${V4_HOST}/test$file.text`, {
      host: V4_HOST,
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      "x-amz-date": "20130524T000000Z",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      authorization: authorization(
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
      ),
    }),
  },
  {
    name: "GET bucket lifecycle",
    request: requestOf("GET", `https://${V4_HOST}/?lifecycle`, {
      host: V4_HOST,
      "x-amz-content-sha256": EMPTY,
      "x-amz-date": "20130524T000000Z",
      authorization: authorization(
        "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
      ),
    }),
  },
  {
    name: "list objects",
    request: requestOf("GET", `https://${V4_HOST}/?max-keys=2&prefix=J`, {
      host: V4_HOST,
      "x-amz-content-sha256": EMPTY,
      "x-amz-date": "20130524T000000Z",
      authorization: authorization(
        "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
      ),
    }),
  },
  {
    name: "presigned GET",
    request: requestOf(
      "GET",
      `https://${V4_HOST}/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=` +
        `${EXAMPLE.accessKeyId}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request` +
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
      { host: V4_HOST },
    ),
  },
];

for (const { name, request } of V4_EXAMPLES) {
  Deno.test(`AWS's SigV4 example "${name}" is verified`, () => {
    const result = exampleAuthenticator(V4_DATE).authenticate(request);
    assertEquals(result.accessKeyId, EXAMPLE.accessKeyId);
    assertEquals(result.signed, true);
    assertEquals(result.kind, request.headers.has("authorization") ? "header-v4" : "query-v4");
  });

  Deno.test(`AWS's SigV4 example "${name}" is refused when anything of it is changed`, () => {
    const authenticator = exampleAuthenticator(V4_DATE);
    const otherHost = new Headers(request.headers);
    otherHost.set("host", "other.s3.amazonaws.com");
    const forgeries: AuthRequest[] = [
      { ...request, method: "DELETE" },
      { ...request, rawPath: `${request.rawPath}x` },
      { ...request, rawQuery: `${request.rawQuery ?? ""}&versionId=1` },
      { ...request, headers: otherHost },
    ];
    for (const forgery of forgeries) {
      const error = assertThrows(() => authenticator.authenticate(forgery), S3Error);
      assertEquals(error.code, "SignatureDoesNotMatch");
      assertEquals(error.fields.AWSAccessKeyId, EXAMPLE.accessKeyId);
    }
  });
}

interface V2Example {
  readonly name: string;
  readonly now: string;
  readonly request: AuthRequest;
}

function v2(signature: string): string {
  return `AWS ${EXAMPLE.accessKeyId}:${signature}`;
}

const V2_HOST = "johnsmith.s3.amazonaws.com";

const V2_EXAMPLES: readonly V2Example[] = [
  {
    name: "object GET",
    now: "2007-03-27T19:36:42Z",
    request: requestOf("GET", "/photos/puppy.jpg", {
      host: V2_HOST,
      date: "Tue, 27 Mar 2007 19:36:42 +0000",
      authorization: v2("bWq2s1WEIj+Ydj0vQ697zp+IXMU="),
    }, "johnsmith"),
  },
  {
    name: "object PUT",
    now: "2007-03-27T21:15:45Z",
    request: requestOf("PUT", "/photos/puppy.jpg", {
      host: V2_HOST,
      "content-type": "image/jpeg",
      "content-length": "94328",
      date: "Tue, 27 Mar 2007 21:15:45 +0000",
      authorization: v2("MyyxeRY7whkBe+bq8fHCL/2kKUg="),
    }, "johnsmith"),
  },
  {
    name: "list",
    now: "2007-03-27T19:42:41Z",
    request: requestOf("GET", "/?prefix=photos&max-keys=50&marker=puppy", {
      host: V2_HOST,
      "user-agent": "Mozilla/5.0",
      date: "Tue, 27 Mar 2007 19:42:41 +0000",
      authorization: v2("htDYFYduRNen8P9ZfE/s9SuKy0U="),
    }, "johnsmith"),
  },
  {
    name: "fetch of a sub-resource",
    now: "2007-03-27T19:44:46Z",
    request: requestOf("GET", "/?acl", {
      host: V2_HOST,
      date: "Tue, 27 Mar 2007 19:44:46 +0000",
      authorization: v2("c2WLPFtWHVgbEmeEG93a4cG37dM="),
    }, "johnsmith"),
  },
  {
    name: "delete, path style with x-amz-date",
    now: "2007-03-27T21:20:26Z",
    request: requestOf("DELETE", "/johnsmith/photos/puppy.jpg", {
      host: "s3.amazonaws.com",
      date: "Tue, 27 Mar 2007 21:20:27 +0000",
      "x-amz-date": "Tue, 27 Mar 2007 21:20:26 +0000",
      authorization: v2("R4dJ53KECjStyBO5iTBJZ4XVOaI="),
    }),
  },
  {
    name: "upload with a repeated header to a host of its own",
    now: "2007-03-27T21:06:08Z",
    request: requestOf("PUT", "/db-backup.dat.gz", [
      ["host", "static.johnsmith.net:8080"],
      ["date", "Tue, 27 Mar 2007 21:06:08 +0000"],
      ["x-amz-acl", "public-read"],
      ["content-type", "application/x-download"],
      ["content-md5", "4gJE4saaMU4BqNR0kLY+lw=="],
      ["x-amz-meta-reviewedby", "joe@johnsmith.net"],
      ["x-amz-meta-reviewedby", "jane@johnsmith.net"],
      ["x-amz-meta-filechecksum", "0x02661779"],
      ["x-amz-meta-checksumalgorithm", "crc32"],
      ["content-disposition", "attachment; filename=database.dat"],
      ["content-encoding", "gzip"],
      ["content-length", "5913339"],
      ["authorization", v2("ilyl83RwaSoYIEdixDQcA4OnAnc=")],
    ], "static.johnsmith.net"),
  },
  {
    name: "list all my buckets",
    now: "2007-03-28T01:29:59Z",
    request: requestOf("GET", "/", {
      host: "s3.amazonaws.com",
      date: "Wed, 28 Mar 2007 01:29:59 +0000",
      authorization: v2("qGdzdERIC03wnaRNKh6OqZehG9s="),
    }),
  },
  {
    name: "Unicode keys",
    now: "2007-03-28T01:49:49Z",
    request: requestOf("GET", "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re", {
      host: "s3.amazonaws.com",
      date: "Wed, 28 Mar 2007 01:49:49 +0000",
      authorization: v2("DNEZGsoieTZ92F3bUfSPQcbGmlM="),
    }),
  },
  {
    name: "query string authentication",
    now: "2007-03-29T03:00:00Z",
    request: requestOf(
      "GET",
      `/photos/puppy.jpg?AWSAccessKeyId=${EXAMPLE.accessKeyId}` +
        "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620",
      { host: V2_HOST },
      "johnsmith",
    ),
  },
];

for (const { name, now, request } of V2_EXAMPLES) {
  Deno.test(`AWS's SigV2 example "${name}" is verified`, () => {
    const result = exampleAuthenticator(now).authenticate(request);
    assertEquals(result.accessKeyId, EXAMPLE.accessKeyId);
    assertEquals(result.kind, request.headers.has("authorization") ? "header-v2" : "query-v2");
  });

  Deno.test(`AWS's SigV2 example "${name}" is refused when anything of it is changed`, () => {
    const authenticator = exampleAuthenticator(now);
    const headers = new Headers(request.headers);
    headers.set("x-amz-acl", "private");
    const forgeries: AuthRequest[] = [
      { ...request, method: "POST" },
      { ...request, rawPath: `${request.rawPath}x` },
      { ...request, rawQuery: `${request.rawQuery ?? ""}&versionId=1` },
      { ...request, headers },
    ];
    for (const forgery of forgeries) {
      const error = assertThrows(() => authenticator.authenticate(forgery), S3Error);
      assertEquals(error.code, "SignatureDoesNotMatch");
    }
  });
}
