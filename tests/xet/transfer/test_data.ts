/** Inputs of the vectors (see tests/vectors/README.md) and others. */

const WORDS =
  "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa"
    .split(" ").map((word) => new TextEncoder().encode(`${word} `));

export interface Input {
  readonly kind: string;
  readonly seed: number;
  readonly size: number;
}

export function splitmix(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const words = new BigUint64Array(Math.ceil(size / 8));
  const mask = (1n << 64n) - 1n;
  let state = BigInt(seed);
  for (let i = 0; i < words.length; i++) {
    state = (state + 0x9E3779B97F4A7C15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xBF58476D1CE4E5B9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94D049BB133111EBn) & mask;
    words[i] = z ^ (z >> 31n);
  }
  return new Uint8Array(words.buffer).slice(0, size);
}

export function makeInput({ kind, seed, size }: Input): Uint8Array<ArrayBuffer> {
  switch (kind) {
    case "splitmix":
      return splitmix(seed, size);
    case "zeros":
      return new Uint8Array(size);
    case "text": {
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const byte of splitmix(seed, Math.floor(size / 3) + 8)) {
        const word = WORDS[byte & 15] ?? new Uint8Array(0);
        bytes.set(word.subarray(0, size - at), at);
        at += Math.min(word.length, size - at);
      }
      return bytes;
    }
    case "floats": {
      const words = new BigUint64Array(splitmix(seed, size * 2).buffer);
      const bytes = new Uint32Array(size / 4);
      words.subarray(0, bytes.length).forEach((w, i) => {
        bytes[i] = 0x3F800000 | Number(w >> 41n);
      });
      return new Uint8Array(bytes.buffer);
    }
    default:
      throw new RangeError(`There is no input of kind ${kind}`);
  }
}

/** A pattern that repeats. */
export function periodic(period: number, size: number): Uint8Array<ArrayBuffer> {
  const unit = splitmix(period, period);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += period) bytes.set(unit.subarray(0, size - at), at);
  return bytes;
}

/** A stream of the bytes in pieces of about `length`; `closed` tells how it was left. */
export function streamOf(bytes: Uint8Array, length = 50_000): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += length));
    },
  }, { highWaterMark: 0 });
}

export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return await new Response(stream).bytes();
}
