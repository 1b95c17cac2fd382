import type { Credential } from "../auth/credential.ts";
import { hmacSha256, signaturesEqual } from "../auth/hmac.ts";

/** Ties text that a client brings back to whom it was given. */
export interface TokenSeal {
  /** The seal of a text, 32 hex digits. */
  of(text: string): string;
  /** Whether a seal is that of the text; takes as long wherever they differ. */
  isOf(text: string, seal: string): boolean;
}

/**
 * The seal of a key pair: the same after a restart and in every replica, and nobody else's.
 *
 * @param credential The pair; without one, where nobody has any, all have the same seal.
 */
export function tokenSeal(credential?: Credential): TokenSeal {
  const { accessKeyId = "", secretAccessKey = "" } = credential ?? {};
  const key = hmacSha256(secretAccessKey, `hugbucket continuation ${accessKeyId}`);
  const of = (text: string) => hmacSha256(key, text).toHex().slice(0, 32);
  return { of, isOf: (text, seal) => signaturesEqual(of(text), seal) };
}
