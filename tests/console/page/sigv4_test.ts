/** The console's signer against AWS's own, and against the gateway's verifier. */

import { assertEquals, assertThrows } from "@std/assert";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { Authenticator } from "../../../lib/auth/authenticator.ts";
import { pathOf } from "../../../lib/console/page/percent.js";
import {
  deriveSigningKey,
  encodeQuery,
  importSecret,
  importSigningKey,
  presign,
  signRequest,
  UNSIGNED_PAYLOAD,
} from "../../../lib/console/page/sigv4.js";
import { parseTarget } from "../../../lib/http/request_target.ts";
import { Sha256 } from "../../support/signer_sha256.ts";

const PAIR = { accessKeyId: "CONSOLE/KEY", secretAccessKey: "s3cret/+ ü" };
const REGION = "eu-west-3";
const TIME = new Date("2026-03-04T05:06:07Z");
const HOST = "gateway.example:9000";

const theirs = new SignatureV4({
  credentials: PAIR,
  region: REGION,
  service: "s3",
  sha256: Sha256,
  uriEscapePath: false,
  applyChecksum: true,
});

const secret = await importSecret(PAIR.secretAccessKey);
const ours = {
  accessKeyId: PAIR.accessKeyId,
  region: REGION,
  keyOf: async (day: string) => await importSigningKey(await deriveSigningKey(secret, day, REGION)),
};

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 })
  .filter((value) => value.isWellFormed() && value !== "." && value !== "..");
/** What comes from the page: distinct parameters that S3 knows, with any values. */
const query = fc.dictionary(
  fc.constantFrom("prefix", "list-type", "uploadId", "delete", "response-content-disposition"),
  fc.oneof(text, fc.constant("")),
);
const request = fc.record({
  method: fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD"),
  bucket: fc.constantFrom("bucket", "name.with.dots", "datasets--local--shards"),
  key: fc.oneof(text, fc.constantFrom("a/./b", "a b+c/d", "日本語/🤗", "~!*'()", "", "...")),
  query,
});

Deno.test("signRequest() signs as AWS's own signer does", async () => {
  await fc.assert(fc.asyncProperty(request, async ({ method, bucket, key, query }) => {
    const path = pathOf(bucket, key);
    const headers = { "content-type": "text/plain;  charset=utf-8", "if-none-match": "*" };
    const payloadHash = createHash("sha256").update(key).digest("hex");
    const signed = await signRequest(
      ours,
      { method, host: HOST, path, query: Object.entries(query), headers, time: TIME },
      payloadHash,
    );
    const expected = await theirs.sign({
      protocol: "http:",
      hostname: HOST,
      method,
      path,
      query,
      headers: { ...headers, host: HOST, "x-amz-content-sha256": payloadHash },
    }, { signingDate: TIME });
    assertEquals(signed.authorization, expected.headers.authorization);
  }));
});

Deno.test("presign() signs as AWS's own signer does", async () => {
  await fc.assert(fc.asyncProperty(request, async ({ bucket, key, query }) => {
    const path = pathOf(bucket, key);
    const link = await presign(
      ours,
      {
        method: "GET",
        host: HOST,
        path,
        // Their signer puts the header there.
        query: [...Object.entries(query), ["x-amz-content-sha256", UNSIGNED_PAYLOAD]],
        headers: {},
        time: TIME,
      },
      900,
    );
    const expected = await theirs.presign({
      protocol: "http:",
      hostname: HOST,
      method: "GET",
      path,
      query,
      headers: { host: HOST, "x-amz-content-sha256": UNSIGNED_PAYLOAD },
    }, { signingDate: TIME, expiresIn: 900 });
    const signature = new URLSearchParams(link).get("X-Amz-Signature");
    assertEquals(signature, expected.query?.["X-Amz-Signature"]);
  }));
});

Deno.test("the gateway takes what the console signs, whatever the browser makes of the path", async () => {
  const authenticator = new Authenticator({
    lookup: (id) => id === PAIR.accessKeyId ? PAIR : undefined,
    now: () => TIME,
  });
  await fc.assert(fc.asyncProperty(request, async ({ method, bucket, key, query }) => {
    const path = pathOf(bucket, key);
    const entries = Object.entries(query);
    const asked = { method, host: HOST, path, query: entries, headers: {}, time: TIME };
    const signed = await signRequest(ours, asked, UNSIGNED_PAYLOAD);
    const url = new URL(`http://${HOST}${path}?${encodeQuery(entries)}`);
    const headers = new Headers({ ...signed, host: HOST });
    const target = parseTarget(url.href);
    assertEquals(target.rawPath, path);
    const { accessKeyId } = authenticator.authenticate({ method, ...target, headers, form: false });
    assertEquals(accessKeyId, PAIR.accessKeyId);
    const link = new URL(
      `http://${HOST}${path}?${await presign(ours, { ...asked, method: "GET" }, 60)}`,
    );
    authenticator.authenticate({
      method: "GET",
      ...parseTarget(link.href),
      headers: new Headers({ host: HOST }),
      form: false,
    });
  }));
});

Deno.test("pathOf() refuses what a browser would make another path of", () => {
  for (const name of [".", ".."]) {
    assertThrows(() => pathOf("bucket", name), RangeError);
    assertThrows(() => pathOf(name, "key"), RangeError);
  }
  assertThrows(() => pathOf("", "key"), RangeError);
});
