import * as v from "valibot";
import { XetFormatError } from "../error.ts";
import { ChunkList } from "../hash/mod.ts";
import type { FileRecipe } from "./context.ts";
import type { ListedFile } from "./file_part.ts";
import { HEAD_CHUNKS } from "./part_view.ts";

const VERSION = 1;
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const name = { hash, size: count };
const recipe = v.object({
  v: v.literal(VERSION),
  ...name,
  /** Each xorb once. */
  xorbs: v.array(hash),
  /** Index of the xorb, first chunk, the one after the last. */
  terms: v.array(v.tuple([count, count, count])),
  /** 36 bytes a chunk, in base64. */
  chunks: v.string(),
});
const listed = v.object({
  v: v.literal(VERSION),
  ...name,
  list: v.object(name),
  count,
  /** As the chunks of a recipe. */
  head: v.string(),
  tail: v.string(),
});

/**
 * Writes a recipe as text that can be kept: about 50 bytes a chunk, or, if it is kept in the CAS, 500
 * bytes in all.
 *
 * @param recipe What `uploadFile` or `storeRecipe` gave.
 */
export function recipeToText(recipe: FileRecipe | ListedFile): string {
  return JSON.stringify("list" in recipe ? listedRecord(recipe) : recipeRecord(recipe));
}

function recipeRecord({ hash, size, terms, chunks }: FileRecipe): v.InferOutput<typeof recipe> {
  const xorbs = new Map<string, number>();
  const runs = terms.map(({ xorbHash, start, end }): [number, number, number] => {
    const index = xorbs.get(xorbHash) ?? xorbs.size;
    xorbs.set(xorbHash, index);
    return [index, start, end];
  });
  const text = chunks.toBytes().toBase64();
  return { v: VERSION, hash, size, xorbs: [...xorbs.keys()], terms: runs, chunks: text };
}

function listedRecord(file: ListedFile): v.InferOutput<typeof listed> {
  const { hash, size, list, count, head, tail } = file;
  return {
    v: VERSION,
    hash,
    size,
    list: { hash: list.hash, size: list.size },
    count,
    head: head.toBytes().toBase64(),
    tail: tail.toBytes().toBase64(),
  };
}

/**
 * Reads what {@linkcode recipeToText} wrote.
 *
 * @param text The text.
 * @throws XetFormatError if it is anything else.
 */
export function recipeFromText(text: string): FileRecipe | ListedFile {
  const record = parse(text);
  return "list" in record ? listedOf(record) : recipeOf(record);
}

function recipeOf(
  { hash, size, xorbs, terms: runs, chunks: packed }: v.InferOutput<typeof recipe>,
): FileRecipe {
  const chunks = chunksFrom(packed);
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

function listedOf({ v: _, ...record }: v.InferOutput<typeof listed>): ListedFile {
  const [head, tail] = [chunksFrom(record.head), chunksFrom(record.tail)];
  const { count, size } = record;
  const fits = tail.count === 1 && head.count === Math.min(HEAD_CHUNKS, count) &&
    head.totalSize <= size && tail.totalSize <= size;
  if (!fits) throw malformed();
  return { ...record, head, tail };
}

function parse(text: string): v.InferOutput<typeof recipe> | v.InferOutput<typeof listed> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
  const result = v.safeParse(v.union([recipe, listed]), json);
  if (!result.success) throw malformed();
  return result.output;
}

function chunksFrom(text: string): ChunkList {
  try {
    return ChunkList.fromBytes(Uint8Array.fromBase64(text));
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
