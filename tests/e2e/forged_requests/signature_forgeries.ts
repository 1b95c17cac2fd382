/**
 * Requests that were not made, or not so, by somebody who holds the secret.
 *
 * @module
 */

import { isSignedByV2, type Signer } from "../../support/sign_requests.ts";
import {
  atPath,
  type Authentication,
  AUTHENTICATION_NAMES,
  AUTHENTICATIONS,
  isPresigned,
  isV4,
  rewritten,
  withHeaders,
  withoutParameter,
  withParameter,
} from "./authentications.ts";
import { OTHER_CREDENTIAL } from "./fixture.ts";
import { type Forgery, forgery, type RefusalCode } from "./forgeries.ts";
import type { Row } from "./rows.ts";
import { timeForgeries } from "./time_forgeries.ts";
import { malformedForgeries } from "./malformed_forgeries.ts";

/** Who sends it does not hold the secret. */
export const SENDER_FORGERIES: readonly Forgery[] = [
  ...unsignedForgeries(),
  ...AUTHENTICATION_NAMES.flatMap(secretForgeries),
];

/** Something of the request is not what was signed: its address, its query, its headers. */
export const REQUEST_FORGERIES: readonly Forgery[] = [
  ...AUTHENTICATION_NAMES.flatMap((name) => [
    ...addressForgeries(name),
    ...queryForgeries(name),
    ...headerForgeries(name),
  ]),
];

/** The signature itself is none, whatever it signs. */
export const SIGNATURE_FORGERIES: readonly Forgery[] = [
  ...AUTHENTICATION_NAMES.flatMap((name) => [
    ...timeForgeries(name),
    ...malformedForgeries(name),
    ...isV4(name) ? scopeForgeries(name) : [],
  ]),
  ...doubleForgeries(),
];

function unsignedForgeries(): readonly Forgery[] {
  const schemes = ["Bearer x", "Basic eDp5", "", "AWS4", "AWS4-HMAC-SHA512 x", "aws TESTKEY:x"];
  return [
    forgery("no signature", "AccessDenied", ({ request }) => request),
    forgery(
      "no signature, from another origin",
      "AccessDenied",
      ({ request }) => withHeaders(request, { Origin: "https://example.org" }),
    ),
    ...schemes.map((Authorization) =>
      forgery(
        `Authorization "${Authorization}"`,
        "InvalidArgument",
        ({ request }) => withHeaders(request, { Authorization }),
      )
    ),
  ];
}

function secretForgeries(name: Authentication): readonly Forgery[] {
  const sign = AUTHENTICATIONS[name];
  const by = (what: string, code: RefusalCode, other: Partial<Signer>): Forgery =>
    forgery(
      `${name}: ${what}`,
      code,
      ({ request }, signer) => sign(request, { ...signer, ...other }),
    );
  const withSignature = (what: string, change: (signature: string) => string): Forgery =>
    forgery(`${name}: ${what}`, "SignatureDoesNotMatch", ({ request }, signer) => {
      const signed = sign(request, signer);
      const written = (text: string) => name === "query v2" ? encodeURIComponent(text) : text;
      return rewritten(signed, written(signed.signature), written(change(signed.signature)));
    });
  return [
    by("another secret", "SignatureDoesNotMatch", { secretAccessKey: "wrong" }),
    by("an empty secret", "SignatureDoesNotMatch", { secretAccessKey: "" }),
    by("the secret of another key", "SignatureDoesNotMatch", {
      secretAccessKey: OTHER_CREDENTIAL.secretAccessKey,
    }),
    by("an unknown key", "InvalidAccessKeyId", { accessKeyId: "UNKNOWN" }),
    by("an unknown key and an empty secret", "InvalidAccessKeyId", {
      accessKeyId: "UNKNOWN",
      secretAccessKey: "",
    }),
    by("a key of another case", "InvalidAccessKeyId", { accessKeyId: "testkey" }),
    withSignature("a signature that is cut", (signature) => signature.slice(0, -1)),
    withSignature("a signature that goes on", (signature) => `${signature}0`),
    withSignature("a signature of noughts", (signature) => signature.replace(/[^=]/g, "0")),
  ];
}

function addressForgeries(name: Authentication): readonly Forgery[] {
  const sign = AUTHENTICATIONS[name];
  /** Signs the request as one of another path and sends it as it is. */
  const movedFrom = (what: string, other: (row: Row) => string | undefined): Forgery =>
    forgery(`${name}: signed for ${what}`, "SignatureDoesNotMatch", (row, signer) => {
      const path = other(row);
      if (path === undefined) return undefined;
      const own = row.request.target.split("?")[0] ?? "";
      return atPath(sign(atPath(row.request, path), signer), own);
    });
  return [
    ...["GET", "HEAD", "PUT", "DELETE"].map((method) =>
      forgery(`${name}: signed for ${method}`, "SignatureDoesNotMatch", ({ request }, signer) => {
        if (method === request.method) return undefined;
        return { ...sign({ ...request, method }, signer), method: request.method };
      })
    ),
    movedFrom(
      "another bucket",
      ({ kind, key }) => kind === "object" ? `/third-bucket/${key}` : "/third-bucket",
    ),
    movedFrom(
      "another key",
      ({ kind, bucket }) => kind === "object" ? `/${bucket}/another` : undefined,
    ),
    movedFrom(
      "bucket and key in the other order",
      ({ kind, bucket, key }) => kind === "object" ? `/${key}/${bucket}` : undefined,
    ),
    movedFrom("the service", ({ kind }) => kind === "service" ? undefined : "/"),
    movedFrom(
      "the bucket of the key",
      ({ kind, bucket }) => kind === "object" ? `/${bucket}` : undefined,
    ),
  ];
}

function queryForgeries(name: Authentication): readonly Forgery[] {
  const sign = AUTHENTICATIONS[name];
  const covers = (parameter: string): boolean => isV4(name) || isSignedByV2(parameter);
  const mismatch = (what: string, forge: Forgery["forge"]): Forgery =>
    forgery(`${name}: ${what}`, "SignatureDoesNotMatch", forge);
  return [
    ...["versionId=null", "acl", ...isV4(name) ? ["x=1", "prefix="] : []].map((added) =>
      mismatch(
        `${added} added`,
        ({ request }, signer) => withParameter(sign(request, signer), added),
      )
    ),
    mismatch(
      "a parameter taken away",
      ({ request }, signer) =>
        withoutParameter(sign(withParameter(request, "versionId=null"), signer), "versionId"),
    ),
    mismatch("a parameter doubled", ({ query, request }, signer) => {
      const [parameter, value] = query.find(([parameter]) => covers(parameter)) ?? [];
      if (parameter === undefined) return undefined;
      return withParameter(sign(request, signer), `${parameter}=${value}`);
    }),
    mismatch("a parameter with another value", ({ query, request }, signer) => {
      const [parameter, value] = query.find(([parameter]) => covers(parameter)) ?? [];
      if (parameter === undefined) return undefined;
      const own = value === "" ? parameter : `${parameter}=${value}`;
      const other = `${parameter}=${value}0`;
      const signed = sign({ ...request, target: request.target.replace(own, other) }, signer);
      return { ...signed, target: signed.target.replace(other, own) };
    }),
    mismatch("the sub-resource taken away", ({ query, request }, signer) => {
      const [parameter] = query[0] ?? [];
      if (parameter === undefined || !covers(parameter)) return undefined;
      return withoutParameter(sign(request, signer), parameter);
    }),
    mismatch("the sub-resource added", ({ query, request }, signer) => {
      const [parameter, value] = query[0] ?? [];
      if (parameter === undefined || !covers(parameter)) return undefined;
      const signed = sign(withoutParameter(request, parameter), signer);
      return withParameter(signed, value === "" ? parameter : `${parameter}=${value}`);
    }),
  ];
}

function headerForgeries(name: Authentication): readonly Forgery[] {
  const sign = AUTHENTICATIONS[name];
  const added = isV4(name) ? "AccessDenied" : "SignatureDoesNotMatch";
  const note = { "x-amz-meta-note": "signed" };
  const of = (what: string, code: RefusalCode, forge: Forgery["forge"]): Forgery =>
    forgery(`${name}: ${what}`, code, forge);
  const both = [
    of(
      "an x-amz header added",
      added,
      ({ request }, signer) => withHeaders(sign(request, signer), { "x-amz-meta-forged": "1" }),
    ),
    of(
      "an x-amz header added in the case of another",
      added,
      ({ request }, signer) => withHeaders(sign(request, signer), { "X-Amz-Acl": "private" }),
    ),
    of(
      "an x-amz header taken away",
      "SignatureDoesNotMatch",
      ({ request }, signer) =>
        withHeaders(sign(withHeaders(request, note), signer), { "x-amz-meta-note": undefined }),
    ),
    of(
      "an x-amz header with another value",
      "SignatureDoesNotMatch",
      ({ request }, signer) =>
        withHeaders(sign(withHeaders(request, note), signer), { "x-amz-meta-note": "forged" }),
    ),
    of(
      "a copy source added",
      added,
      ({ request }, signer) =>
        "x-amz-copy-source" in request.headers
          ? undefined
          : withHeaders(sign(request, signer), { "x-amz-copy-source": "other-bucket/k" }),
    ),
    of(
      "a copy source with another value",
      "SignatureDoesNotMatch",
      ({ request }, signer) =>
        "x-amz-copy-source" in request.headers
          ? withHeaders(sign(request, signer), { "x-amz-copy-source": "other-bucket/k" })
          : undefined,
    ),
    of(
      "a security token",
      "InvalidToken",
      ({ request }, signer) => sign(withHeaders(request, { "x-amz-security-token": "t" }), signer),
    ),
  ];
  if (!isV4(name)) return both;
  return [
    ...both,
    of(
      "host unsigned",
      "AccessDenied",
      ({ request }, signer) =>
        sign(withHeaders(request, { "x-note": "1" }), { ...signer, unsigned: ["host"] }),
    ),
    of(
      "for another host",
      "SignatureDoesNotMatch",
      ({ request }, signer) =>
        withHeaders(sign(request, { ...signer, host: "example.org" }), { Host: signer.host }),
    ),
    of(
      "an x-amz header unsigned",
      "AccessDenied",
      ({ request }, signer) =>
        sign(withHeaders(request, note), { ...signer, unsigned: ["x-amz-meta-note"] }),
    ),
    of("all x-amz headers unsigned", "AccessDenied", ({ request }, signer) => {
      const headers = Object.keys(request.headers).filter((header) => header.startsWith("x-amz-"));
      const unsigned = [...headers, "x-amz-date", "x-amz-content-sha256"];
      return isPresigned(name) && headers.length === 0
        ? undefined
        : sign(request, { ...signer, unsigned });
    }),
  ];
}

function scopeForgeries(name: Authentication): readonly Forgery[] {
  const sign = AUTHENTICATIONS[name];
  const malformed = isPresigned(name)
    ? "AuthorizationQueryParametersError"
    : "AuthorizationHeaderMalformed";
  const scoped = (scope: Signer["scope"] & object): Forgery =>
    forgery(
      `${name}: scope with ${Object.values(scope)}`,
      malformed,
      ({ request }, signer) => sign(request, { ...signer, scope }),
    );
  const slash = isPresigned(name) ? "%2F" : "/";
  const of = (what: string, code: RefusalCode, from: string, to: string): Forgery =>
    forgery(
      `${name}: ${what}`,
      code,
      ({ request }, signer) => rewritten(sign(request, signer), from, to),
    );
  return [
    scoped({ service: "sts" }),
    scoped({ service: "S3" }),
    scoped({ service: "s3express" }),
    scoped({ terminator: "aws5_request" }),
    scoped({ date: "20260614" }),
    scoped({ date: "today" }),
    scoped({ region: "" }),
    of("another region written in", "SignatureDoesNotMatch", "us-east-1", "eu-west-1"),
    of("another service written in", malformed, `${slash}s3${slash}`, `${slash}iam${slash}`),
    of("the terminator cut", malformed, `${slash}aws4_request`, ""),
    of("another key written in", "SignatureDoesNotMatch", "TESTKEY", "OTHERKEY"),
  ];
}

/** One signature is enough; of two the gateway would have to choose which one counts. */
function doubleForgeries(): readonly Forgery[] {
  const pair = (first: Authentication, second: Authentication): Forgery =>
    forgery(
      `${first} and ${second} at once`,
      "InvalidArgument",
      ({ request }, signer) =>
        AUTHENTICATIONS[second](AUTHENTICATIONS[first](request, signer), signer),
    );
  const forged = (good: Authentication, bad: Authentication): Forgery =>
    forgery(`${good} and a forged ${bad} at once`, "InvalidArgument", ({ request }, signer) => {
      const forged = AUTHENTICATIONS[bad](request, { ...signer, secretAccessKey: "wrong" });
      return AUTHENTICATIONS[good](forged, signer);
    });
  const headers: readonly Authentication[] = ["header v4", "header v2"];
  const queries: readonly Authentication[] = ["query v4", "query v2"];
  const mixed = headers.flatMap((header) => queries.map((query) => [header, query] as const));
  return [
    ...mixed.map(([header, query]) => pair(query, header)),
    ...mixed.map(([header, query]) => forged(header, query)),
    pair("query v2", "query v4"),
    forged("query v4", "query v2"),
    forgery("two Authorization headers", "AuthorizationHeaderMalformed", ({ request }, signer) => {
      const { headers } = AUTHENTICATIONS["header v2"](request, signer);
      return withHeaders(AUTHENTICATIONS["header v4"](request, signer), {
        authorization: headers.Authorization,
      });
    }),
  ];
}

/** All of them. */
export const ALL_FORGERIES: readonly Forgery[] = [
  ...SENDER_FORGERIES,
  ...REQUEST_FORGERIES,
  ...SIGNATURE_FORGERIES,
];
