import { assert, assertEquals, assertThrows } from "@std/assert";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";
import {
  accepts,
  authorization,
  codeOf,
  EMPTY,
  type HeaderMap,
  headerV4,
  NOW,
  signV4,
  STAMP,
} from "./hand_signed.ts";

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
