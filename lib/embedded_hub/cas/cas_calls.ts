/** All calls of the CAS. */

import type { CasParts } from "./cas_parts.ts";
import { queryCalls } from "./query_calls.ts";
import { reconstructionCalls } from "./reconstruction_calls.ts";
import { uploadCalls } from "./upload_calls.ts";

/** The calls of a CAS, by name. */
export type CasCalls = ReturnType<typeof casCalls>;

/** Puts the calls together. */
export function casCalls(parts: CasParts) {
  return { ...uploadCalls(parts), ...queryCalls(parts), ...reconstructionCalls(parts) };
}
