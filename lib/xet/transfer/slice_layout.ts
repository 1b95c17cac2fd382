import type { CasClient } from "../cas/cas_client.ts";
import { CasError } from "../cas/cas_error.ts";
import type { FileChunkHashes } from "../cas/file_chunk_hashes.ts";
import type { Term } from "../format/mod.ts";
import { ChunkList, printHash, Subtree, verificationHash } from "../hash/mod.ts";
import type { TransferContext } from "./context.ts";
import { readFileChunks } from "./file_chunks.ts";
import type { FileSlice } from "./file_part.ts";
import type { VerifiedTerm } from "./term_list.ts";

/** What of a slice is taken over without being read. */
export interface SliceMiddle {
  /** Where it begins and ends, in bytes of the file, the end excluded. */
  readonly from: number;
  readonly to: number;
  /** Its chunks. */
  readonly chunks: Subtree;
  readonly terms: readonly VerifiedTerm[];
}

/** How a slice is made of stored chunks. */
export interface SliceLayout {
  /** Its terms, the first and the last only as far as their chunks touch it. */
  readonly terms: readonly Term[];
  /** Absent: its chunks must all be read. */
  readonly middle?: SliceMiddle;
}

/** A term, and the part of it that is in the middle. Positions are in bytes of the file, the end excluded. */
interface MiddleTerm extends Term {
  readonly from: number;
  readonly to: number;
  /** Whether the middle does not begin, or not end, within it. */
  readonly hasStart: boolean;
  readonly hasEnd: boolean;
}

/** Shorter slices are read as a whole: hardly more would be read of them otherwise. */
const MIN_LENGTH = 2 << 20;
/** How a CAS says that it does not serve chunk hashes, or not of this file. */
const UNSERVED: readonly (number | undefined)[] = [400, 404, 405, 416, 501];

/** Where in its new file a slice stands. */
export interface SlicePlace {
  /** Whether nothing comes before it. */
  readonly isFirst: boolean;
  /** Whether nothing comes after it. */
  readonly isLast: boolean;
}

/**
 * Finds out how a slice is made. The CAS tells from where on, and up to where, chunks are the same
 * whatever stands before and after the slice (Xet API, file chunk hashes). It gives a summary of the
 * chunks between, and verifies the terms between. Of the two terms in which these places are, the
 * chunks are read, unless they are known here. An end of the file that stays one needs none of that.
 *
 * @param context Where, and what is known.
 * @param slice Which.
 * @param place Where it goes.
 * @param signal Ends it.
 */
export async function layOutSlice(
  context: TransferContext,
  { hash, size, range }: FileSlice,
  { isFirst, isLast }: SlicePlace,
  signal: AbortSignal,
): Promise<SliceLayout> {
  const { first, last } = range;
  const { terms, offset } = await context.cas.reconstruction(hash, range, { signal });
  if (last + 1 - first < MIN_LENGTH) return { terms };
  const head = isFirst && first === 0 ? [] : [{ first: 0, last: first }];
  const tail = isLast && last === size - 1 ? [] : [{ first: last, last: size - 1 }];
  const answer = await askForHashes(context.cas, hash, [...head, ...tail], signal);
  const between = answer?.hashRanges[head.length];
  if (!answer || !between || answer.windows.length !== head.length + tail.length) return { terms };
  const from = head.length === 0 ? 0 : answer.windows[0]?.dirtyByteRange[1] ?? 0;
  const to = tail.length === 0 ? size : answer.windows.at(-1)?.dirtyByteRange[0] ?? size;
  const verify = (term: MiddleTerm) => verifyPart(context, hash, term, signal);
  const verified = await verifyTerms(
    termsBetween(terms, first - offset, from, to),
    answer.gapVerification,
    verify,
  );
  if (verified === undefined) return { terms };
  return { terms, middle: { from, to, chunks: Subtree.fromJSON(between), terms: verified } };
}

/** Undefined if the CAS does not serve it. */
async function askForHashes(
  cas: CasClient,
  hash: string,
  dirty: readonly { readonly first: number; readonly last: number }[],
  signal: AbortSignal,
): Promise<FileChunkHashes | undefined> {
  try {
    return await cas.fileChunkHashes(hash, dirty, { signal });
  } catch (error) {
    if (error instanceof CasError && UNSERVED.includes(error.status)) return undefined;
    throw error;
  }
}

/** The terms that are at least partly from one place to another; the first begins at `start`. */
function termsBetween(
  terms: readonly Term[],
  start: number,
  from: number,
  to: number,
): MiddleTerm[] {
  const middle: MiddleTerm[] = [];
  let end = start;
  for (const term of terms) {
    const begin = end;
    end += term.length;
    if (end <= from || begin >= to) continue;
    const [hasStart, hasEnd] = [begin >= from, end <= to];
    middle.push({
      ...term,
      from: Math.max(begin, from),
      to: Math.min(end, to),
      hasStart,
      hasEnd,
    });
  }
  return middle;
}

/** Undefined if the answer's hashes, for the terms that are whole, do not fit the terms. */
async function verifyTerms(
  terms: readonly MiddleTerm[],
  gapVerification: readonly string[],
  verify: (term: MiddleTerm) => Promise<VerifiedTerm | undefined>,
): Promise<readonly VerifiedTerm[] | undefined> {
  const whole = terms.filter(({ hasStart, hasEnd }) => hasStart && hasEnd);
  if (whole.length !== gapVerification.length) return undefined;
  const known = new Map(whole.map((term, i) => [term, gapVerification[i]]));
  const verified = await Promise.all(terms.map((term) => {
    const verification = known.get(term);
    const { xorbHash, length, start, end } = term;
    return verification === undefined
      ? verify(term)
      : { xorbHash, length, start, end, verification };
  }));
  const good = verified.filter((term) => term !== undefined);
  return good.length === verified.length ? good : undefined;
}

/** The part of a term that is in the middle; undefined if its chunks are not those of the term. */
async function verifyPart(
  context: TransferContext,
  hash: string,
  term: MiddleTerm,
  signal: AbortSignal,
): Promise<VerifiedTerm | undefined> {
  const { xorbHash, from, to } = term;
  // The middle ends where the last chunk begins that the slice touches, and that ends the last term.
  const end = term.hasEnd ? term.end : term.end - 1;
  const start = term.hasStart ? term.start : await chunkAt(context.cas, hash, from, signal);
  const hashes = context.known?.hashesOf(xorbHash, start, end) ??
    await readHashes(context, hash, { first: from, last: to - 1 }, signal);
  if (hashes.length !== (end - start) * 32) return undefined;
  const verification = printHash(verificationHash(hashes));
  return { xorbHash, length: to - from, start, end, verification };
}

/** The index in its xorb of the chunk that begins at a place of a file. */
async function chunkAt(
  cas: CasClient,
  hash: string,
  position: number,
  signal: AbortSignal,
): Promise<number> {
  const range = { first: position, last: position };
  const { terms } = await cas.reconstruction(hash, range, { signal });
  return terms[0]?.start ?? 0;
}

async function readHashes(
  context: TransferContext,
  hash: string,
  range: { readonly first: number; readonly last: number },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks = new ChunkList();
  for await (const chunk of readFileChunks(context, hash, range, signal)) {
    chunks.push(chunk.hash, chunk.size);
  }
  return chunks.hashes();
}
