import * as v from "valibot";
import { XetFormatError } from "../xet/error.ts";
import type { FileRecipe } from "../xet/transfer/context.ts";
import type { LazyPart, ListedFile } from "../xet/transfer/file_part.ts";
import { recipeFromText, recipeToText } from "../xet/transfer/recipe_text.ts";

/** Names content of the CAS. */
export interface ContentName {
  /** The Xet hash in printed form, 64 hex digits. */
  readonly hash: string;
  /** Length in bytes. */
  readonly size: number;
}

/** A range of content that some bucket holds: composing moves just what is at its ends. */
export interface ContentSlice extends ContentName {
  /** Inclusive positions inside the content. */
  readonly range: { readonly first: number; readonly last: number };
  /** The bucket with whose rights it is read, `namespace/name`. Default: the one composed in. */
  readonly id?: string;
}

/** What content can be composed of. */
export type ContentPart = FileRecipe | ListedFile | ContentSlice;

/** How the text of a slice begins, and that of no recipe. */
const SLICE = '{"slice":';
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const slice = v.object({
  slice: v.object({
    hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    size: count,
    range: v.object({ first: count, last: count }),
    id: v.string(),
  }),
});

/** Writes a part as text that can be kept. */
export function partToText(part: FileRecipe | ListedFile | Required<ContentSlice>): string {
  if (!("range" in part)) return recipeToText(part);
  const { hash, size, range: { first, last }, id } = part;
  return JSON.stringify({ slice: { hash, size, range: { first, last }, id } });
}

/**
 * Reads what {@linkcode partToText} wrote; a recipe only when it is needed.
 *
 * @param text The text.
 * @param length Bytes of the part.
 * @throws XetFormatError, or the part does when it is read, if it is anything else.
 */
export function partFromText(text: string, length: number): ContentSlice | LazyPart {
  if (!text.startsWith(SLICE)) return { length, read: () => recipeFromText(text) };
  const parsed = v.safeParse(slice, parse(text));
  if (!parsed.success) throw new XetFormatError("A slice is malformed");
  return parsed.output.slice;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new XetFormatError("A slice is malformed", { cause });
  }
}
