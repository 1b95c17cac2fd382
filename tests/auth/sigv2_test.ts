import { assertEquals } from "@std/assert";
import { EXAMPLE } from "./aws_examples.ts";
import { accepts, codeOf, type HeaderMap, NOW, signV2 } from "./hand_signed.ts";

function headerV2(stringToSign: string, more: HeaderMap = {}): HeaderMap {
  return {
    date: "Fri, 02 Jan 2026 03:04:05 GMT",
    authorization: `AWS ${EXAMPLE.accessKeyId}:${signV2(stringToSign)}`,
    ...more,
  };
}

Deno.test("SigV2 readings that clients differ in are all taken", () => {
  const line = "GET\n\n\nFri, 02 Jan 2026 03:04:05 GMT\n";
  const cases: readonly (readonly [wire: string, resource: string])[] = [
    ["/b", "/b"],
    ["/b", "/b/"],
    ["/b/", "/b"],
    ["/b/k%20a", "/b/k%20a"],
    ["/b/k(1)", "/b/k%281%29"],
    ["/b/k?uploads=", "/b/k?uploads"],
    ["/b/k?uploads=", "/b/k?uploads="],
    ["/b/k?x=1&uploadId=a%2Fb&partNumber=2", "/b/k?partNumber=2&uploadId=a/b"],
    ["/b?object-lock", "/b?object-lock"],
    ["/b?response-content-type=a%20b", "/b?response-content-type=a b"],
  ];
  for (const [wire, resource] of cases) accepts("GET", wire, headerV2(line + resource));
});

Deno.test("SigV2 is refused with S3's codes", () => {
  const line = "GET\n\n\nFri, 02 Jan 2026 03:04:05 GMT\n/b";
  assertEquals(codeOf("GET", "/b", headerV2(line, { date: "" })), "AccessDenied");
  assertEquals(codeOf("GET", "/b", headerV2(line), "2026-01-02T03:20:00Z"), "RequestTimeTooSkewed");
  assertEquals(
    codeOf("GET", "/b", headerV2(line, { authorization: "AWS x:y" })),
    "InvalidAccessKeyId",
  );
  assertEquals(
    codeOf(
      "PUT",
      "/b",
      headerV2(line, { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" }),
    ),
    "InvalidRequest",
  );
});

Deno.test("a SigV2 URL is taken until it expires, a week ahead at most", () => {
  const now = Date.parse(NOW) / 1000;
  const url = (expires: string, more = "") => {
    const signature = encodeURIComponent(signV2(`GET\n\n\n${expires}\n/b/k`));
    return `/b/k?AWSAccessKeyId=${EXAMPLE.accessKeyId}&Expires=${expires}&Signature=${signature}${more}`;
  };
  accepts("GET", url(String(now + 1)), {});
  accepts("GET", url(String(now + 604800)), {});
  for (const expires of [String(now), String(now - 1), String(now + 604801), "soon", "1e9", ""]) {
    assertEquals(codeOf("GET", url(expires), {}), "AccessDenied", expires);
  }
  assertEquals(codeOf("GET", url(String(now + 1), "&acl"), {}), "SignatureDoesNotMatch");
  assertEquals(codeOf("PUT", url(String(now + 1)), {}), "SignatureDoesNotMatch");
  assertEquals(codeOf("GET", "/b/k?Signature=x", {}), "AccessDenied");
});

Deno.test("a SigV2 URL may have its signed headers moved into the query, as botocore does", () => {
  const expires = String(Date.parse(NOW) / 1000 + 60);
  const signature = signV2(`PUT\n\ntext/plain\n${expires}\nx-amz-meta-a:1\n/b/k`);
  const url =
    `/b/k?AWSAccessKeyId=${EXAMPLE.accessKeyId}&Signature=${encodeURIComponent(signature)}` +
    `&content-type=text%2Fplain&x-amz-meta-a=1&Expires=${expires}`;
  assertEquals(accepts("PUT", url, {}).kind, "query-v2");
  assertEquals(accepts("PUT", url, { "content-type": "text/plain" }).kind, "query-v2");
  assertEquals(codeOf("PUT", url, { "content-type": "text/html" }), "SignatureDoesNotMatch");
  assertEquals(accepts("PUT", url, {}).hoisted, true);
  for (const again of ["&x-amz-meta-a=2", "&X-Amz-Meta-A=2", "&x-amz-copy-source=b/other"]) {
    assertEquals(codeOf("PUT", url + again, {}), "SignatureDoesNotMatch", again);
  }
});

Deno.test("one parameter of a SigV2 URL never stands for several headers that were signed", () => {
  const expires = String(Date.parse(NOW) / 1000 + 60);
  const amz = "x-amz-acl:private\nx-amz-copy-source:/b/other\n";
  const signature = signV2(`PUT\n\n\n${expires}\n${amz}/b/k`);
  const url =
    `/b/k?AWSAccessKeyId=${EXAMPLE.accessKeyId}&Signature=${encodeURIComponent(signature)}` +
    `&Expires=${expires}&`;
  accepts("PUT", `${url}x-amz-acl=private&x-amz-copy-source=/b/other`, {});
  for (
    const joined of [
      "x-amz-acl=private%0Ax-amz-copy-source:/b/other",
      "x-amz-acl:private%0Ax-amz-copy-source=/b/other",
      "x-amz-acl%3Aprivate%0Ax-amz-copy-source%3A/b/other",
    ]
  ) {
    assertEquals(codeOf("PUT", url + joined, {}), "SignatureDoesNotMatch", joined);
  }
});

Deno.test("parameters that no SigV2 signature covers are not taken for headers", () => {
  const expires = String(Date.parse(NOW) / 1000 + 60);
  const signature = encodeURIComponent(signV2(`PUT\n\n\n${expires}\n/b/k`));
  const url =
    `/b/k?AWSAccessKeyId=${EXAMPLE.accessKeyId}&Signature=${signature}&Expires=${expires}`;
  assertEquals(accepts("PUT", `${url}&x-amz-copy-source=b/other`, {}).hoisted, false);
});
