import {
  type Authentication,
  AUTHENTICATIONS,
  rewritten,
  withHeaders,
  withoutParameter,
  withParameter,
} from "./authentications.ts";
import { type Forgery, forgery, type RefusalCode } from "./forgeries.ts";

/** Signatures of which a part is missing, doubled or senseless. */
export function malformedForgeries(name: Authentication): readonly Forgery[] {
  const sign = AUTHENTICATIONS[name];
  const of = (
    what: string,
    code: RefusalCode,
    break_: (signed: ReturnType<typeof sign>) => ReturnType<Forgery["forge"]>,
  ): Forgery =>
    forgery(`${name}: ${what}`, code, ({ request }, signer) => break_(sign(request, signer)));
  const text = (what: string, code: RefusalCode, from: string | RegExp, to: string): Forgery =>
    of(what, code, (signed) => rewritten(signed, from, to));
  switch (name) {
    case "header v4": {
      const code = "AuthorizationHeaderMalformed";
      return [
        ...["Credential", "SignedHeaders", "Signature"].flatMap((component) => [
          text(`no ${component}`, code, new RegExp(`${component}=[^,]*(, )?`), ""),
          text(`an empty ${component}`, code, new RegExp(`${component}=[^,]*`), `${component}=`),
          text(`${component} twice`, code, new RegExp(`(${component}=[^,]*)`), "$1, $1"),
        ]),
        text("a component that is none", code, "Signature=", "Token=t, Signature="),
        text("nothing but the scheme", code, / .*/, ""),
        text("no key", code, "TESTKEY", ""),
        text("a header of no name signed", code, "SignedHeaders=", "SignedHeaders=;"),
        text("an asymmetric signature", "NotImplemented", "HMAC-SHA256", "ECDSA-P256-SHA256"),
        of("no date", "AccessDenied", (signed) => withHeaders(signed, { "x-amz-date": undefined })),
        forgery(
          `${name}: a date that is none`,
          "AccessDenied",
          ({ request }, signer) =>
            withHeaders(sign(request, signer), { "x-amz-date": "20261315T120000Z" }),
        ),
        forgery(
          `${name}: no hash of a body`,
          "InvalidRequest",
          ({ request }, signer) =>
            request.body === undefined || request.body.length === 0
              ? undefined
              : withHeaders(sign(request, signer), { "x-amz-content-sha256": undefined }),
        ),
        forgery(
          `${name}: a hash that is none`,
          "InvalidArgument",
          ({ request }, signer) =>
            sign(withHeaders(request, { "x-amz-content-sha256": "x" }), signer),
        ),
        of(
          "the hash of a body replaced",
          "SignatureDoesNotMatch",
          (signed) => withHeaders(signed, { "x-amz-content-sha256": "0".repeat(64) }),
        ),
      ];
    }
    case "query v4": {
      const code = "AuthorizationQueryParametersError";
      const names = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"]
        .map((parameter) => `X-Amz-${parameter}`);
      return [
        ...names.flatMap((parameter) => [
          of(`no ${parameter}`, code, (signed) => withoutParameter(signed, parameter)),
          of(`${parameter} twice`, code, (signed) => withParameter(signed, `${parameter}=x`)),
        ]),
        text("another algorithm", code, "HMAC-SHA256", "HMAC-SHA512"),
        text("an asymmetric signature", "NotImplemented", "HMAC-SHA256", "ECDSA-P256-SHA256"),
        text("no key", code, "TESTKEY", ""),
        text("a date that is none", code, "Date=2026", "Date=x026"),
        of(
          "a security token added",
          "InvalidToken",
          (signed) => withParameter(signed, "X-Amz-Security-Token=t"),
        ),
        of(
          "a hash of the body added",
          "SignatureDoesNotMatch",
          (signed) => withParameter(signed, "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"),
        ),
        text("no signed header", code, "SignedHeaders=", "SignedHeaders=%3B"),
      ];
    }
    case "header v2":
      return [
        text("no signature", "InvalidArgument", /:.*/, ""),
        text("an empty signature", "InvalidArgument", /:.*/, ":"),
        text("no key", "InvalidArgument", "TESTKEY", ""),
        text("nothing but the scheme", "InvalidArgument", / .*/, ""),
        of("no date", "AccessDenied", (signed) => withHeaders(signed, { Date: undefined })),
        of(
          "a date that is none",
          "AccessDenied",
          (signed) => withHeaders(signed, { Date: "today" }),
        ),
        of(
          "a second date",
          "SignatureDoesNotMatch",
          (signed) => withHeaders(signed, { "x-amz-date": "Mon, 15 Jun 2026 12:00:00 GMT" }),
        ),
      ];
    case "query v2":
      return ["AWSAccessKeyId", "Expires", "Signature"].flatMap((parameter) => [
        of(`no ${parameter}`, "AccessDenied", (signed) => withoutParameter(signed, parameter)),
        of(
          `an empty ${parameter}`,
          "AccessDenied",
          (signed) => withParameter(withoutParameter(signed, parameter), `${parameter}=`),
        ),
      ]);
    default:
      return name satisfies never;
  }
}
