import type * as crypto from "node:crypto";
import { builtin } from "../flow/builtin.ts";

/**
 * Tells tokens apart without telling them.
 *
 * @throws TypeError in a browser, which has no directory to name either.
 */
export function cacheNameOf(token: string): string {
  const { createHash } = builtin<typeof crypto>("node:crypto") ?? {};
  if (createHash === undefined) throw new TypeError("There is no disk to keep content on");
  return createHash("sha256").update("hugbucket cache\0").update(token).digest("hex").slice(0, 32);
}
