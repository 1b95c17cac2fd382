import * as v from "valibot";

/** A page of one level: where it begins, and what stands before it. */
export interface LevelPlace {
  readonly cursor: string;
  /** The key of the last line before the page; a directory with its final `/`. */
  readonly passed: string;
}

/**
 * A place in a walk from which everything that is still to come can be found: the Hub's cursors of the
 * pages to read next. `flat` walks all files of a prefix, `level` one directory; `tail` walks what sorts
 * behind the gateway's own files, through a page of the root level (`outer`) into a directory (`inner`).
 * `near` walks the files that share so much of the key that the listing got to, and then those that share less.
 * What is absent is the start.
 */
export type Position =
  | { readonly kind: "flat"; readonly cursor?: string }
  | { readonly kind: "near"; readonly length: number; readonly cursor?: string }
  | { readonly kind: "level"; readonly place?: LevelPlace }
  | { readonly kind: "tail"; readonly outer?: LevelPlace; readonly inner?: string };

/** What a position belongs to: it means nothing for another listing. */
export interface Listing {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter?: string;
}

const Place = v.pipe(
  v.strictTuple([v.string(), v.string()]),
  v.transform(([cursor, passed]): LevelPlace => ({ cursor, passed })),
);
const Where = v.variant("kind", [
  v.strictObject({ kind: v.literal("flat"), cursor: v.string() }),
  v.strictObject({
    kind: v.literal("near"),
    length: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    cursor: v.exactOptional(v.string()),
  }),
  v.strictObject({ kind: v.literal("level"), place: Place }),
  v.strictObject({
    kind: v.literal("tail"),
    outer: v.exactOptional(Place),
    inner: v.exactOptional(v.string()),
  }),
]);
const Cursor = v.strictTuple([v.string(), v.string(), v.nullable(v.string()), Where]);

/** The opaque text of a position, bound to its listing. Undefined where it would spare nothing. */
export function writePosition(listing: Listing, position: Position): string | undefined {
  const where = wireOf(position);
  if (where === undefined) return undefined;
  return JSON.stringify([listing.bucket, listing.prefix, listing.delimiter ?? null, where]);
}

function wireOf(position: Position): object | undefined {
  switch (position.kind) {
    case "flat":
      return position.cursor === undefined ? undefined : position;
    case "near":
      return position;
    case "level":
      return position.place && { kind: "level", place: tupleOf(position.place) };
    case "tail": {
      const { kind, outer, inner } = position;
      if (outer === undefined && inner === undefined) return undefined;
      return { kind, outer: outer && tupleOf(outer), inner };
    }
    default:
      return position satisfies never;
  }
}

const tupleOf = ({ cursor, passed }: LevelPlace): readonly string[] => [cursor, passed];

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
  const [bucket, prefix, delimiter, where] = parsed.output;
  const ours = bucket === listing.bucket && prefix === listing.prefix &&
    delimiter === (listing.delimiter ?? null) &&
    (where.kind === "level") === (listing.delimiter === "/");
  return ours ? where : undefined;
}
