import { LRUCache } from "lru-cache";
import type { Credential } from "./credential.ts";
import type { CredentialScope } from "./credential_scope.ts";
import { hmacSha256 } from "./hmac.ts";

const MAX_CACHED_KEYS = 1000;

interface CachedKey {
  /** The key was made of this secret; a pair whose secret was changed must not find it. */
  readonly secret: string;
  readonly key: Uint8Array;
}

/**
 * Makes SigV4 signing keys and keeps those that have verified something: date and region come from the
 * client, so that others would push the useful ones out.
 */
export class SigningKeys {
  readonly #cache = new LRUCache<string, CachedKey>({ max: MAX_CACHED_KEYS });

  /** The key of a scope: the chain of HMACs over date, region, service and terminator. */
  get(credential: Credential, scope: CredentialScope): Uint8Array {
    const cached = this.#cache.get(cacheName(credential, scope));
    if (cached?.secret === credential.secretAccessKey) return cached.key;
    return ["s3", "aws4_request"].reduce(
      hmacSha256,
      hmacSha256(
        hmacSha256(`AWS4${credential.secretAccessKey}`, scope.date),
        scope.region,
      ),
    );
  }

  /** Keeps a key that has proved right. */
  keep(credential: Credential, scope: CredentialScope, key: Uint8Array): void {
    this.#cache.set(cacheName(credential, scope), { secret: credential.secretAccessKey, key });
  }
}

function cacheName(credential: Credential, scope: CredentialScope): string {
  return `${scope.scope} ${credential.accessKeyId}`;
}
