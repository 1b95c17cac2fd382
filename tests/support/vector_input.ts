/** An input of the test vectors: described, not shipped (tests/vectors/README.md). */
export interface VectorInput {
  readonly kind: "splitmix" | "text" | "floats" | "zeros";
  readonly seed: number;
  /** In bytes. */
  readonly size: number;
}

const WORDS =
  "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa"
    .split(" ").map((word) => new TextEncoder().encode(word + " "));

/** The outputs of splitmix64, without end. */
export function* splitmixWords(seed: number | bigint): Generator<bigint> {
  let state = BigInt.asUintN(64, BigInt(seed));
  while (true) {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    yield z ^ (z >> 31n);
  }
}

/** The first `size` bytes of splitmix64, each output as 8 bytes little endian. */
export function splitmixBytes(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 8) * 2);
  // The generator on halves of 32 bits: ten times as fast as with big integers.
  let [hi, lo] = [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0];
  for (let i = 0; i < words.length; i += 2) {
    lo = lo + 0x7f4a7c15;
    hi = (hi + 0x9e3779b9 + (lo > 0xffffffff ? 1 : 0)) >>> 0;
    lo = lo >>> 0;
    let [h, l] = [hi, lo];
    [h, l] = [h ^ (h >>> 30), l ^ (l >>> 30 | h << 2)];
    [h, l] = multiply(h, l, 0xbf58476d, 0x1ce4e5b9);
    [h, l] = [h ^ (h >>> 27), l ^ (l >>> 27 | h << 5)];
    [h, l] = multiply(h, l, 0x94d049bb, 0x133111eb);
    words[i + 1] = h ^ (h >>> 31);
    words[i] = l ^ (l >>> 31 | h << 1);
  }
  return new Uint8Array(words.buffer, 0, size);
}

/** Product of two 64-bit numbers modulo 2^64, all in halves. */
function multiply(ah: number, al: number, bh: number, bl: number): [number, number] {
  const [a0, a1] = [al & 0xffff, al >>> 16];
  const [b0, b1] = [bl & 0xffff, bl >>> 16];
  const middle = a1 * b0 + (a0 * b0 >>> 16);
  const crossed = a0 * b1 + (middle & 0xffff);
  const high = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(crossed / 0x10000);
  return [(high + Math.imul(ah, bl) + Math.imul(al, bh)) | 0, Math.imul(al, bl)];
}

/** The bytes of an input. */
export function vectorInput(input: VectorInput): Uint8Array<ArrayBuffer> {
  const { kind, seed, size } = input;
  switch (kind) {
    case "splitmix":
      return splitmixBytes(seed, size);
    case "text":
      return text(seed, size);
    case "floats":
      return floats(seed, size);
    case "zeros":
      return new Uint8Array(size);
    default:
      throw new TypeError(`No such input: ${kind satisfies never}`);
  }
}

function text(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size + 16);
  let at = 0;
  for (const byte of splitmixBytes(seed, Math.floor(size / 3) + 8)) {
    if (at >= size) break;
    const word = WORDS[byte & 15];
    if (!word) throw new RangeError("there are 16 words");
    out.set(word, at);
    at += word.length;
  }
  return out.slice(0, size);
}

function floats(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(splitmixBytes(seed, size * 2).buffer);
  const out = new Uint32Array(size / 4);
  for (let i = 0; i < out.length; i++) out[i] = 0x3f800000 | (words[2 * i + 1] ?? 0) >>> 9;
  return new Uint8Array(out.buffer);
}
