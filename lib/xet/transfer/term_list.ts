import type { ShardFile, Term } from "../format/mod.ts";
import { ChunkList, printHash, verificationHash } from "../hash/mod.ts";

/** A xorb that terms can point at. Its hash is not known before it is whole. */
export interface TermXorb {
  readonly hash: string | undefined;
}

/** A term with the hash that proves that its chunks are known (Xet protocol, shards). */
export type VerifiedTerm = ShardFile["terms"][number];

interface OpenTerm {
  readonly xorb: TermXorb;
  readonly start: number;
  readonly chunks: ChunkList;
}

/** The length of a term is a u32 in a shard. */
const MAX_TERM_LENGTH = 2 ** 32 - 1;
/** Terms over which hf_xet looks at the length of runs. */
const RECENT_TERMS = 128;
/** Many terms have few chunks. */
const CHUNKS_AT_FIRST = 4;

/** The terms of a file that is being made, with neighbours in a xorb merged into one. */
export class TermList {
  #terms: (OpenTerm | VerifiedTerm)[] = [];

  /** How many terms there are. */
  get count(): number {
    return this.#terms.length;
  }

  /** How many chunks a term has on average, as of the last ones. */
  get recentRun(): number {
    const recent = this.#terms.slice(-RECENT_TERMS);
    return recent.reduce((sum, term) => sum + chunksOf(term), 0) / Math.max(1, recent.length);
  }

  /** Adds the chunk with this index in a xorb, its hash (32 bytes) and its length. */
  add(xorb: TermXorb, index: number, hash: Uint8Array, size: number): void {
    const last = this.#terms.at(-1);
    if (last !== undefined && "chunks" in last && isNext(last, xorb, index, size)) {
      last.chunks.push(hash, size);
      return;
    }
    const chunks = new ChunkList(CHUNKS_AT_FIRST);
    chunks.push(hash, size);
    this.#terms.push({ xorb, start: index, chunks });
  }

  /** Adds terms that stay as they are. */
  addVerified(terms: readonly VerifiedTerm[]): void {
    for (const term of terms) this.#terms.push(term);
  }

  /**
   * Takes chunks of a xorb from elsewhere.
   *
   * @param hash The xorb, in printed form.
   * @param place Where the chunk with this index is now.
   */
  move(
    hash: string,
    place: (index: number) => { readonly xorb: TermXorb; readonly index: number },
  ): void {
    const terms = this.#terms;
    this.#terms = [];
    for (const term of terms) {
      if (!("chunks" in term) || term.xorb.hash !== hash) {
        this.#terms.push(term);
        continue;
      }
      const { start, chunks } = term;
      for (let i = 0; i < chunks.count; i++) {
        const { xorb, index } = place(start + i);
        this.add(xorb, index, chunks.hash(i), chunks.size(i));
      }
    }
  }

  /** The terms as a shard has them; every xorb must be whole by now. */
  verified(): VerifiedTerm[] {
    return this.#terms.map((term) => {
      if (!("chunks" in term)) return term;
      const verification = printHash(verificationHash(term.chunks.hashes()));
      return { ...closed(term), verification };
    });
  }

  /** The terms and all chunks of a file none of whose terms was added verified. */
  layout(): { readonly terms: readonly Term[]; readonly chunks: ChunkList } {
    const open = this.#terms.filter((term) => "chunks" in term);
    const chunks = new ChunkList(open.reduce((sum, term) => sum + term.chunks.count, 0));
    for (const term of open) chunks.append(term.chunks);
    return { terms: open.map(closed), chunks };
  }
}

const chunksOf = (term: OpenTerm | VerifiedTerm): number =>
  "chunks" in term ? term.chunks.count : term.end - term.start;

function isNext({ xorb, start, chunks }: OpenTerm, next: TermXorb, index: number, size: number) {
  return start + chunks.count === index && chunks.totalSize + size <= MAX_TERM_LENGTH &&
    (xorb === next || (xorb.hash !== undefined && xorb.hash === next.hash));
}

function closed({ xorb, start, chunks }: OpenTerm): Term {
  if (xorb.hash === undefined) throw new TypeError("A term points at a xorb that is not whole");
  return {
    xorbHash: xorb.hash,
    length: chunks.totalSize,
    start,
    end: start + chunks.count,
  };
}
