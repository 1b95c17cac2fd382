import type { Term } from "../format/mod.ts";

/** A xorb that terms can point at. Its hash is not known before it is whole. */
export interface TermXorb {
  readonly hash: string | undefined;
}

interface OpenTerm {
  readonly xorb: TermXorb;
  readonly start: number;
  end: number;
  length: number;
}

/** The length of a term is a u32 in a shard. */
const MAX_TERM_LENGTH = 2 ** 32 - 1;

/** The terms of a file that is being made, with neighbours in a xorb merged into one. */
export class TermList {
  readonly #terms: OpenTerm[] = [];

  /** How many terms there are. */
  get count(): number {
    return this.#terms.length;
  }

  /** The xorb of the last term, and the chunk of it that would make the term longer. */
  get next(): { readonly xorb: TermXorb; readonly index: number } | undefined {
    const last = this.#terms.at(-1);
    return last && { xorb: last.xorb, index: last.end };
  }

  /** Adds the chunks from `start` to before `end` of a xorb, `length` bytes in all. */
  add(xorb: TermXorb, start: number, end: number, length: number): void {
    const last = this.#terms.at(-1);
    if (
      last?.end === start && isSame(last.xorb, xorb) && last.length + length <= MAX_TERM_LENGTH
    ) {
      last.end = end;
      last.length += length;
    } else {
      this.#terms.push({ xorb, start, end, length });
    }
  }

  /** The terms; every xorb must be whole by now. */
  close(): Term[] {
    return this.#terms.map(({ xorb, start, end, length }) => {
      if (xorb.hash === undefined) throw new TypeError("A term points at a xorb that is not whole");
      return { xorbHash: xorb.hash, length, start, end };
    });
  }
}

function isSame(a: TermXorb, b: TermXorb): boolean {
  return a === b || (a.hash !== undefined && a.hash === b.hash);
}
