import type { Signer } from "../../support/sign_requests.ts";
import {
  type Authentication,
  AUTHENTICATIONS,
  isPresigned,
  rewritten,
  withHeaders,
} from "./authentications.ts";
import { type Forgery, forgery, type RefusalCode } from "./forgeries.ts";

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
const YEAR_S = 365 * DAY_S;

/** A signer whose clock is off by so many seconds. */
export const shifted = (signer: Signer, seconds: number): Signer => ({
  ...signer,
  now: new Date(signer.now.getTime() + seconds * 1000),
});

/** Signatures of another time, and of a longer life, than they can have. */
export function timeForgeries(name: Authentication): readonly Forgery[] {
  if (!isPresigned(name)) return skewForgeries(name);
  return name === "query v4" ? presignedV4Forgeries() : presignedV2Forgeries();
}

function skewForgeries(name: Authentication): readonly Forgery[] {
  const sign = AUTHENTICATIONS[name];
  const off = [16 * MINUTE_S, 15 * MINUTE_S + 1, HOUR_S, DAY_S, YEAR_S].flatMap((s) => [s, -s]);
  const later = name === "header v4"
    ? { "x-amz-date": "20260615T120000Z" }
    : { Date: "Mon, 15 Jun 2026 12:00:00 GMT" };
  return [
    ...off.map((seconds) =>
      forgery(
        `${name}: made ${seconds} s off`,
        "RequestTimeTooSkewed",
        ({ request }, signer) => sign(request, shifted(signer, seconds)),
      )
    ),
    forgery(
      `${name}: a later time written in`,
      "SignatureDoesNotMatch",
      ({ request }, signer) => withHeaders(sign(request, shifted(signer, -HOUR_S)), later),
    ),
  ];
}

function presignedV4Forgeries(): readonly Forgery[] {
  const sign = AUTHENTICATIONS["query v4"];
  const at = (code: RefusalCode, offSeconds: number, life: number): Forgery =>
    forgery(
      `query v4: made ${offSeconds} s off for ${life} s`,
      code,
      ({ request }, signer) => sign(request, shifted(signer, offSeconds), life),
    );
  const rewrittenLife = (code: RefusalCode, text: string): Forgery =>
    forgery(
      `query v4: a life of ${text} written in`,
      code,
      ({ request }, signer) =>
        rewritten(sign(request, shifted(signer, -HOUR_S), 60), "Expires=60", `Expires=${text}`),
    );
  return [
    at("AccessDenied", -HOUR_S, 60),
    at("AccessDenied", -16 * MINUTE_S, 15 * MINUTE_S),
    at("AccessDenied", -YEAR_S, 7 * DAY_S),
    at("AccessDenied", -300, 300),
    at("AccessDenied", 0, 0),
    at("AccessDenied", 16 * MINUTE_S, 300),
    at("AccessDenied", YEAR_S, 300),
    at("AuthorizationQueryParametersError", 0, 7 * DAY_S + 1),
    at("AuthorizationQueryParametersError", 0, YEAR_S),
    at("AuthorizationQueryParametersError", 0, -1),
    at("AuthorizationQueryParametersError", 0, NaN),
    rewrittenLife("SignatureDoesNotMatch", "6000"),
    rewrittenLife("AuthorizationQueryParametersError", "60.5"),
    forgery(
      "query v4: a later time written in",
      "SignatureDoesNotMatch",
      ({ request }, signer) =>
        rewritten(sign(request, shifted(signer, -HOUR_S)), "T110000Z", "T120000Z"),
    ),
  ];
}

function presignedV2Forgeries(): readonly Forgery[] {
  const sign = AUTHENTICATIONS["query v2"];
  return [
    ...[0, -1, -16 * MINUTE_S, -YEAR_S, 7 * DAY_S + 1, YEAR_S, NaN].map((seconds) =>
      forgery(
        `query v2: over in ${seconds} s`,
        "AccessDenied",
        ({ request }, signer) => sign(request, signer, seconds),
      )
    ),
    forgery(
      "query v2: a longer life written in",
      "SignatureDoesNotMatch",
      ({ request }, signer) =>
        rewritten(
          sign(request, signer, -1),
          /Expires=\d+/,
          `Expires=${signer.now.getTime() / 1000 + 300}`,
        ),
    ),
  ];
}
