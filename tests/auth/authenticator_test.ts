import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";
import {
  accepts,
  codeOf,
  EMPTY,
  type HeaderMap,
  headerV4,
  NOW,
  PRESIGNED,
  signV2,
} from "./hand_signed.ts";

Deno.test("of two signatures none counts", () => {
  const now = Date.parse(NOW) / 1000;
  const signature = encodeURIComponent(signV2(`GET\n\n\n${now + 60}\n/b`));
  const v2 = `AWSAccessKeyId=${EXAMPLE.accessKeyId}&Expires=${now + 60}&Signature=${signature}`;
  accepts("GET", `/b?${v2}`, {});
  assertEquals(codeOf("GET", `/b?${v2}`, headerV4()), "InvalidArgument");
  for (const parameter of ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"]) {
    assertEquals(codeOf("GET", `/b?${v2}&${parameter}=x`, {}), "InvalidArgument");
    assertEquals(codeOf("GET", `/b?${parameter}=x`, headerV4()), "InvalidArgument");
  }
});

Deno.test("with authentication off nothing is checked and framing is still announced", () => {
  const off = new Authenticator({ lookup: undefined });
  const of = (url: string, headers: HeaderMap) => off.authenticate(requestOf("PUT", url, headers));
  assertEquals(of("/b/k", {}), {
    kind: "anonymous",
    payload: { kind: "plain" },
    signed: false,
    plus: "blank",
    rejoined: new Map(),
    hoisted: false,
  });
  const framed = of("/b/k", {
    authorization: "AWS4-HMAC-SHA256 nonsense",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
  });
  assertEquals(framed.payload, { kind: "signed-chunks", trailer: true });
  assertEquals(framed.signed, true);
  const unsigned = of("/b/k", {
    "content-encoding": "gzip, aws-chunked",
    "x-amz-decoded-content-length": "5",
  });
  assertEquals(unsigned.payload, { kind: "unsigned-chunks-trailer" });
  const hashed = of("/b/k", { "x-amz-content-sha256": EMPTY.toUpperCase() });
  assertEquals(hashed.payload, { kind: "plain", sha256: EMPTY });
  assertEquals(of("/b/k?X-Amz-Signature=1&X-Amz-Expires=-5", {}).kind, "query-v4");
});

Deno.test("no header or query makes the authenticator throw anything but S3Error", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "AWS4-HMAC-SHA256",
      "AWS",
      "Credential=",
      "SignedHeaders=",
      "Signature=",
      ",",
      ";",
    ),
    fc.constantFrom(
      "/",
      "20260102",
      "s3",
      "aws4_request",
      EXAMPLE.accessKeyId,
      ":",
      " ",
      "=",
      "host",
    ),
    fc.string({ maxLength: 5 }).map((text) => text.replace(/[^\x20-\x7e]/g, "")),
  );
  const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(""));
  const name = fc.constantFrom(...Object.keys(PRESIGNED), "Signature", "AWSAccessKeyId", "Expires");
  fc.assert(
    fc.property(
      text,
      text,
      fc.array(fc.tuple(name, text), { maxLength: 7 }),
      (value, date, query) => {
        const raw = query.map(([name, value]) => `${name}=${value}`).join("&");
        const headers = query.length > 3
          ? { host: "h" }
          : { host: "h", authorization: value, date };
        try {
          exampleAuthenticator(NOW).authenticate(requestOf("GET", `/b?${raw}`, headers));
          throw new Error("garbage was accepted");
        } catch (error) {
          assert(error instanceof S3Error, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
