import * as v from "valibot";

const Continuation = v.strictObject({
  after: v.pipe(v.string(), v.minLength(1)),
  cursor: v.exactOptional(v.string()),
});

/** Where a listing goes on: after this name; the store's cursor spares the way there. */
export type Continuation = v.InferOutput<typeof Continuation>;

/** The opaque, URL-safe text of a continuation: it survives restarts and deletions. */
export function writeContinuation(continuation: Continuation): string {
  const bytes = new TextEncoder().encode(JSON.stringify(continuation));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Reads what {@linkcode writeContinuation} wrote; undefined for anything else. A forged token can only
 * choose a place in a listing that its sender may read anyway.
 */
export function readContinuation(token: string): Continuation | undefined {
  try {
    const bytes = Uint8Array.fromBase64(token, { alphabet: "base64url" });
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const parsed = v.safeParse(Continuation, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    // Not base64url, UTF-8 or JSON: the same answer as for a wrong shape.
    return undefined;
  }
}
