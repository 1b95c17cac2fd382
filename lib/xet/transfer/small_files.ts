import { abortable } from "../../flow/abortable.ts";
import { joinBytes } from "../../flow/byte_pieces.ts";
import type { PagePool } from "../../flow/page_pool.ts";
import { Turns } from "../../flow/turns.ts";
import type { CasClient } from "../cas/cas_client.ts";
import { CasError } from "../cas/cas_error.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import { writeShard } from "../format/mod.ts";
import { FileHasher, printHash } from "../hash/mod.ts";
import type { ChunkIndex } from "./chunk_index.ts";
import type { FileRecipe, SmallFileStore } from "./context.ts";
import { PackedXorb } from "./packed_xorb.ts";
import { xorbRecord } from "./register_file.ts";
import { TermList } from "./term_list.ts";

/** Longer files go alone: for them the bytes cost the time, and one call at a time would hold them up. */
const MAX_LENGTH = 64 << 10;
/** A shard is made in one go, and everybody waits for it; also bounds how many a failure can touch. */
const MAX_FILES = 256;
/** What {@linkcode SmallFiles} stand on. */
export interface SmallFilesOptions {
  readonly cas: CasClient;
  /** Where memory is taken from. */
  readonly pages: PagePool;
  /** Where what was stored is remembered. */
  readonly known?: ChunkIndex | undefined;
}

interface SmallFile {
  readonly chunks: readonly EncodedChunk[];
  /** Ended it before its turn came: it is left out. */
  readonly signal: AbortSignal;
  readonly resolve: (recipe: FileRecipe) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores small files of one bucket and token: those that come together share a xorb and a shard, so that
 * many cost two calls of the CAS instead of two each. The first goes at once, alone; those that come
 * while it is under way share the next calls. No timer delays anyone.
 *
 * What the CAS refuses in common is tried again for each alone, so that one file fails only itself; a
 * caller that goes away leaves the others alone.
 */
export class SmallFiles implements SmallFileStore {
  readonly #options: SmallFilesOptions;
  readonly #turns = new Turns<SmallFile>(
    (waiting) => waiting.splice(0, MAX_FILES),
    (_, files) => this.#serve(files.filter(({ signal }) => !signal.aborted)),
  );

  /** @param options What they stand on. */
  constructor(options: SmallFilesOptions) {
    this.#options = options;
  }

  takes(length: number): boolean {
    return length <= MAX_LENGTH;
  }

  store(chunks: readonly EncodedChunk[], signal: AbortSignal): Promise<FileRecipe> {
    const { promise, resolve, reject } = Promise.withResolvers<FileRecipe>();
    this.#turns.add("", { chunks, signal, resolve, reject });
    return abortable(promise, signal);
  }

  async #serve(files: readonly SmallFile[]): Promise<void> {
    if (files.length === 0) return;
    try {
      await this.#send(files);
    } catch (error) {
      if (files.length > 1 && isAboutContent(error)) {
        await Promise.all(files.map((file) => this.#serve([file])));
      } else {
        for (const { reject } of files) reject(error);
      }
    }
  }

  async #send(files: readonly SmallFile[]): Promise<void> {
    const { cas, pages, known } = this.#options;
    const xorb = new PackedXorb(pages);
    try {
      const packed = pack(files, xorb);
      const hash = xorb.close();
      await cas.putXorb(hash, xorb.pieces);
      const records = new Map(
        packed.map(({ hash, terms }) => [hash, { hash, terms: terms.verified() }]),
      );
      await cas.putShard(writeShard({ files: [...records.values()], xorbs: [xorbRecord(xorb)] }));
      known?.add({ hash, hashes: xorb.chunks.hashes() });
      files.forEach(({ resolve }, i) => {
        const file = packed[i];
        if (file !== undefined) {
          resolve({ hash: file.hash, size: file.size, ...file.terms.layout() });
        }
      });
    } finally {
      xorb.letGo();
    }
  }
}

/** Copies of chunks that stay when their encoder goes on. */
export function keepChunks(chunks: readonly EncodedChunk[]): readonly EncodedChunk[] {
  return chunks.map((chunk) => ({
    ...chunk,
    hash: chunk.hash.slice(),
    parts: [joinBytes(chunk.parts).slice()],
  }));
}

/** Packs the chunks of files, equal ones once. The limits of a xorb are far off. */
function pack(files: readonly SmallFile[], xorb: PackedXorb) {
  const places = new Map<string, number>();
  return files.map((file) => {
    const [hasher, terms] = [new FileHasher(), new TermList()];
    let size = 0;
    for (const chunk of file.chunks) {
      const { hash, length } = chunk;
      const name = printHash(hash);
      let index = places.get(name);
      if (index === undefined) {
        places.set(name, index = xorb.add(chunk));
        xorb.append([chunk]);
      }
      hasher.add(hash, length);
      terms.add(xorb, index, hash, length);
      size += length;
    }
    return { hash: printHash(hasher.digest()), size, terms };
  });
}

/** Whether what was sent displeased the CAS. Rights, quotas and outages concern each alone as well. */
function isAboutContent(error: unknown): boolean {
  return error instanceof CasError && error.status !== undefined && !error.retryable &&
    error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 403;
}
