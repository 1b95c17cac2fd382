import type { AuthRequest } from "../../lib/auth/auth_request.ts";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import type { Credential } from "../../lib/auth/credential.ts";
import { parseTarget } from "../../lib/http/request_target.ts";

/** The documentation's key pair. */
export const EXAMPLE: Credential = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** An authenticator that knows just the documentation's key pair, at a fixed time. */
export function exampleAuthenticator(now: Date | string): Authenticator {
  return new Authenticator({
    lookup: (id) => id === EXAMPLE.accessKeyId ? EXAMPLE : undefined,
    now: () => new Date(now),
  });
}

/** A request as the gateway hands it over. Header values are strings of bytes. */
export function requestOf(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
  hostBucket?: string,
): AuthRequest {
  const entries = Array.isArray(headers) ? headers : Object.entries(headers);
  return {
    method,
    ...parseTarget(url),
    headers: new Headers(entries.map(([name, value]) => [name, value])),
    ...(hostBucket !== undefined && { hostBucket }),
  };
}
