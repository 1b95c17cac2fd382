/**
 * AWS's own signers against the verifier: whatever they sign is taken, and every change to it is
 * refused.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import type { AuthRequest } from "../../lib/auth/auth_request.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { Sha256 } from "../support/signer_sha256.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";

const NOW = new Date("2026-01-02T03:04:05Z");

const CREDENTIALS = {
  accessKeyId: EXAMPLE.accessKeyId,
  secretAccessKey: EXAMPLE.secretAccessKey,
};

const signer = new SignatureV4({
  credentials: CREDENTIALS,
  region: "eu-west-3",
  service: "s3",
  sha256: Sha256,
  uriEscapePath: false,
  applyChecksum: true,
});

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const SEGMENT = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("..", ".", "", "a b", "a+b", "%2F", "é", "日本", "~'()*!", "\u0000", "x=y&z;#?"),
).filter((text) => text.isWellFormed());
const KEY = fc.array(SEGMENT, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));
const QUERY = fc.dictionary(
  SEGMENT.filter((name) =>
    !/^(x-amz-|signature$|awsaccesskeyid$|__proto__$)/i.test(name) && name !== ""
  ),
  fc.oneof(SEGMENT, fc.array(SEGMENT, { minLength: 1, maxLength: 3 })),
  { maxKeys: 4 },
);
const METHOD = fc.constantFrom("GET", "PUT", "HEAD", "DELETE", "POST");

interface Signed {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** The request as it goes over the wire. */
function onTheWire(signed: Signed): AuthRequest {
  const pairs = Object.entries(signed.query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encode(name)}=${encode(one)}`)
  );
  const target = signed.path + (pairs.length > 0 ? `?${pairs.join("&")}` : "");
  return requestOf(signed.method, target, signed.headers);
}

function request(method: string, key: string, query: Signed["query"]) {
  return {
    method,
    protocol: "http:",
    hostname: "127.0.0.1",
    port: 9000,
    path: `/bucket/${key.split("/").map(encode).join("/")}`,
    query: Object.fromEntries(Object.entries(query)),
    headers: {
      host: "127.0.0.1:9000",
      "x-amz-meta-note": "a   b, c",
      "content-type": "text/plain; charset=utf-8",
      date: "Fri, 02 Jan 2026 03:04:05 GMT",
    } as Record<string, string>,
  };
}

function refused(forgery: AuthRequest, now: Date = NOW): S3Error {
  return assertThrows(() => exampleAuthenticator(now).authenticate(forgery), S3Error);
}

/** Changes of one thing each, all of which break a signature. */
function forgeries(genuine: AuthRequest): AuthRequest[] {
  const headers = new Headers(genuine.headers);
  headers.set("host", "127.0.0.1:9001");
  return [
    { ...genuine, method: genuine.method === "GET" ? "HEAD" : "GET" },
    { ...genuine, rawPath: `${genuine.rawPath}/` },
    { ...genuine, rawPath: genuine.rawPath.replace("/bucket/", "/Bucket/") },
    { ...genuine, rawQuery: `${genuine.rawQuery ?? ""}&acl` },
    { ...genuine, headers },
  ];
}

Deno.test("what the AWS SDK's signer signs in the header is verified, and forgeries refused", async () => {
  await fc.assert(
    fc.asyncProperty(METHOD, KEY, QUERY, async (method, key, query) => {
      const signed = await signer.sign(request(method, key, query), { signingDate: NOW });
      const genuine = onTheWire({ ...signed, query: request(method, key, query).query });
      const result = exampleAuthenticator(NOW).authenticate(genuine);
      assertEquals(result.kind, "header-v4");
      assertEquals(result.payload.kind, "plain");
      for (const forgery of forgeries(genuine)) {
        assertEquals(refused(forgery).code, "SignatureDoesNotMatch");
      }
      const changed = new Headers(genuine.headers);
      changed.set("x-amz-meta-note", "other");
      assertEquals(refused({ ...genuine, headers: changed }).code, "SignatureDoesNotMatch");
      const added = new Headers(genuine.headers);
      added.set("x-amz-acl", "public-read");
      const error = refused({ ...genuine, headers: added });
      assertEquals([error.code, error.fields.HeadersNotSigned], ["AccessDenied", "x-amz-acl"]);
    }),
    { numRuns: 60 },
  );
});

Deno.test("what the AWS SDK's signer presigns is verified, and forgeries refused", async () => {
  await fc.assert(
    fc.asyncProperty(METHOD, KEY, QUERY, async (method, key, query) => {
      const plain = request(method, key, query);
      // As the S3 presigner does: the body's hash is not known when a URL is made.
      const headers = {
        host: plain.headers.host ?? "",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      };
      const signed = await signer.presign({ ...plain, headers }, {
        signingDate: NOW,
        expiresIn: 600,
      });
      const merged = Object.entries(signed.query ?? {}).flatMap(([name, value]) =>
        value === null ? [] : [[name, value] as const]
      );
      const genuine = onTheWire({ ...signed, query: Object.fromEntries(merged) });
      assertEquals(exampleAuthenticator(NOW).authenticate(genuine).kind, "query-v4");
      for (const forgery of forgeries(genuine)) {
        assertEquals(refused(forgery).code, "SignatureDoesNotMatch");
      }
      const later = {
        ...genuine,
        rawQuery: genuine.rawQuery?.replace("Expires=600", "Expires=900"),
      };
      assertEquals(refused({ ...later, rawQuery: later.rawQuery }).code, "SignatureDoesNotMatch");
      assertEquals(refused(genuine, new Date(NOW.getTime() + 600_000)).code, "AccessDenied");
      assertEquals(refused(genuine, new Date(NOW.getTime() - 901_000)).code, "AccessDenied");
    }),
    { numRuns: 60 },
  );
});

Deno.test("URLs of the AWS SDK's S3 presigner are verified, for other methods refused", async () => {
  const client = new S3Client({
    endpoint: "http://127.0.0.1:9000",
    forcePathStyle: true,
    region: "us-east-1",
    credentials: CREDENTIALS,
  });
  for (const Key of ["a", "dir/a b+c.txt", "日本/é'()*!~", "x//y/../z", "a%2Fb"]) {
    const options = { expiresIn: 60, signingDate: NOW };
    const get = await getSignedUrl(
      client,
      new GetObjectCommand({ Bucket: "b", Key, ResponseContentType: "text/plain; a+b" }),
      options,
    );
    const put = await getSignedUrl(
      client,
      new PutObjectCommand({ Bucket: "b", Key, ContentType: "text/plain", Metadata: { a: "1" } }),
      options,
    );
    const authenticator = exampleAuthenticator(NOW);
    const headers = { host: "127.0.0.1:9000" };
    assertEquals(authenticator.authenticate(requestOf("GET", get, headers)).kind, "query-v4");
    const putResult = authenticator.authenticate(requestOf("PUT", put, headers));
    // The checksum of an empty body that it moves into the query is nobody's promise.
    assertEquals(putResult.payload, { kind: "plain" });
    assertEquals(refused(requestOf("HEAD", get, headers)).code, "SignatureDoesNotMatch");
    assertEquals(refused(requestOf("GET", put, headers)).code, "SignatureDoesNotMatch");
  }
  client.destroy();
});
