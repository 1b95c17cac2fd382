import pLimit from "p-limit";
import type { FairTurn } from "../../flow/fair_turn.ts";
import { CasError } from "../cas/cas_error.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { FileRange } from "../cas/cas_options.ts";
import {
  type FetchSource,
  type Reconstruction,
  sourceOf,
  type Span,
} from "../cas/reconstruction.ts";
import { XetFormatError } from "../error.ts";
import type { Term } from "../format/mod.ts";
import { ChunkList } from "../hash/mod.ts";
import { decodeSource, type SourceChunks } from "./source_chunks.ts";

/** A range of a file in memory. */
export interface FileWindow {
  /** Exactly the bytes of the range. */
  readonly pieces: readonly Uint8Array[];
  /** The chunks that touch the range, if they were hashed. */
  readonly chunks: ChunkList;
  /** Where in the file the first of them begins. */
  readonly start: number;
}

/** How a window is read. */
export interface WindowOptions {
  /** Whether the chunks are hashed. */
  readonly hashes: boolean;
  readonly turn: FairTurn;
  readonly signal: AbortSignal;
}

/** Sources of one window that are fetched at once. */
const SOURCES_IN_FLIGHT = 3;
/** How often new URLs are asked for when those that came are refused as expired. */
const RENEWALS = 2;

/**
 * Reads a range of a file: reconstruction, stored bytes, decoding, trimming. Every term must decode
 * to the length that the reconstruction gives.
 *
 * @param cas Where from.
 * @param hash The file hash in printed form.
 * @param range Which bytes.
 * @param options How.
 * @throws CasError or XetFormatError; never gives fewer bytes.
 */
export async function readWindow(
  cas: CasClient,
  hash: string,
  range: FileRange,
  options: WindowOptions,
): Promise<FileWindow> {
  for (let renewals = 0;; renewals++) {
    const reconstruction = await cas.reconstruction(hash, range, { signal: options.signal });
    const { terms, start } = wantedTerms(reconstruction, range);
    try {
      const sources = await fetchSources(cas, reconstruction, terms, options);
      return assemble(reconstruction, terms, sources, start, range);
    } catch (error) {
      const expired = error instanceof CasError && error.status === 403;
      if (!expired || renewals === RENEWALS) throw error;
    }
  }
}

/** Drops whole terms beyond the range, which a CAS that does not trim would send. */
function wantedTerms({ offset, terms }: Reconstruction, { first, last }: FileRange): {
  readonly terms: readonly Term[];
  readonly start: number;
} {
  const [leading] = terms;
  if (leading === undefined || offset >= leading.length || offset > first) {
    throw new XetFormatError(`The reconstruction of a file has nothing for its byte ${first}`);
  }
  const start = first - offset;
  let position = start;
  const wanted = terms.filter(({ length }) => {
    const needed = position <= last;
    position += length;
    return needed;
  });
  if (position <= last) {
    throw new XetFormatError(
      `The reconstruction of a file ends at byte ${position}, before byte ${last}`,
    );
  }
  return { terms: wanted, start };
}

async function fetchSources(
  cas: CasClient,
  reconstruction: Reconstruction,
  terms: readonly Term[],
  { hashes, turn, signal }: WindowOptions,
): Promise<ReadonlyMap<FetchSource, SourceChunks>> {
  const wanted = new Map<FetchSource, Span>();
  for (const term of terms) {
    const source = sourceOf(reconstruction, term);
    const known = wanted.get(source) ?? term;
    wanted.set(source, {
      start: Math.min(known.start, term.start),
      end: Math.max(known.end, term.end),
    });
  }
  const limit = pLimit(SOURCES_IN_FLIGHT);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const fetches = [...wanted].map(([source, span]) =>
    limit(async (): Promise<[FetchSource, SourceChunks]> => {
      either.throwIfAborted();
      const decoded = await cas.fetchRange(
        source,
        (body) => decodeSource(body, source.chunks, span, hashes, turn),
        { signal: either },
      );
      return [source, decoded];
    })
  );
  try {
    return new Map(await Promise.all(fetches));
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(fetches);
    throw error;
  }
}

function assemble(
  reconstruction: Reconstruction,
  terms: readonly Term[],
  sources: ReadonlyMap<FetchSource, SourceChunks>,
  start: number,
  { first, last }: FileRange,
): FileWindow {
  const pieces: Uint8Array[] = [];
  const chunks = new ChunkList();
  let position = start;
  for (const term of terms) {
    const decoded = sources.get(sourceOf(reconstruction, term));
    const end = position + term.length;
    for (const piece of decoded?.take(term, chunks) ?? []) {
      const from = Math.max(0, first - position);
      const to = Math.min(piece.length, last + 1 - position);
      if (from < to) pieces.push(piece.subarray(from, to));
      position += piece.length;
    }
    if (position !== end) {
      throw new XetFormatError(
        `Chunks ${term.start} to ${term.end} of a xorb decode to ` +
          `${position - end + term.length} bytes instead of ${term.length}`,
      );
    }
  }
  return { pieces, chunks, start };
}
