/**
 * Where an embedded CAS keeps the bytes of its xorbs and of its shards: the interface, with one body
 * on disk and one in memory.
 */

/** A blob on its way in. Exactly one of `commit` and `abort` ends it. */
export interface BlobWriter {
  /** Appends bytes; the caller may reuse the buffer once the promise resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the bytes durable and then visible under this printed hash, at once and as a whole,
   * replacing what was there.
   */
  commit(hash: string): Promise<void>;
  /** Forgets what was written. */
  abort(): Promise<void>;
}

/** A store of xorbs, or of shards, by printed hash (64 lower-case hex digits). */
export interface BlobFiles {
  /** Begins a blob. */
  begin(): Promise<BlobWriter>;
  /**
   * Streams the bytes `first` to `last` (both inclusive) of a stored blob. Fails when it is not
   * there or shorter.
   */
  read(hash: string, first: number, last: number): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The number of bytes stored under this hash, or `undefined`. */
  size(hash: string): Promise<number | undefined>;
}

const PRINTED_HASH = /^[0-9a-f]{64}$/;

/** Throws unless `hash` is a printed hash: names of files are made of nothing else. */
export function assertBlobName(hash: string): void {
  if (!PRINTED_HASH.test(hash)) throw new TypeError(`Not a printed hash: ${hash}`);
}
