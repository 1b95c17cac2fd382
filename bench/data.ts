/** The bytes that benches move: no chunk of them occurs twice, so nothing of them is deduplicated. */

/** What LZ4 makes of the bytes: nothing, less than half, next to nothing. */
export type DataKind = "random" | "text" | "sparse";

/** The kinds that throughput is measured with, in the order of the tables. */
export const DATA_KINDS: readonly DataKind[] = ["random", "text"];

const MIB = 1024 * 1024;
const BASE_LENGTH = 16 * MIB;
const BLOCK_LENGTH = MIB;
/** Below the least length of a chunk, so that every chunk holds a serial number. */
const SERIAL_STEP = 4096;

/** Makes blocks without end; two sources of one kind give the same bytes only from the same serial on. */
export class DataSource {
  readonly #base: Uint8Array;
  #serial = 0n;

  /**
   * @param kind How the bytes compress.
   * @param seed Makes random bytes the same in every run, for counts that depend on where chunks are cut.
   */
  constructor(kind: DataKind, seed?: number) {
    this.#base = kind === "random" && seed !== undefined ? seededBase(seed) : BASES[kind]();
  }

  /** The same source, about to give the same bytes again. */
  rewound(): this {
    this.#serial = 0n;
    return this;
  }

  /**
   * The next bytes, in blocks of 1 MiB. Each block has its own buffer.
   *
   * @param size How many bytes in all.
   */
  *blocks(size: number): Generator<Uint8Array<ArrayBuffer>, void, void> {
    for (let at = 0; at < size; at += BLOCK_LENGTH) {
      const from = at % BASE_LENGTH;
      const block = new Uint8Array(Math.min(BLOCK_LENGTH, size - at));
      block.set(this.#base.subarray(from, from + block.length));
      const view = new DataView(block.buffer);
      for (let i = 0; i + 8 <= block.length; i += SERIAL_STEP) {
        view.setBigUint64(i, this.#serial++);
      }
      yield block;
    }
  }
}

const BASES: Readonly<Record<DataKind, () => Uint8Array>> = {
  random: randomBase,
  text: textBase,
  sparse: () => new Uint8Array(BASE_LENGTH),
};

function randomBase(): Uint8Array {
  const base = new Uint8Array(BASE_LENGTH);
  // The most that the platform fills in one call.
  for (let at = 0; at < base.length; at += 65_536) {
    crypto.getRandomValues(base.subarray(at, at + 65_536));
  }
  return base;
}

/** Marsaglia's xorshift of 32 bits; the seed is not zero. */
function seededBase(seed: number): Uint8Array {
  const words = new Uint32Array(BASE_LENGTH / 4);
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer);
}

const WORDS = "accepted closed upload download cache miss hit worker queue retry shard xorb".split(
  " ",
);

/** Lines as of a server's log. */
function textBase(): Uint8Array {
  const encoder = new TextEncoder();
  const base = new Uint8Array(BASE_LENGTH);
  let state = 1;
  const next = (below: number): number => {
    // The generator of Numerical Recipes: any will do, as long as every run gets the same text.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (let at = 0; at < base.length;) {
    const words = Array.from({ length: 3 + next(4) }, () => WORDS[next(WORDS.length)]).join(" ");
    const time = `2026-01-01T${String(next(24)).padStart(2, "0")}:${next(60)}:${next(60)}.${
      next(1000)
    }Z`;
    const line = `${time} INFO request ${next(2 ** 32).toString(16)} ${words} in ${
      next(5000)
    } ms\n`;
    at += encoder.encodeInto(line, base.subarray(at)).written;
    if (base.length - at < 200) break;
  }
  return base;
}
