import * as v from "valibot";

/**
 * A place in a walk from which everything that is still to come can be found: the Hub's cursors of the
 * pages to read next. `flat` walks all files of a prefix, `level` one directory; `tail` walks what sorts
 * behind the gateway's own files, through a page of the root level (`outer`) into a directory (`inner`).
 * An absent cursor is the start.
 */
export type Position =
  | { readonly kind: "flat" | "level"; readonly cursor?: string }
  | { readonly kind: "tail"; readonly outer?: string; readonly inner?: string };

/** What a position belongs to: it means nothing for another listing. */
export interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter?: string;
}

const OptionalText = v.nullable(v.string());
const Cursor = v.strictTuple([
  v.string(),
  v.string(),
  OptionalText,
  v.picklist(["flat", "level", "tail"]),
  OptionalText,
  OptionalText,
]);

/** The opaque text of a position, bound to its listing. Undefined where it would spare nothing. */
export function writePosition(listing: Listing, position: Position): string | undefined {
  const [first, second] = position.kind === "tail"
    ? [position.outer, position.inner]
    : [position.cursor];
  if (first === undefined && second === undefined) return undefined;
  return JSON.stringify([
    listing.bucket,
    listing.prefix,
    listing.delimiter ?? null,
    position.kind,
    first ?? null,
    second ?? null,
  ]);
}

/** Reads what {@linkcode writePosition} wrote for this listing; undefined for anything else. */
export function readPosition(listing: Listing, text: string): Position | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not ours. A listing without a position is as right, it only takes longer.
    return undefined;
  }
  const parsed = v.safeParse(Cursor, json);
  if (!parsed.success) return undefined;
  const [bucket, prefix, delimiter, kind, first, second] = parsed.output;
  const ours = bucket === listing.bucket && prefix === listing.prefix &&
    delimiter === (listing.delimiter ?? null) &&
    (kind === "level") === (listing.delimiter === "/");
  if (!ours) return undefined;
  if (kind === "tail") {
    return {
      kind,
      ...(first !== null && { outer: first }),
      ...(second !== null && { inner: second }),
    };
  }
  return { kind, ...(first !== null && { cursor: first }) };
}
