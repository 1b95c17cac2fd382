import * as v from "valibot";
import type { Term } from "../format/mod.ts";
import { XetFormatError } from "../error.ts";

/** Positions of a sequence: chunks with `end` exclusive, or bytes with `end` inclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a run of chunks of a xorb can be fetched: one range of one URL. */
export interface FetchSource {
  /** Signed, short-lived; never to be logged, and fetched without a token. */
  readonly url: string;
  /** Chunk indices in the xorb; `end` is exclusive. */
  readonly chunks: Span;
  /** Positions in the stored xorb; `end` is inclusive, as in a Range header. */
  readonly bytes: Span;
}

/** How a file, or a range of it, is put together. The same for both versions of the API. */
export interface Reconstruction {
  /** Bytes to skip at the start of the first term. */
  readonly offset: number;
  /** The terms in file order, trimmed to whole chunks that touch the range. */
  readonly terms: readonly Term[];
  /** For each xorb its sources; each term lies inside one of them. */
  readonly sources: ReadonlyMap<string, readonly FetchSource[]>;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const span = v.object({ start: count, end: count });
const hash = v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{64}$/), v.toLowerCase());
const common = {
  offset_into_first_range: count,
  terms: v.array(v.object({ hash, unpacked_length: count, range: span })),
};
const version1 = v.object({
  ...common,
  fetch_info: v.record(hash, v.array(v.object({ range: span, url: v.string(), url_range: span }))),
});
const version2 = v.object({
  ...common,
  xorbs: v.record(
    hash,
    v.array(v.object({
      url: v.string(),
      ranges: v.array(v.object({ chunks: span, bytes: span })),
    })),
  ),
});

/**
 * Reads the answer of `/v1/reconstructions/{hash}`.
 *
 * @param json The parsed body.
 * @throws XetFormatError if it is not one.
 */
export function readReconstructionV1(json: unknown): Reconstruction {
  const answer = parse(version1, json);
  const sources = new Map<string, FetchSource[]>();
  for (const [xorb, entries] of Object.entries(answer.fetch_info)) {
    sources.set(
      xorb,
      entries.map(({ url, range, url_range }) => ({ url, chunks: range, bytes: url_range })),
    );
  }
  return checked(answer, sources);
}

/**
 * Reads the answer of `/v2/reconstructions/{hash}`. Several ranges of one URL become a source each:
 * a signed set of ranges allows each of its members alone.
 *
 * @param json The parsed body.
 * @throws XetFormatError if it is not one.
 */
export function readReconstructionV2(json: unknown): Reconstruction {
  const answer = parse(version2, json);
  const sources = new Map<string, FetchSource[]>();
  for (const [xorb, entries] of Object.entries(answer.xorbs)) {
    sources.set(
      xorb,
      entries.flatMap(({ url, ranges }) => ranges.map((range) => ({ url, ...range }))),
    );
  }
  return checked(answer, sources);
}

/**
 * The source that holds a term.
 *
 * @param reconstruction What the CAS answered.
 * @param term One of its terms.
 * @throws XetFormatError if there is none.
 */
export function sourceOf(reconstruction: Reconstruction, term: Term): FetchSource {
  const found = reconstruction.sources.get(term.xorbHash)?.find(({ chunks }) =>
    chunks.start <= term.start && term.end <= chunks.end
  );
  if (found === undefined) {
    throw new XetFormatError(
      `The reconstruction has no source for chunks ${term.start} to ${term.end} of a xorb`,
    );
  }
  return found;
}

function parse<T extends v.GenericSchema>(schema: T, json: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  // Only where it is wrong: the values may hold signed URLs.
  const place = v.getDotPath(result.issues[0]) ?? "its top";
  throw new XetFormatError(`The CAS sent a reconstruction that is malformed at ${place}`);
}

function checked(
  answer: v.InferOutput<v.ObjectSchema<typeof common, undefined>>,
  sources: ReadonlyMap<string, readonly FetchSource[]>,
): Reconstruction {
  const terms = answer.terms.map(({ hash: xorbHash, unpacked_length: length, range }) => ({
    xorbHash,
    length,
    ...range,
  }));
  for (const { start, end } of terms) {
    if (start >= end) throw new XetFormatError("The CAS sent a reconstruction with an empty term");
  }
  for (const entries of sources.values()) {
    for (const { chunks, bytes } of entries) {
      if (chunks.start >= chunks.end || bytes.start > bytes.end) {
        throw new XetFormatError("The CAS sent a reconstruction with an empty source");
      }
    }
  }
  const reconstruction = { offset: answer.offset_into_first_range, terms, sources };
  for (const term of terms) sourceOf(reconstruction, term);
  return reconstruction;
}
