import type { MemoryBudget } from "../../flow/memory_budget.ts";
import { equalHashes, hmacHash } from "../hash/mod.ts";
import { HashTable } from "./hash_table.ts";

/** The part of the memory budget that an index takes, if no other is asked for. */
const SHARE = 1 / 16;
/** Bytes that a chunk takes in a generation: its hash, its xorb's number, two slots of the table. */
const CHUNK_BYTES = 32 + 4 + 16;
/** About what a xorb takes besides: an object, and its hash as text in a map. */
const XORB_BYTES = 300;
/** A generation has room for one xorb for so many chunks. */
const CHUNKS_A_XORB = 8;
/** An index of fewer chunks is of no use. */
const MIN_CHUNKS = 256;
/** Keys of answers that are tried for each chunk: each costs a hash. */
const MAX_KEYS = 2;

/** A xorb that the CAS has. */
export interface KnownXorb {
  /** In printed form. */
  readonly hash: string;
  /** Whether the chunk with this index is there, and has this hash. */
  holds(index: number, hash: Uint8Array): boolean;
}

/** Where the CAS has a chunk. */
export interface KnownChunk {
  readonly xorb: KnownXorb;
  readonly index: number;
}

/** A xorb to be remembered. */
export interface IndexedXorb {
  /** In printed form. */
  readonly hash: string;
  /** The hashes of its chunks, 32 bytes each. */
  readonly hashes: Uint8Array;
  /** What the hashes are keyed with, if they are (Xet protocol, global deduplication). */
  readonly key?: Uint8Array | undefined;
  /** When it must be forgotten, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number | undefined;
}

/**
 * Which chunks the CAS has in which xorbs, as far as one holder of a Hub token has a right to know:
 * what was uploaded and what the CAS has answered. Nothing is added before the CAS has confirmed it.
 *
 * Its memory is set aside from the budget when there is something to remember. It is made of two
 * generations: when the younger is full it becomes the older, and what the older held is forgotten,
 * except for xorbs that were used meanwhile.
 */
export class ChunkIndex {
  readonly #budget: MemoryBudget;
  readonly #now: () => number;
  readonly #share: number;
  readonly #keys: Uint8Array[] = [];
  #aside = 0;
  #closed = false;
  #young: Generation | undefined;
  #old: Generation | undefined;

  /**
   * @param budget What its memory is taken from.
   * @param now Milliseconds since 1970.
   * @param share The part of the budget that it takes.
   */
  constructor(budget: MemoryBudget, now: () => number = Date.now, share: number = SHARE) {
    this.#budget = budget;
    this.#now = now;
    this.#share = share;
  }

  /** Where the chunk with this hash (32 bytes) is. */
  find(hash: Uint8Array): KnownChunk | undefined {
    if (this.#young === undefined) return undefined;
    const plain = this.#look(hash);
    if (plain !== undefined) return plain;
    for (const key of this.#keys) {
      const found = this.#look(hmacHash(key, hash));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The hashes, 32 bytes each, of chunks of a xorb, if they are known. */
  hashesOf(xorb: string, start: number, end: number): Uint8Array | undefined {
    for (const generation of [this.#young, this.#old]) {
      const known = generation?.xorb(xorb);
      if (known?.key !== undefined || known === undefined) continue;
      return known.hashes.subarray(start * 32, end * 32);
    }
    return undefined;
  }

  /** Remembers a xorb that the CAS is known to have; again, if it was used. */
  add(xorb: IndexedXorb): void {
    const chunks = xorb.hashes.length / 32;
    this.#young ??= this.#begin();
    if (this.#young === undefined || chunks > this.#young.capacity) return;
    if (this.#young.xorb(xorb.hash) !== undefined) return;
    if (!this.#young.hasRoomFor(chunks)) {
      this.#old = this.#young;
      this.#young = new Generation(this.#old.capacity, this.#now);
    }
    this.#young.add({ ...xorb, key: xorb.key && this.#keep(xorb.key) });
  }

  /** Keeps a xorb that was used among the young. */
  renew(hash: string): void {
    const xorb = this.#old?.xorb(hash);
    if (xorb !== undefined) this.add(xorb);
  }

  /** Forgets a xorb that the CAS does not have any more. */
  forget(hash: string): void {
    for (const generation of [this.#young, this.#old]) generation?.forget(hash);
  }

  /** Forgets everything for good, and gives the memory back. */
  close(): void {
    this.#closed = true;
    this.#young = this.#old = undefined;
    this.#budget.takeBack(this.#aside);
    this.#aside = 0;
  }

  #look(hash: Uint8Array): KnownChunk | undefined {
    return this.#young?.find(hash) ?? this.#old?.find(hash);
  }

  #begin(): Generation | undefined {
    if (this.#closed) return undefined;
    const share = Math.floor(this.#budget.limit * this.#share);
    const each = CHUNK_BYTES + XORB_BYTES / CHUNKS_A_XORB;
    const capacity = Math.floor(share / 2 / each);
    if (capacity < MIN_CHUNKS || !this.#budget.setAside(share)) return undefined;
    this.#aside = share;
    return new Generation(capacity, this.#now);
  }

  /** The key itself, or the same one from before; the oldest of too many is forgotten. */
  #keep(key: Uint8Array): Uint8Array {
    const known = this.#keys.find((other) => equalHashes(other, key));
    if (known !== undefined) return known;
    this.#keys.unshift(key);
    this.#keys.splice(MAX_KEYS);
    return key;
  }
}

/** Xorbs up to a number of chunks; nothing is taken out again. */
class Generation {
  /** Most chunks. */
  readonly capacity: number;
  readonly #now: () => number;
  readonly #hashes: Uint8Array<ArrayBuffer>;
  /** For each chunk the number of its xorb. */
  readonly #owners: Uint32Array<ArrayBuffer>;
  readonly #table: HashTable;
  readonly #xorbs: GenerationXorb[] = [];
  readonly #byHash = new Map<string, GenerationXorb>();
  #count = 0;

  constructor(capacity: number, now: () => number) {
    this.capacity = capacity;
    this.#now = now;
    this.#hashes = new Uint8Array(capacity * 32);
    this.#owners = new Uint32Array(capacity);
    this.#table = new HashTable(capacity);
  }

  hasRoomFor(chunks: number): boolean {
    return this.#count + chunks <= this.capacity &&
      this.#xorbs.length < this.capacity / CHUNKS_A_XORB;
  }

  xorb(hash: string): GenerationXorb | undefined {
    const xorb = this.#byHash.get(hash);
    return xorb?.isGood() ? xorb : undefined;
  }

  find(hash: Uint8Array): KnownChunk | undefined {
    const chunk = this.#table.find(hash, (at) => this.#isMeant(at, hash));
    if (chunk === undefined) return undefined;
    const xorb = this.#xorbs[this.#owners[chunk] ?? 0];
    return xorb && { xorb, index: chunk - xorb.first };
  }

  add({ hash, hashes, key, expiresAt }: IndexedXorb): void {
    const first = this.#count;
    this.#hashes.set(hashes, first * 32);
    this.#count += hashes.length / 32;
    const stored = this.#hashes.subarray(first * 32, this.#count * 32);
    const xorb = new GenerationXorb({ hash, hashes: stored, key, expiresAt }, first, this.#now);
    this.#owners.fill(this.#xorbs.length, first, this.#count);
    this.#xorbs.push(xorb);
    this.#byHash.set(hash, xorb);
    for (let chunk = first; chunk < this.#count; chunk++) {
      const chunkHash = this.#hashes.subarray(chunk * 32, chunk * 32 + 32);
      // Of equal chunks the first is found, behind which the same run is likely to follow.
      if (this.find(chunkHash) === undefined) this.#table.add(chunkHash, chunk);
    }
  }

  forget(hash: string): void {
    this.#byHash.get(hash)?.forget();
    this.#byHash.delete(hash);
  }

  #isMeant(chunk: number, hash: Uint8Array): boolean {
    const base = chunk * 32;
    for (let i = 0; i < 32; i++) if (this.#hashes[base + i] !== hash[i]) return false;
    return this.#xorbs[this.#owners[chunk] ?? 0]?.isGood() ?? false;
  }
}

class GenerationXorb implements KnownXorb, IndexedXorb {
  readonly hash: string;
  readonly hashes: Uint8Array;
  readonly key: Uint8Array | undefined;
  readonly expiresAt: number;
  /** Where its chunks begin in the generation. */
  readonly first: number;
  readonly #now: () => number;
  #gone = false;

  constructor(xorb: IndexedXorb, first: number, now: () => number) {
    this.hash = xorb.hash;
    this.hashes = xorb.hashes;
    this.key = xorb.key;
    this.expiresAt = xorb.expiresAt ?? Infinity;
    this.first = first;
    this.#now = now;
  }

  holds(index: number, hash: Uint8Array): boolean {
    const at = index * 32;
    if (at >= this.hashes.length || !this.isGood()) return false;
    const wanted = this.key === undefined ? hash : hmacHash(this.key, hash);
    return equalHashes(this.hashes.subarray(at, at + 32), wanted);
  }

  isGood(): boolean {
    return !this.#gone && (this.expiresAt === Infinity || this.#now() < this.expiresAt);
  }

  forget(): void {
    this.#gone = true;
  }
}
