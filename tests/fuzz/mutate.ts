import type { Rng } from "../model/rng.ts";

/** Bytes of an input. */
export type Input = Uint8Array<ArrayBuffer>;

const INTERESTING = [
  0,
  1,
  2,
  7,
  8,
  0x0a,
  0x0d,
  0x20,
  0x22,
  0x2d,
  0x3c,
  0x3e,
  0x7f,
  0x80,
  0xc0,
  0xff,
];
const NUMBERS = [0, 1, 2, 0x7f, 0xff, 0x100, 0xffff, 0x10000, 0x1ffff, 0x7fffffff, 0xffffffff];

/** No input is longer. */
const MAX_LENGTH = 64 * 1024;

/** An input that is like one of the corpus, with a few changes; sometimes of noise alone. */
export function mutated(rng: Rng, corpus: readonly Input[], words: readonly Input[]): Input {
  let input = rng.chance(0.02) ? noise(rng, rng.int(300)) : rng.pick(corpus) ?? noise(rng, 20);
  const changes = 1 + rng.int(rng.chance(0.1) ? 20 : 4);
  for (let i = 0; i < changes; i++) input = changed(rng, input, corpus, words);
  return input.subarray(0, MAX_LENGTH);
}

function changed(
  rng: Rng,
  input: Input,
  corpus: readonly Input[],
  words: readonly Input[],
): Input {
  const at = rng.int(input.length + 1);
  const end = Math.min(input.length, at + 1 + rng.int(rng.chance(0.2) ? 200 : 8));
  switch (rng.int(10)) {
    case 0:
      return written(input, at, [(input[at] ?? 0) ^ (1 << rng.int(8))]);
    case 1:
      return written(input, at, [rng.pick(INTERESTING) ?? 0]);
    case 2:
      return spliced(input, at, end, new Uint8Array(0));
    case 3:
      return spliced(input, at, at, input.slice(at, end));
    case 4:
      return spliced(input, at, at, noise(rng, 1 + rng.int(8)));
    case 5:
      return input.slice(0, at);
    case 6: {
      const other = rng.pick(corpus) ?? input;
      return spliced(input, at, end, other.slice(rng.int(other.length)));
    }
    case 7: {
      const number = rng.chance(0.5) ? rng.pick(NUMBERS) ?? 0 : rng.int(1 << 24);
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, number >>> 0, rng.chance(0.7));
      return written(input, at, [...bytes].slice(0, 1 + rng.int(4)));
    }
    case 8: {
      const piece = input.slice(at, end);
      let grown = input;
      const times = 1 + rng.int(rng.chance(0.1) ? 500 : 10);
      if (piece.length * times > MAX_LENGTH) return input;
      const repeated = new Uint8Array(piece.length * times);
      for (let i = 0; i < times; i++) repeated.set(piece, i * piece.length);
      grown = spliced(input, at, at, repeated);
      return grown;
    }
    default:
      return spliced(input, at, rng.chance(0.5) ? at : end, rng.pick(words) ?? new Uint8Array(0));
  }
}

function noise(rng: Rng, length: number): Input {
  return Uint8Array.from({ length }, () => rng.int(256));
}

function written(input: Input, at: number, bytes: readonly number[]): Input {
  const copy = input.slice();
  for (const [i, byte] of bytes.entries()) if (at + i < copy.length) copy[at + i] = byte;
  return copy;
}

function spliced(input: Input, from: number, to: number, put: Uint8Array): Input {
  const whole = new Uint8Array(from + put.length + input.length - to);
  whole.set(input.subarray(0, from));
  whole.set(put, from);
  whole.set(input.subarray(to), from + put.length);
  return whole;
}
