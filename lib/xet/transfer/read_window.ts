/** How many bytes are read ahead of a reader, at least and at most. */
export interface WindowBounds {
  readonly least: number;
  readonly most: number;
}

/** A reader finds as much ahead as it takes in this time, in milliseconds. */
const TIME_AHEAD_MS = 250;

/**
 * How far to read ahead of a reader: what it takes in a quarter of a second when nothing holds it up.
 * It grows no faster than the reader has read, since at first a reader takes as much as the buffers
 * of its connection hold, however slow it is.
 */
export class ReadWindow {
  readonly #clock: () => number;
  readonly #bounds: WindowBounds;
  #bytes: number;
  #taken = 0;
  #given: { readonly at: number; readonly bytes: number } | undefined;

  /**
   * @param bounds Least and most bytes.
   * @param clock Milliseconds, from any time on.
   */
  constructor(bounds: WindowBounds, clock: () => number) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#bytes = bounds.least;
  }

  /** Bytes to have ahead. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The reader was given bytes. */
  give(bytes: number): void {
    this.#given = { at: this.#clock(), bytes };
  }

  /** The reader asks for more: the time since it was given the last is its own. */
  ask(): void {
    if (this.#given === undefined) return;
    const { at, bytes } = this.#given;
    this.#given = undefined;
    this.#taken += bytes;
    const { least, most } = this.#bounds;
    const wish = bytes * TIME_AHEAD_MS / Math.max(this.#clock() - at, 1);
    if (wish < this.#bytes) this.#set((this.#bytes + wish) / 2);
    else if (this.#taken >= this.#bytes) this.#set(Math.min(wish, 2 * this.#bytes, most));
    this.#bytes = Math.max(least, this.#bytes);
  }

  #set(bytes: number): void {
    this.#bytes = bytes;
    this.#taken = 0;
  }
}
