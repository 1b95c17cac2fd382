/**
 * Finds numbers by hashes in 16 bytes an entry: it keeps four bytes of each hash, and whoever asks
 * compares the rest, since the hashes themselves are kept elsewhere anyway.
 */
export class HashTable {
  /** For each slot four bytes of a hash, then the number plus one; zero: nothing. */
  #slots: Uint32Array<ArrayBuffer>;
  #count = 0;

  /** @param capacity How many entries it has room for; it grows when there are more. */
  constructor(capacity = 16) {
    this.#slots = new Uint32Array(slotsFor(Math.max(1, capacity)));
  }

  /**
   * The first number that was added with this hash and is meant.
   *
   * @param hash 32 bytes.
   * @param isMeant Whether a number belongs to this very hash, and is wanted.
   */
  find(hash: Uint8Array, isMeant: (value: number) => boolean): number | undefined {
    const word = wordOf(hash);
    const slots = this.#slots;
    for (let at = startOf(word, slots);; at = next(at, slots)) {
      const value = slots[at + 1] ?? 0;
      if (value === 0) return undefined;
      if (slots[at] === word && isMeant(value - 1)) return value - 1;
    }
  }

  /**
   * Adds a number; others with the same hash stay, and are found first.
   *
   * @param hash 32 bytes.
   * @param value From 0 to 2^32 - 2.
   */
  add(hash: Uint8Array, value: number): void {
    this.#count++;
    if (slotsFor(this.#count) > this.#slots.length) this.#grow();
    put(this.#slots, wordOf(hash), value + 1);
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const value = old[at + 1] ?? 0;
      if (value > 0) put(this.#slots, old[at] ?? 0, value);
    }
  }
}

/** Twice as many slots as entries, so that what is not there is soon known not to be. */
const slotsFor = (entries: number): number => entries * 4;

function put(slots: Uint32Array, word: number, value: number): void {
  let at = startOf(word, slots);
  while (slots[at + 1] !== 0) at = next(at, slots);
  slots[at] = word;
  slots[at + 1] = value;
}

/** The bytes of a hash are as good as random. */
function wordOf(hash: Uint8Array): number {
  const low = (hash[0] ?? 0) | (hash[1] ?? 0) << 8;
  return (low | (hash[2] ?? 0) << 16 | (hash[3] ?? 0) << 24) >>> 0;
}

const startOf = (word: number, slots: Uint32Array): number => word % (slots.length / 2) * 2;

const next = (at: number, slots: Uint32Array): number => at + 2 === slots.length ? 0 : at + 2;
