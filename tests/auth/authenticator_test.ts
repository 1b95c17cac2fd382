import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash, createHmac } from "node:crypto";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";

const NOW = "2026-01-02T03:04:05Z";
const STAMP = "20260102T030405Z";
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

type HeaderMap = Readonly<Record<string, string>>;

function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

/** Signs a canonical request; as a client would that has its own idea of what is canonical. */
function signV4(canonical: string, scope = "20260102/us-east-1/s3/aws4_request"): string {
  const hash = createHash("sha256").update(canonical).digest("hex");
  const key = scope.split("/").reduce<string | Uint8Array>(hmac, `AWS4${EXAMPLE.secretAccessKey}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${STAMP}\n${scope}\n${hash}`).toHex();
}

function authorization(names: string, signature: string, id = EXAMPLE.accessKeyId): string {
  return `AWS4-HMAC-SHA256 Credential=${id}/20260102/us-east-1/s3/aws4_request, ` +
    `SignedHeaders=${names}, Signature=${signature}`;
}

/** A GET of `/b` that is signed right, but for what `more` adds or replaces. */
function headerV4(more: HeaderMap = {}): HeaderMap {
  const names = "host;x-amz-content-sha256;x-amz-date";
  const canonical =
    `GET\n/b\n\nhost:h\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${STAMP}\n\n${names}\n${EMPTY}`;
  return {
    host: "h",
    "x-amz-content-sha256": EMPTY,
    "x-amz-date": STAMP,
    authorization: authorization(names, signV4(canonical)),
    ...more,
  };
}

function codeOf(method: string, url: string, headers: HeaderMap, now = NOW): S3ErrorCode {
  const run = () => exampleAuthenticator(now).authenticate(requestOf(method, url, headers));
  return assertThrows(run, S3Error).code;
}

function accepts(method: string, url: string, headers: Parameters<typeof requestOf>[2]) {
  return exampleAuthenticator(NOW).authenticate(requestOf(method, url, headers));
}

Deno.test("a header that cannot be read is told what is wrong with it in S3's words", () => {
  const good = headerV4().authorization ?? "";
  const malformed = (detail: string) => `The authorization header is malformed; ${detail}`;
  const cases: readonly (readonly [string, string])[] = [
    ["nothing", "Authorization header is invalid -- one and only one ' ' (space) required"],
    ["Basic YTpi", "Unsupported Authorization Type"],
    [
      good.replace(/, Signature=.*/, ""),
      malformed(
        "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
      ),
    ],
    [
      good.replace("SignedHeaders=", "SignedHeaders-"),
      malformed(
        `the authorization component "SignedHeaders-host;x-amz-content-sha256;x-amz-date" is malformed.`,
      ),
    ],
    [good.replace("Signature=", "Other="), malformed("missing Signature.")],
    [
      good.replace("/s3/", "/ec2/"),
      malformed('incorrect service "ec2". This endpoint belongs to "s3".'),
    ],
    [
      good.replace("aws4_request", "aws3_request"),
      malformed('incorrect terminal "aws3_request". This endpoint uses "aws4_request".'),
    ],
    [
      good.replace("/aws4_request", "/aws4_request/more"),
      malformed(
        'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
      ),
    ],
    [
      good.replace("20260102/", "2026012/"),
      malformed(
        'incorrect date format "2026012". This date in the credential must be in the format "yyyyMMdd".',
      ),
    ],
  ];
  for (const [authorization, message] of cases) {
    const request = requestOf("GET", "/b", headerV4({ authorization }));
    const run = () => exampleAuthenticator(NOW).authenticate(request);
    assertEquals(assertThrows(run, S3Error).message, message);
  }
});

Deno.test("a header that cannot be read is malformed", () => {
  assertEquals(accepts("GET", "/b", headerV4()).signed, true);
  const good = headerV4().authorization ?? "";
  const bad = [
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256 foo",
    "AWS4-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=x",
    good.replace("/s3/", "/ec2/"),
    good.replace("aws4_request", "aws3_request"),
    good.replace("us-east-1", ""),
    good.replace("20260102/", "2026012/"),
    good.replace("20260102/", "20260103/"),
    good.replace(/, SignedHeaders=[^,]*/, ""),
    good.replace(/, Signature=.*/, ""),
    good.replace(/Credential=[^,]*, /, ""),
    good.replace("host;", "ho st;"),
    good.replace("host;", "HOST;"),
    good.replace("host;", ";"),
    `${good}, Signature=00`,
    `${good}, AWS ${EXAMPLE.accessKeyId}:x=`,
    `${good}, Token=t`,
  ];
  for (const authorization of bad) {
    assertEquals(
      codeOf("GET", "/b", headerV4({ authorization })),
      "AuthorizationHeaderMalformed",
      authorization,
    );
  }
});

Deno.test("each way to be refused has its own code", () => {
  const good = headerV4().authorization ?? "";
  const cases: readonly (readonly [HeaderMap, S3ErrorCode])[] = [
    [{}, "AccessDenied"],
    [{ authorization: "Basic dXNlcjpwYXNz" }, "InvalidArgument"],
    [{ authorization: "Bearer hf_secret" }, "InvalidArgument"],
    [{ authorization: "AWS4-ECDSA-P256-SHA256 Credential=x" }, "NotImplemented"],
    [{ authorization: "AWS nosignature" }, "InvalidArgument"],
    [{ authorization: "AWS :sig" }, "InvalidArgument"],
    [
      headerV4({ authorization: good.replace(EXAMPLE.accessKeyId, "AKIAOTHER") }),
      "InvalidAccessKeyId",
    ],
    [headerV4({ authorization: good.replace(/.{6}$/, "000000") }), "SignatureDoesNotMatch"],
    [headerV4({ authorization: good.replace(/.{6}$/, "") }), "SignatureDoesNotMatch"],
    [headerV4({ authorization: good.replace("host;", "") }), "AccessDenied"],
    [headerV4({ authorization: good.replace(";x-amz-date", "") }), "AccessDenied"],
    [headerV4({ "x-amz-acl": "private" }), "AccessDenied"],
    [headerV4({ "x-amz-date": "yesterday" }), "AccessDenied"],
    [headerV4({ "x-amz-security-token": "t" }), "InvalidToken"],
    [headerV4({ "x-amz-content-sha256": "abc" }), "InvalidArgument"],
    [
      headerV4({ "x-amz-content-sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" }),
      "NotImplemented",
    ],
  ];
  for (const [headers, code] of cases) {
    assertEquals(codeOf("GET", "/b", headers), code, JSON.stringify(headers));
  }
  assertEquals(codeOf("GET", "/b?X-Amz-Signature=x", headerV4()), "InvalidArgument");
  assertEquals(codeOf("GET", "/b?Signature=x&AWSAccessKeyId=y", headerV4()), "InvalidArgument");
  assertEquals(codeOf("GET", "/%zz", headerV4()), "InvalidURI");
});

Deno.test("an error shows no token and no password of a refused header", () => {
  const request = requestOf("GET", "/b", { authorization: "Bearer hf_secret" });
  const error = assertThrows(() => exampleAuthenticator(NOW).authenticate(request), S3Error);
  assert(!JSON.stringify([error.message, error.fields]).includes("hf_secret"));
});

Deno.test("clocks may differ by 15 minutes either way", () => {
  const at = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1000).toISOString();
  for (const seconds of [-900, 0, 900]) {
    exampleAuthenticator(at(seconds)).authenticate(requestOf("GET", "/b", headerV4()));
  }
  for (const seconds of [-901, 901]) {
    assertEquals(codeOf("GET", "/b", headerV4(), at(seconds)), "RequestTimeTooSkewed");
  }
});

Deno.test("the Date header is the timestamp when there is no x-amz-date", () => {
  for (const date of ["Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 03:04:05 -0000", STAMP]) {
    const names = "date;host;x-amz-content-sha256";
    const canonical =
      `GET\n/b\n\ndate:${date}\nhost:h\nx-amz-content-sha256:${EMPTY}\n\n${names}\n${EMPTY}`;
    accepts("GET", "/b", {
      host: "h",
      date,
      "x-amz-content-sha256": EMPTY,
      authorization: authorization(names, signV4(canonical)),
    });
  }
});

Deno.test("what the wire leaves open is read as the client signed it", () => {
  const names = "host;x-amz-content-sha256;x-amz-date";
  const sign = (path: string, query: string) =>
    authorization(
      names,
      signV4(
        `GET\n${path}\n${query}\nhost:h\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${STAMP}\n\n${names}\n${EMPTY}`,
      ),
    );
  const cases: readonly (readonly [wire: string, path: string, query: string])[] = [
    ["/b/a(b)'*+@:,", "/b/a%28b%29%27%2A%2B%40%3A%2C", ""],
    ["/b/a(b)", "/b/a(b)", ""],
    ["/b/%c3%a9", "/b/%C3%A9", ""],
    ["/b/%c3%a9", "/b/%c3%a9", ""],
    ["/b/é", "/b/%C3%A9", ""],
    ["/b/../x//./y", "/b/../x//./y", ""],
    ["/b?acl", "/b", "acl="],
    ["/b?b=2&a=1&a=0", "/b", "a=0&a=1&b=2"],
    ["/b?a-b=1&a=1&A=1", "/b", "A=1&a=1&a-b=1"],
    ["/b?prefix=x/y", "/b", "prefix=x%2Fy"],
    ["/b?p=a=b", "/b", "p=a%3Db"],
    ["/b?p=a+b", "/b", "p=a%2Bb"],
    ["/b?p=a+b", "/b", "p=a%20b"],
    ["/b?uploads", "/b", "uploads"],
    ["/b?p=x/y%c3%a9&a=1", "/b", "a=1&p=x/y%c3%a9"],
  ];
  for (const [wire, path, query] of cases) {
    accepts("GET", wire, headerV4({ authorization: sign(path, query) }));
  }
  const plus = (query: string) =>
    accepts("GET", "/b?p=a+b", headerV4({ authorization: sign("/b", query) })).plus;
  assertEquals([plus("p=a%2Bb"), plus("p=a%20b")], ["plus", "blank"]);
});

Deno.test("header values are hashed as the bytes on the wire", () => {
  const names = "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a";
  const value = "à  la   carte à";
  const canonical = `GET\n/b\n\nhost:h\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${STAMP}\n` +
    `x-amz-meta-a:à la carte à\n\n${names}\n${EMPTY}`;
  const latin1 = Array.from(new TextEncoder().encode(value), (b) => String.fromCharCode(b)).join(
    "",
  );
  accepts("GET", "/b", {
    ...headerV4({ authorization: authorization(names, signV4(canonical)) }),
    "x-amz-meta-a": latin1,
  });
});

Deno.test("repeated headers may be signed joined by a comma alone", () => {
  const names = "date;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a";
  const date = "Fri, 02 Jan 2026 03:04:05 GMT";
  const canonical = `GET\n/b\n\ndate:${date}\nhost:h\nx-amz-content-sha256:${EMPTY}\n` +
    `x-amz-date:${STAMP}\nx-amz-meta-a:1,2\n\n${names}\n${EMPTY}`;
  const headers = headerV4({ date, authorization: authorization(names, signV4(canonical)) });
  const lines = (...values: string[]): [string, string][] => [
    ...Object.entries(headers),
    ...values.map((value): [string, string] => ["x-amz-meta-a", value]),
  ];
  const { rejoined } = accepts("GET", "/b", lines("1", "2"));
  assertEquals([...rejoined], [["x-amz-meta-a", "1,2"]]);
  assertEquals([...accepts("GET", "/b", lines("1,2")).rejoined], []);
  const other = () => exampleAuthenticator(NOW).authenticate(requestOf("GET", "/b", lines("1 ,2")));
  assertEquals(assertThrows(other, S3Error).code, "SignatureDoesNotMatch");
});

Deno.test("an access key may hold slashes, and any region is taken", () => {
  const id = "key/with/slashes";
  const scope = "20260102/mars-north-7/s3/aws4_request";
  const names = "host;x-amz-content-sha256;x-amz-date";
  const canonical =
    `GET\n/b\n\nhost:h\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${STAMP}\n\n${names}\n${EMPTY}`;
  const authenticator = new Authenticator({
    lookup: (asked) => asked === id ? { ...EXAMPLE, accessKeyId: id, rights: "all" } : undefined,
    now: () => new Date(NOW),
  });
  const request = requestOf("GET", "/b", {
    ...headerV4(),
    authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope},SignedHeaders=${names},Signature=${
      signV4(canonical, scope)
    }`,
  });
  assertEquals(authenticator.authenticate(request).credential?.rights, "all");
  // A second time from the cache of keys.
  assertEquals(authenticator.authenticate(request).accessKeyId, id);
});

Deno.test("a changed secret is not hidden by the cache of keys", () => {
  let secretAccessKey = EXAMPLE.secretAccessKey;
  const authenticator = new Authenticator({
    lookup: () => ({ ...EXAMPLE, secretAccessKey }),
    now: () => new Date(NOW),
  });
  const request = requestOf("GET", "/b", headerV4());
  authenticator.authenticate(request);
  secretAccessKey = "another";
  const error = assertThrows(() => authenticator.authenticate(request), S3Error);
  assertEquals(error.code, "SignatureDoesNotMatch");
});

Deno.test("a missing payload hash is made up for only where there is no body", () => {
  const names = "host;x-amz-date";
  const canonical = `GET\n/b\n\nhost:h\nx-amz-date:${STAMP}\n\n${names}\n${EMPTY}`;
  const headers = {
    host: "h",
    "x-amz-date": STAMP,
    authorization: authorization(names, signV4(canonical)),
  };
  accepts("GET", "/b", headers);
  assertEquals(codeOf("GET", "/b", { ...headers, "content-length": "5" }), "InvalidRequest");
  assertEquals(
    codeOf("GET", "/b", { ...headers, "transfer-encoding": "chunked" }),
    "InvalidRequest",
  );
});

const PRESIGNED: HeaderMap = {
  "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
  "X-Amz-Credential": `${EXAMPLE.accessKeyId}/20260102/us-east-1/s3/aws4_request`,
  "X-Amz-Date": STAMP,
  "X-Amz-Expires": "60",
  "X-Amz-SignedHeaders": "host",
  "X-Amz-Signature": "0".repeat(64),
};

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

function signV2(stringToSign: string): string {
  return createHmac("sha1", EXAMPLE.secretAccessKey).update(stringToSign).digest("base64");
}

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

Deno.test("parameters that no SigV2 signature covers are not taken for headers", () => {
  const expires = String(Date.parse(NOW) / 1000 + 60);
  const signature = encodeURIComponent(signV2(`PUT\n\n\n${expires}\n/b/k`));
  const url =
    `/b/k?AWSAccessKeyId=${EXAMPLE.accessKeyId}&Signature=${signature}&Expires=${expires}`;
  assertEquals(accepts("PUT", `${url}&x-amz-copy-source=b/other`, {}).hoisted, false);
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
