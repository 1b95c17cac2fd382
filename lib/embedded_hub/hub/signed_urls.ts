/** Download URLs that carry their own permission, as those of the Hub's CDN do: signed, and valid for a while. */

import { HubError } from "./hub_error.ts";

/** Signs and checks targets (path and query). */
export interface SignedUrls {
  /** Adds `Expires` (seconds since 1970) and `Signature` to a path with its query parameters. */
  sign(path: string, query: URLSearchParams, expires: number): Promise<string>;
  /** Throws a 403 unless path and query were signed by `sign` and `nowSeconds` is not past the end. */
  verify(path: string, query: URLSearchParams, nowSeconds: number): Promise<void>;
}

/** Makes a signer from a secret of 32 bytes. */
export async function createSignedUrls(secret: Uint8Array): Promise<SignedUrls> {
  const key = await crypto.subtle.importKey(
    "raw",
    new Uint8Array(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );
  const encoder = new TextEncoder();
  const message = (path: string, query: URLSearchParams): Uint8Array<ArrayBuffer> =>
    encoder.encode(`${path}?${query}`);
  return {
    async sign(path, query, expires) {
      const signed = new URLSearchParams(query);
      signed.set("Expires", String(expires));
      const signature = await crypto.subtle.sign("HMAC", key, message(path, signed));
      signed.set("Signature", new Uint8Array(signature).toHex());
      return `${path}?${signed}`;
    },
    async verify(path, query, nowSeconds) {
      const signed = new URLSearchParams(query);
      const signature = signed.get("Signature") ?? "";
      signed.delete("Signature");
      const valid = /^[0-9a-f]{64}$/.test(signature) &&
        await crypto.subtle.verify(
          "HMAC",
          key,
          Uint8Array.fromHex(signature),
          message(path, signed),
        );
      if (!valid) throw new HubError(403, "SignatureDoesNotMatch");
      if (Number(signed.get("Expires")) < nowSeconds) {
        throw new HubError(403, "Request has expired");
      }
    },
  };
}
