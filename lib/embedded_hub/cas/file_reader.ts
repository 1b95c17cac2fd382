/** Reads the bytes of a registered file, a chunk at a time. */

import { printHash } from "../../xet/hash/hash.ts";
import { BodyReader } from "./body_reader.ts";
import type { ByteRange } from "./byte_ranges.ts";
import type { StoredFile } from "./file_store.ts";
import { planReconstruction } from "./reconstruction.ts";
import { CHUNK_HEADER_BYTES, decodeChunk, readChunkHeader } from "./xorb_chunk.ts";
import { storedTable, type TableOf } from "./shard_checks.ts";
import type { XorbStore } from "./xorb_store.ts";

/** Streams a file, or the `range` of it (both ends inclusive, within the file). */
export function readStoredFile(
  file: StoredFile,
  range: ByteRange | undefined,
  xorbs: XorbStore,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(fileBytes(file, range, xorbs));
}

async function* fileBytes(
  file: StoredFile,
  range: ByteRange | undefined,
  xorbs: XorbStore,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const tableOf: TableOf = xorbs.table;
  const { offset, terms } = planReconstruction(file, range, tableOf);
  let skip = offset;
  let left = range === undefined ? file.size : range.end - range.start + 1;
  for (const { hash, range: chunks } of terms) {
    const table = storedTable(hash, tableOf);
    const last = table.storedStart(chunks.end) - 1;
    const body = new BodyReader(xorbs.read(hash, table.storedStart(chunks.start), last));
    try {
      for (let index = chunks.start; index < chunks.end; index++) {
        const header = readChunkHeader(await body.take(CHUNK_HEADER_BYTES));
        const bytes = decodeChunk(header, await body.take(header.payloadLength));
        // A copy: a stored chunk is a view of the buffer that later chunks are taken from.
        const wanted = bytes.slice(skip, skip + left);
        skip = 0;
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
      }
    } finally {
      await body.cancel();
    }
  }
}

/** Every chunk of a file in order: its raw hash (a view) and its length. */
export function* fileChunks(file: StoredFile, tableOf: TableOf) {
  for (let index = 0; index < file.terms.count; index++) {
    const term = file.terms.term(index);
    const table = storedTable(printHash(term.xorb), tableOf);
    for (let chunk = term.start; chunk < term.end; chunk++) {
      yield { hash: table.hash(chunk), length: table.length(chunk) };
    }
  }
}
