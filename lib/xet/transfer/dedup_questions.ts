import type { CasClient } from "../cas/cas_client.ts";
import { readDedupAnswer } from "../format/mod.ts";
import { equalHashes, hashModulo, hmacHash, printHash } from "../hash/mod.ts";
import type { ChunkIndex } from "./chunk_index.ts";

/**
 * The CAS is asked nothing about a file of fewer bytes: it would cost a call, and as much time as
 * sending them does.
 */
const MIN_FILE_LENGTH = 4 << 20;
/** Chunks that may be asked for: the first of a file, and those whose hash is 0 modulo this. */
const QUERY_MODULUS = 1024;
/** Chunks of a file between two that are asked for. */
const QUERY_SPACING = 256;
/** Most chunks that are remembered of one answer: 1 GiB of a file. */
const MAX_ANSWER_CHUNKS = 16_384;

/** What {@linkcode DedupQuestions} stand on. */
export interface DedupQuestionsOptions {
  readonly cas: CasClient;
  readonly known: ChunkIndex;
  readonly signal: AbortSignal;
}

/**
 * What is asked of the CAS about one file while it arrives (Xet protocol, global deduplication):
 * whether it knows a chunk, and whether it still has a xorb. Promises resolve when there is an
 * answer, or there will be none; what fails counts as "no".
 */
export class DedupQuestions {
  readonly #options: DedupQuestionsOptions;
  readonly #enough = Promise.withResolvers<void>();
  readonly #xorbs = new Map<string, Promise<boolean>>();
  readonly #present = new Map<string, boolean>();
  #length = 0;
  #isLarge = false;
  #ended = false;
  #asked: number | undefined;
  #hurry = () => {};

  /** @param options Whom to ask, and where to put the answers. */
  constructor(options: DedupQuestionsOptions) {
    this.#options = options;
  }

  /** Tells how many more bytes of the file have come. */
  came(bytes: number): void {
    this.#length += bytes;
    if (this.#length < MIN_FILE_LENGTH) return;
    this.#isLarge = true;
    this.#enough.resolve();
  }

  /** Tells that no more bytes come, or that there is no memory to wait for more. */
  end(): void {
    this.#ended = true;
    this.#enough.resolve();
  }

  /** Does without the answer about a chunk that is waited for, since there is no memory to wait. */
  hurry(): void {
    this.end();
    this.#hurry();
  }

  /**
   * The same since more has come than should wait; but not if it is about the first chunk, the one that
   * is most likely to tell something: the rest of the file then waits where it is.
   */
  crowd(): void {
    this.#isLarge = true;
    this.#enough.resolve();
    if (this.#asked !== 0) this.#hurry();
  }

  /**
   * Whether a chunk is one to be asked for.
   *
   * @param hash 32 bytes.
   * @param position Its number in the file.
   */
  mayAsk(hash: Uint8Array, position: number): boolean {
    if (position > 0 && hashModulo(hash, QUERY_MODULUS) !== 0) return false;
    return this.#asked === undefined || position >= this.#asked + QUERY_SPACING;
  }

  /**
   * Asks where a chunk is that may be asked for. Whatever is answered is in the index afterwards.
   *
   * @param hash 32 bytes.
   * @param position Its number in the file.
   * @returns What to wait for before the chunk is looked for once more; undefined: nothing.
   */
  aboutChunk(hash: Uint8Array, position: number): Promise<void> | undefined {
    if (!this.#isLarge) return this.#ended ? undefined : this.#enough.promise;
    this.#asked = position;
    const hurried = Promise.withResolvers<void>();
    this.#hurry = hurried.resolve;
    return Promise.race([this.#ask(hash), hurried.promise]);
  }

  /** Whether the CAS has a xorb, as far as it has been asked. */
  has(xorb: string): boolean | undefined {
    return this.#present.get(xorb);
  }

  /** Asks whether the CAS has a xorb, once. One that it does not have is forgotten. */
  aboutXorb(xorb: string): Promise<boolean> {
    const asked = this.#xorbs.get(xorb) ?? this.#check(xorb);
    this.#xorbs.set(xorb, asked);
    return asked;
  }

  async #ask(hash: Uint8Array): Promise<void> {
    const { cas, known, signal } = this.#options;
    try {
      const answer = await cas.queryChunk(printHash(hash), { signal });
      if (answer !== undefined) remember(known, answer, hash);
    } catch {
      // Not worth failing for: the bytes are sent instead.
    }
  }

  async #check(xorb: string): Promise<boolean> {
    const { cas, known, signal } = this.#options;
    let has: boolean;
    try {
      // Whether it is there will turn out when the file is registered, if the CAS does not tell.
      has = await cas.hasXorb(xorb, { signal }) ?? true;
      if (!has) known.forget(xorb);
    } catch {
      has = false; // as above
    }
    this.#present.set(xorb, has);
    return has;
  }
}

/** Puts an answer into the index, what was asked for first. */
function remember(known: ChunkIndex, answer: Uint8Array, hash: Uint8Array): void {
  const { xorbs, key, expiresAt } = readDedupAnswer(answer);
  const wanted = key === undefined ? hash : hmacHash(key, hash);
  const isWanted = ({ hashes }: { readonly hashes: Uint8Array }) => {
    for (let at = 0; at < hashes.length; at += 32) {
      if (equalHashes(hashes.subarray(at, at + 32), wanted)) return true;
    }
    return false;
  };
  const at = Math.max(0, xorbs.findIndex(isWanted));
  let chunks = 0;
  // What comes behind it in a file is likely to be behind it in the answer, too.
  for (const xorb of [...xorbs.slice(at), ...xorbs.slice(0, at)]) {
    chunks += xorb.hashes.length / 32;
    if (chunks > MAX_ANSWER_CHUNKS) return;
    known.add({
      ...xorb,
      key,
      ...(expiresAt !== undefined && { expiresAt: expiresAt * 1000 }),
    });
  }
}
