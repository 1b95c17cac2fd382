import type { FairTurn } from "../../flow/fair_turn.ts";
import { XetFormatError } from "../error.ts";
import { chunkHash, equalHashes } from "../hash/mod.ts";
import { Block } from "./block.ts";

/** What the name of a block's file says. */
export interface BlockName {
  /** The xorb's hash in printed form. */
  readonly xorb: string;
  /** The index in the xorb of the first chunk. */
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

/** Hash and length of a chunk, the latter as u32 little endian. */
const RECORD = 36;

/** The name of a block's file. */
export function blockFileName({ xorb, first, end }: BlockName): string {
  return `${xorb}-${first}-${end}`;
}

/** What a name says; undefined if it is not one of a block's file. */
export function parseBlockFileName(name: string): BlockName | undefined {
  const match = /^([0-9a-f]{64})-(\d{1,5})-(\d{1,5})$/.exec(name);
  const [, xorb = "", first, end] = match ?? [];
  return match === null ? undefined : { xorb, first: Number(first), end: Number(end) };
}

/** Bytes of a block's file. */
export function blockFileSize({ lengths, size }: Block): number {
  return lengths.length * RECORD + size;
}

/** What stands in front of the chunks in a block's file; undefined for chunks without hashes. */
export function blockFileHead({ lengths, hashes }: Block): Uint8Array<ArrayBuffer> | undefined {
  if (hashes === undefined) return undefined;
  const head = new Uint8Array(lengths.length * RECORD);
  const view = new DataView(head.buffer);
  lengths.forEach((length, i) => {
    head.set(hashes.subarray(i * 32, i * 32 + 32), i * RECORD);
    view.setUint32(i * RECORD + 32, length, true);
  });
  return head;
}

/**
 * Reads a block's file: disks forget, so every chunk is hashed again.
 *
 * @param name What the file's name says.
 * @param bytes What it holds; becomes the block's.
 * @param turn Lets others have their turn.
 * @throws XetFormatError if it is not what it was.
 */
export async function readBlockFile(
  { xorb, first, end }: BlockName,
  bytes: Uint8Array<ArrayBuffer>,
  turn: FairTurn,
): Promise<Block> {
  const count = end - first;
  const damaged = () => new XetFormatError(`A cached block of xorb ${xorb} is damaged`);
  if (count < 1 || bytes.length < count * RECORD) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * RECORD);
  const lengths = Uint32Array.from(
    { length: count },
    (_, i) => view.getUint32(i * RECORD + 32, true),
  );
  const hashes = new Uint8Array(count * 32);
  const data = bytes.subarray(count * RECORD);
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    const hash = bytes.subarray(i * RECORD, i * RECORD + 32);
    const chunk = data.subarray(at, at += length);
    if (!equalHashes(turn.run(() => chunkHash(chunk)), hash)) throw damaged();
    hashes.set(hash, i * 32);
    await turn.pause();
  }
  if (at !== data.length) throw damaged();
  return new Block({ xorb, first, lengths, hashes, data });
}
