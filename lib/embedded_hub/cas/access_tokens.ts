/**
 * The access tokens of the CAS: compact, signed, self-contained.
 *
 * A token is base64url(JSON claims) "." base64url(HMAC-SHA256 of the first part). The hub side
 * issues them with its xet-read-token and xet-write-token routes; the CAS verifies them. `write`
 * includes `read` (Xet's documentation, "Authentication").
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { CasError } from "./cas_error.ts";

/** What a token allows. */
export type TokenScope = "read" | "write";

/** What a token says. */
export interface TokenClaims {
  readonly scope: TokenScope;
  /** The repo (bucket id) that it was issued for. */
  readonly repo: string;
  /** When it ends, in unix seconds. */
  readonly exp: number;
}

/** Issues and verifies tokens under one secret. */
export interface AccessTokens {
  /** Makes a token. */
  issue(claims: TokenClaims): string;
  /** Reads a token. Throws a 401 when it is not one of ours or has ended. */
  verify(token: string): TokenClaims;
}

/**
 * @param secret the signing key, at least 32 bytes, kept with the data so that tokens survive a
 *   restart
 * @param now the time in unix milliseconds
 */
export function accessTokens(secret: Uint8Array, now: () => number): AccessTokens {
  const sign = (text: string): Buffer => createHmac("sha256", secret).update(text).digest();
  return {
    issue({ scope, repo, exp }) {
      const text = Buffer.from(JSON.stringify({ scope, repo, exp })).toString("base64url");
      return `${text}.${sign(text).toString("base64url")}`;
    },
    verify(token) {
      const dot = token.indexOf(".");
      const text = token.slice(0, Math.max(dot, 0));
      const given = Buffer.from(token.slice(dot + 1), "base64url");
      const expected = sign(text);
      if (dot < 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new CasError(401, "The access token is not valid");
      }
      // The signature says that `issue` wrote it, with exactly these fields.
      const claims = JSON.parse(Buffer.from(text, "base64url").toString()) as TokenClaims;
      if (claims.exp * 1000 <= now()) throw new CasError(401, "The access token has expired");
      return claims;
    },
  };
}

/**
 * The claims of a request's `Authorization: Bearer`. Throws a 401 without one, a 403 when its scope
 * is too small.
 */
export function authorize(
  tokens: Pick<AccessTokens, "verify">,
  headers: Headers,
  scope: TokenScope,
): TokenClaims {
  const match = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "");
  const token = match?.[1];
  if (token === undefined) throw new CasError(401, "An access token is required");
  const claims = tokens.verify(token);
  if (scope === "write" && claims.scope !== "write") {
    throw new CasError(403, "The access token's scope is read, this needs write");
  }
  return claims;
}
