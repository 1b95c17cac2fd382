import { FairTurn } from "../../flow/fair_turn.ts";
import { Composer } from "./composer.ts";
import type { TransferContext, TransferOptions } from "./context.ts";
import {
  type FileName,
  type FilePart,
  type FileSlice,
  joinParts,
  type LazyPart,
  wholeFile,
} from "./file_part.ts";
import { FileWriter } from "./file_writer.ts";
import { MAX_EDGE_LENGTH, type PartEdges, readEdges } from "./part_edges.ts";
import { PartsAhead } from "./parts_ahead.ts";
import { type PartView, viewOf } from "./part_view.ts";
import type { RecipeReaderOptions } from "./recipe_reader.ts";
import { layOutSlice, type SliceLayout } from "./slice_layout.ts";

/** Parts of which the edges are read ahead. */
const PARTS_AHEAD = 16;

/** A part, and what has been found out about it. */
type PreparedPart =
  | { readonly kind: "view"; readonly part: PartView; readonly edges: PartEdges }
  | {
    readonly kind: "slice";
    readonly context: TransferContext;
    readonly slice: FileSlice;
    readonly layout: SliceLayout;
  };

/**
 * Makes one file of several, or of parts of them, with the hash that it would have if it had been
 * uploaded in one piece.
 *
 * A cut depends only on the bytes since the cut before it. So at each border it is enough to cut
 * anew from the start of the left part's last chunk, until a cut falls on the end of a chunk of the
 * right part: from there on the cuts are those of the right part, whose chunks are referenced and
 * not moved. Where cuts never meet (zeros, periodic data) the right part is read back and cut anew
 * as it is streamed through.
 *
 * @param context Where the parts are, and the file goes.
 * @param parts In order. They were cut by this program, or as hf_xet does: by other rules, cuts differ.
 * @param options `signal` ends it.
 * @returns The whole, which is registered.
 */
export async function composeFiles(
  context: TransferContext,
  parts: readonly (FilePart | LazyPart)[],
  options: TransferOptions = {},
): Promise<FileName> {
  const joined = joinParts(parts);
  const only = joined.length === 1 ? partAt(joined, 0) : undefined;
  const whole = only && wholeFile(only);
  if (whole !== undefined) return whole;
  const { budget, cas, turn = new FairTurn() } = context;
  const writer = new FileWriter(context, { ...options, composed: true });
  const aheadLease = budget.tryAcquire(
    PARTS_AHEAD * MAX_EDGE_LENGTH,
    budget.limit / 2, // held while waiting for more: as with downloads, never all there is
  );
  const reading = { cas, turn, signal: writer.signal };
  const ahead = new PartsAhead(
    joined.length,
    aheadLease === undefined ? 0 : PARTS_AHEAD,
    (i) => prepare({ ...context, turn }, joined, i, reading),
  );
  try {
    using composer = new Composer(writer, reading);
    for (let i = 0; i < joined.length; i++) {
      const isLast = i === joined.length - 1;
      const next = await ahead.take(i);
      if (next.kind === "view") await composer.addPart(next.part, next.edges, isLast);
      else await composer.addSlice(next.context, next.slice, next.layout, isLast);
    }
    aheadLease?.release();
    return await composer.finish();
  } catch (error) {
    await writer.abandon(error);
    throw error;
  } finally {
    await ahead.close();
    aheadLease?.release();
  }
}

function partAt(parts: readonly (FilePart | LazyPart)[], index: number): FilePart {
  const part = parts[index];
  if (part === undefined) throw new RangeError(`There is no part ${index}`);
  return "read" in part ? part.read() : part;
}

async function prepare(
  context: TransferContext,
  parts: readonly (FilePart | LazyPart)[],
  index: number,
  reading: RecipeReaderOptions,
): Promise<PreparedPart> {
  const part = partAt(parts, index);
  const place = { isFirst: index === 0, isLast: index === parts.length - 1 };
  if ("range" in part) {
    const from = { ...context, cas: part.cas ?? context.cas };
    const layout = await layOutSlice(from, part, place, reading.signal);
    return { kind: "slice", context: from, slice: part, layout };
  }
  const view = viewOf(context, part);
  return { kind: "view", part: view, edges: await readEdges(view, place, reading) };
}
