import { assertEquals } from "@std/assert";
import { EXAMPLE } from "./aws_examples.ts";
import { codeOf, PRESIGNED } from "./hand_signed.ts";

function presigned(change: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries({ ...PRESIGNED, ...change }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  );
  return `/b/k?${pairs.join("&")}`;
}

Deno.test("a presigned URL whose parameters are wrong is refused as such", () => {
  const headers = { host: "h" };
  for (const name of Object.keys(PRESIGNED)) {
    const code = codeOf("GET", presigned({ [name]: undefined }), headers);
    assertEquals(code, "AuthorizationQueryParametersError", name);
  }
  const wrong: readonly (readonly [string, string])[] = [
    ["X-Amz-Expires", "604801"],
    ["X-Amz-Expires", "-1"],
    ["X-Amz-Expires", "1.5"],
    ["X-Amz-Expires", ""],
    ["X-Amz-Expires", "soon"],
    ["X-Amz-Date", "2026-01-02T03:04:05Z"],
    ["X-Amz-Date", "20260103T030405Z"],
    ["X-Amz-Credential", "AK/20260102/us-east-1/s3"],
    ["X-Amz-Credential", `${EXAMPLE.accessKeyId}/20260102/us-east-1/sqs/aws4_request`],
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA1"],
    ["X-Amz-SignedHeaders", ""],
  ];
  for (const [name, value] of wrong) {
    const code = codeOf("GET", presigned({ [name]: value }), headers);
    assertEquals(code, "AuthorizationQueryParametersError", `${name}=${value}`);
  }
  assertEquals(
    codeOf("GET", `${presigned({})}&X-Amz-Signature=1`, headers),
    "AuthorizationQueryParametersError",
  );
  assertEquals(codeOf("GET", presigned({ "X-Amz-Expires": "0" }), headers), "AccessDenied");
  assertEquals(codeOf("GET", presigned({}), headers), "SignatureDoesNotMatch");
  assertEquals(codeOf("GET", presigned({}), { host: "h", "x-amz-acl": "private" }), "AccessDenied");
  assertEquals(
    codeOf("GET", presigned({ "X-Amz-SignedHeaders": "range" }), headers),
    "AccessDenied",
  );
  assertEquals(codeOf("GET", presigned({ "X-Amz-Security-Token": "t" }), headers), "InvalidToken");
  assertEquals(
    codeOf("GET", presigned({ "X-Amz-Algorithm": "AWS4-ECDSA-P256-SHA256" }), headers),
    "NotImplemented",
  );
});
