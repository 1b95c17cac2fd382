/** The JSON of reconstruction queries, in both versions and for batches. */

import type { ByteRange } from "./byte_ranges.ts";
import type { StoredFile } from "./file_store.ts";
import {
  type ChunkRange,
  type FetchRange,
  fetchRanges,
  planReconstruction,
  type ReconstructionTerm,
} from "./reconstruction.ts";
import type { TableOf } from "./shard_checks.ts";

/** Makes a URL for byte ranges of a xorb. */
export type SignUrl = (xorb: string, ranges: readonly ByteRange[]) => string;

/** What answers are made of. */
export interface AnswerTools {
  readonly tableOf: TableOf;
  readonly sign: SignUrl;
  /** Whether one URL of a v2 answer may stand for several ranges. */
  readonly multirange: boolean;
}

/** So long the ranges of one URL may get, so that it stays below 8 KiB. */
const MAX_RANGES_TEXT = 6000;

interface FetchEntryV1 {
  readonly range: ChunkRange;
  readonly url: string;
  readonly url_range: ByteRange;
}

interface FetchEntryV2 {
  readonly url: string;
  readonly ranges: readonly FetchRange[];
}

/** The answer of `GET /v1/reconstructions/{hash}`. */
export function answerV1(file: StoredFile, range: ByteRange | undefined, tools: AnswerTools) {
  const { offset, terms } = planReconstruction(file, range, tools.tableOf);
  return { offset_into_first_range: offset, terms, fetch_info: fetchInfo(terms, tools) };
}

/** The answer of `GET /v2/reconstructions/{hash}`. */
export function answerV2(file: StoredFile, range: ByteRange | undefined, tools: AnswerTools) {
  const { offset, terms } = planReconstruction(file, range, tools.tableOf);
  const xorbs: Record<string, FetchEntryV2[]> = {};
  for (const [hash, fetches] of fetchRanges(terms, tools.tableOf)) {
    xorbs[hash] = groupFetches(fetches, tools.multirange).map((ranges) => ({
      url: tools.sign(hash, ranges.map(({ bytes }) => bytes)),
      ranges,
    }));
  }
  return { offset_into_first_range: offset, terms, xorbs };
}

/** The answer of a batch: the terms of each file, and what to fetch for all of them together. */
export function answerBatch(files: ReadonlyMap<string, StoredFile>, tools: AnswerTools) {
  const byFile: Record<string, readonly ReconstructionTerm[]> = {};
  const all: ReconstructionTerm[] = [];
  for (const [hash, file] of files) {
    const { terms } = planReconstruction(file, undefined, tools.tableOf);
    byFile[hash] = terms;
    for (const term of terms) all.push(term);
  }
  return { files: byFile, fetch_info: fetchInfo(all, tools) };
}

function fetchInfo(terms: readonly ReconstructionTerm[], tools: AnswerTools) {
  const info: Record<string, FetchEntryV1[]> = {};
  for (const [hash, fetches] of fetchRanges(terms, tools.tableOf)) {
    info[hash] = fetches.map(({ chunks, bytes }) => ({
      range: chunks,
      url: tools.sign(hash, [bytes]),
      url_range: bytes,
    }));
  }
  return info;
}

function groupFetches(fetches: readonly FetchRange[], multirange: boolean): FetchRange[][] {
  if (!multirange) return fetches.map((fetch) => [fetch]);
  const groups: FetchRange[][] = [];
  let group: FetchRange[] = [];
  let length = 0;
  for (const fetch of fetches) {
    // The comma is escaped in the URL.
    const added = `${fetch.bytes.start}-${fetch.bytes.end}%2C`.length;
    if (group.length > 0 && length + added > MAX_RANGES_TEXT) {
      groups.push(group);
      [group, length] = [[], 0];
    }
    group.push(fetch);
    length += added;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
