/**
 * Reads a xorb as it is uploaded, chunk by chunk: parsed, decompressed, hashed and written in one
 * pass.
 */

import { crc64nvme } from "../../xet/engine/mod.ts";
import { printHash } from "../../xet/hash/hash.ts";
import { chunkHash, TreeHasher } from "../../xet/hash/tree.ts";
import type { BlobWriter } from "../storage/blob_files.ts";
import type { BodyReader } from "./body_reader.ts";
import { refused } from "./cas_error.ts";
import { CHUNK_HEADER_BYTES, decodeChunk, isFooterStart, readChunkHeader } from "./xorb_chunk.ts";
import { packXorbTable, type TableEntry, type XorbTable } from "./xorb_table.ts";

/**
 * The most bytes of a xorb that are taken: 64 MiB and some slack for the headers of incompressible
 * chunks.
 */
export const MAX_XORB_BYTES = 64 * 1024 * 1024 + 64 * 1024;

/** The most chunks in a xorb. */
export const MAX_XORB_CHUNKS = 8192;

/** What was read of an upload. */
export interface ReceivedXorb {
  /** The printed hash of the chunks, or `undefined` when they were not looked into. */
  readonly hash: string | undefined;
  readonly table: XorbTable;
  /** The bytes written: the chunk records, without a footer. */
  readonly length: number;
  /** CRC-64/NVME of those bytes. */
  readonly crc: bigint;
}

/** How to read an upload. */
export interface ReceiveOptions {
  /** Whether to decompress and hash; without it chunk hashes are left zero. */
  readonly verify: boolean;
  /** Whether to compute the CRC, which only grants need. */
  readonly crc: boolean;
  /**
   * What to do with a footer: plain uploads ignore one, grants are for the chunk sequence alone.
   */
  readonly footer: "ignore" | "refuse";
}

const UNKNOWN_HASH = new Uint8Array(32);

/**
 * Reads the chunk records of `body` to its end and writes them. Throws a 400 for anything malformed
 * or too large.
 */
export async function receiveXorb(
  body: BodyReader,
  writer: BlobWriter,
  options: ReceiveOptions,
): Promise<ReceivedXorb> {
  const tree = new TreeHasher();
  const entries: TableEntry[] = [];
  let length = 0;
  let uncompressed = 0;
  let crc = 0n;
  for (;;) {
    const start = await body.peek(CHUNK_HEADER_BYTES);
    if (start.length === 0) break;
    if (isFooterStart(start)) {
      if (options.footer === "refuse") throw refused("There are bytes after the last chunk");
      await body.drain(MAX_XORB_BYTES);
      break;
    }
    const header = readChunkHeader(start);
    const recordLength = CHUNK_HEADER_BYTES + header.payloadLength;
    if (entries.length === MAX_XORB_CHUNKS) {
      throw refused(`The xorb has more than ${MAX_XORB_CHUNKS} chunks`);
    }
    if (length + recordLength > MAX_XORB_BYTES) throw refused("The xorb is larger than 64 MiB");
    const record = await body.take(recordLength);
    if (record.length < recordLength) throw refused("The xorb ends inside a chunk");
    let hash = UNKNOWN_HASH;
    if (options.verify) {
      hash = chunkHash(decodeChunk(header, record.subarray(CHUNK_HEADER_BYTES)));
      tree.add(hash, header.uncompressedLength);
    }
    if (options.crc) crc = crc64nvme(record, crc);
    await writer.write(record);
    length += recordLength;
    uncompressed += header.uncompressedLength;
    entries.push({ hash, storedEnd: length, uncompressedEnd: uncompressed });
  }
  if (entries.length === 0) throw refused("The xorb is empty");
  return {
    hash: options.verify ? printHash(tree.root()) : undefined,
    table: packXorbTable(entries),
    length,
    crc,
  };
}
