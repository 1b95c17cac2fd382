/** The opaque cursors of paged listings. */

import { HubError } from "./hub_error.ts";
import type { ScanStart } from "./file_table.ts";

/** A cursor for the page that begins there. */
export function writeCursor(start: ScanStart): string {
  return new TextEncoder().encode(JSON.stringify([start.kind, start.path]))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads a cursor that `writeCursor` made; any other is answered with 400. */
export function readCursor(cursor: string): ScanStart {
  let value: unknown;
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw invalidCursor();
    throw error;
  }
  if (!Array.isArray(value) || value.length !== 2) throw invalidCursor();
  const [kind, path]: readonly unknown[] = value;
  if ((kind !== "from" && kind !== "after") || typeof path !== "string") throw invalidCursor();
  return { kind, path };
}

function invalidCursor(): HubError {
  return new HubError(400, "Invalid cursor");
}
