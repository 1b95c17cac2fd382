/**
 * The URLs that stored xorb bytes are fetched by: signed, bound to a set of byte ranges, and
 * short-lived.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { type ByteRange, parseByteRanges, printByteRanges } from "./byte_ranges.ts";
import { CasError } from "./cas_error.ts";

/** The first part of the path of a data URL, below the CAS's own URL. */
export const DATA_PATH = "data";

/** Makes and checks data URLs. */
export interface SignedUrls {
  /** A URL below `base` (no slash at its end) for these bytes of a xorb; `ranges` ascend. */
  sign(base: string, xorb: string, ranges: readonly ByteRange[]): string;
  /**
   * The ranges that a request's query is signed for. Throws a 403 when the signature is wrong or
   * the time is over.
   */
  verify(xorb: string, query: string): readonly ByteRange[];
}

/** What data URLs are made with. */
export interface SignedUrlOptions {
  readonly secret: Uint8Array;
  readonly lifetimeSeconds: () => number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Opens the data URLs of a CAS. */
export function signedUrls(options: SignedUrlOptions): SignedUrls {
  const signature = (xorb: string, ranges: string, expires: string): Buffer =>
    createHmac("sha256", options.secret).update(`${xorb}\n${ranges}\n${expires}`).digest();
  return {
    sign(base, xorb, ranges) {
      const printed = printByteRanges(ranges);
      const expires = String(Math.floor(options.now() / 1000) + options.lifetimeSeconds());
      const query = new URLSearchParams({
        "X-Xet-Signed-Range": printed,
        "Expires": expires,
        "Signature": signature(xorb, printed, expires).toString("base64url"),
      });
      return `${base}/${DATA_PATH}/${xorb}?${query}`;
    },
    verify(xorb, query) {
      const parameters = new URLSearchParams(query);
      const printed = parameters.get("X-Xet-Signed-Range") ?? "";
      const expires = parameters.get("Expires") ?? "";
      const given = Buffer.from(parameters.get("Signature") ?? "", "base64url");
      const expected = signature(xorb, printed, expires);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new CasError(403, "The URL's signature is wrong");
      }
      if (Number(expires) * 1000 <= options.now()) throw new CasError(403, "The URL has expired");
      const ranges = parseByteRanges(printed);
      if (ranges === undefined) throw new CasError(403, "The URL is signed for no ranges");
      return ranges;
    },
  };
}
