import * as v from "valibot";
import { XetFormatError } from "../error.ts";
import { ChunkList } from "../hash/mod.ts";
import type { FileRecipe } from "./context.ts";

const VERSION = 1;
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const schema = v.object({
  v: v.literal(VERSION),
  hash,
  size: count,
  /** Each xorb once. */
  xorbs: v.array(hash),
  /** Index of the xorb, first chunk, the one after the last. */
  terms: v.array(v.tuple([count, count, count])),
  /** 36 bytes a chunk, in base64. */
  chunks: v.string(),
});

/**
 * Writes a recipe as text that can be kept: about 50 bytes a chunk.
 *
 * @param recipe What `uploadFile` or `composeFiles` gave.
 */
export function recipeToText(recipe: FileRecipe): string {
  const xorbs = new Map<string, number>();
  const terms = recipe.terms.map(({ xorbHash, start, end }) => {
    const index = xorbs.get(xorbHash) ?? xorbs.size;
    xorbs.set(xorbHash, index);
    return [index, start, end] as const;
  });
  return JSON.stringify(
    {
      v: VERSION,
      hash: recipe.hash,
      size: recipe.size,
      xorbs: [...xorbs.keys()],
      terms,
      chunks: recipe.chunks.toBytes().toBase64(),
    } satisfies DeepReadonly<v.InferOutput<typeof schema>>,
  );
}

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/**
 * Reads what {@linkcode recipeToText} wrote.
 *
 * @param text The text.
 * @throws XetFormatError if it is anything else.
 */
export function recipeFromText(text: string): FileRecipe {
  const { hash, size, xorbs, terms: runs, chunks: packed } = parse(text);
  const chunks = ChunkList.fromBytes(fromBase64(packed));
  let first = 0;
  const terms = runs.map(([xorb, start, end]) => {
    const xorbHash = xorbs[xorb];
    const next = first + end - start;
    if (xorbHash === undefined || start >= end || next > chunks.count) throw malformed();
    let length = 0;
    for (; first < next; first++) length += chunks.size(first);
    return { xorbHash, length, start, end };
  });
  if (first !== chunks.count || chunks.totalSize !== size) throw malformed();
  return { hash, size, terms, chunks };
}

function parse(text: string): v.InferOutput<typeof schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
  const result = v.safeParse(schema, json);
  if (!result.success) throw malformed();
  return result.output;
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): XetFormatError {
  return new XetFormatError(
    "A file recipe is malformed",
    cause === undefined ? undefined : { cause },
  );
}
