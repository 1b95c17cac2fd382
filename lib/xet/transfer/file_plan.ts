import type { FileRange } from "../cas/cas_options.ts";
import { type FetchSource, type Reconstruction, sourceOf } from "../cas/reconstruction.ts";
import { XetFormatError } from "../error.ts";
import type { Term } from "../format/mod.ts";

/** A term, where it is in the file, and where its chunks are. */
export interface PlannedTerm {
  readonly term: Term;
  readonly source: FetchSource;
  /** Where in the file it begins. */
  readonly position: number;
  /** Which term uses the same source next. */
  readonly nextUse: number | undefined;
}

/**
 * The terms of a range in file order.
 *
 * @param reconstruction What the CAS answered. Whole terms beyond the range, which a CAS that does
 * not trim would send, are left out.
 * @param range What it was asked for.
 * @throws XetFormatError if it does not give the whole range.
 */
export function planTerms(
  reconstruction: Reconstruction,
  { first, last }: FileRange,
): readonly PlannedTerm[] {
  const { offset, terms } = reconstruction;
  if (offset >= (terms[0]?.length ?? 0) || offset > first) {
    throw new XetFormatError(`The reconstruction of a file has nothing for its byte ${first}`);
  }
  const planned: { term: Term; source: FetchSource; position: number; nextUse?: number }[] = [];
  const lastUse = new Map<FetchSource, number>();
  let position = first - offset;
  for (const [i, term] of terms.entries()) {
    if (position > last) break;
    const source = sourceOf(reconstruction, term);
    const before = planned[lastUse.get(source) ?? -1];
    if (before !== undefined) before.nextUse = i;
    lastUse.set(source, i);
    planned.push({ term, source, position });
    position += term.length;
  }
  if (position > last) return planned.map((one) => ({ nextUse: undefined, ...one }));
  throw new XetFormatError(
    `The reconstruction of a file ends at byte ${position}, before byte ${last}`,
  );
}
