import { createHash } from "node:crypto";

/** Tells tokens apart without telling them. */
export function cacheNameOf(token: string): string {
  return createHash("sha256").update("hugbucket cache\0").update(token).digest("hex").slice(0, 32);
}
