import * as v from "valibot";
import type { ContinuationSeal } from "./context.ts";

const Continuation = v.strictObject({
  after: v.pipe(v.string(), v.minLength(1)),
  cursor: v.exactOptional(v.string()),
  seal: v.string(),
});

/** Where a listing goes on: after this name; the store's cursor spares the way there. */
export interface Continuation {
  readonly after: string;
  readonly cursor?: string;
}

/** What a continuation belongs to. */
export interface ContinuationScope {
  /** The bucket that is listed; empty for the list of buckets. */
  readonly bucket: string;
  /** Whose it is. */
  readonly seal: ContinuationSeal;
}

/**
 * The opaque, URL-safe text of a continuation: it survives restarts and deletions, and is good for one bucket
 * and one key pair.
 */
export function writeContinuation(
  { after, cursor }: Continuation,
  scope: ContinuationScope,
): string {
  const place = { after, ...(cursor !== undefined && { cursor }) };
  const sealed = { ...place, seal: scope.seal.of(sealedText(place, scope)) };
  const bytes = new TextEncoder().encode(JSON.stringify(sealed));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads what {@linkcode writeContinuation} wrote for the same scope; undefined for anything else. */
export function readContinuation(
  token: string,
  scope: ContinuationScope,
): Continuation | undefined {
  try {
    const bytes = Uint8Array.fromBase64(token, { alphabet: "base64url" });
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const parsed = v.safeParse(Continuation, JSON.parse(text));
    if (!parsed.success) return undefined;
    const { seal, ...place } = parsed.output;
    return scope.seal.isOf(sealedText(place, scope), seal) ? place : undefined;
  } catch {
    // Not base64url, UTF-8 or JSON: the same answer as for a wrong shape.
    return undefined;
  }
}

const sealedText = ({ after, cursor }: Continuation, { bucket }: ContinuationScope): string =>
  JSON.stringify([bucket, after, cursor ?? null]);
