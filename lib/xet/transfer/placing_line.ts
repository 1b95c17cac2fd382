/** Something that is placed in a file. */
export interface Placeable {
  /** Bytes of budget that it holds. */
  readonly leased: number;
  /** Called before it has to wait: makes its own what it has borrowed. */
  keep(): void;
  /** Gives back what it holds. */
  letGo(): void;
}

/**
 * Places things one after the other. What cannot be placed before a question has been answered
 * waits, and all that comes after it; everything else is placed when it comes.
 */
export class PlacingLine<T extends Placeable> {
  readonly #place: (item: T) => Promise<unknown> | undefined;
  readonly #items: T[] = [];
  #waiting: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #ended = false;

  /** @param place Places an item as far as possible; gives what it must wait for before it goes on. */
  constructor(place: (item: T) => Promise<unknown> | undefined) {
    this.#place = place;
  }

  /** Bytes of budget held by what waits. */
  get leased(): number {
    return this.#items.reduce((sum, item) => sum + item.leased, 0);
  }

  /** Places an item when all before it have been placed: at once, if they have. */
  push(item: T): void {
    if (this.#waiting === undefined) {
      const question = this.#place(item);
      if (question === undefined) return item.letGo();
      this.#wait(question);
    }
    item.keep();
    this.#items.push(item);
  }

  /** Waits until everything has been placed; throws what kept it from that. */
  async idle(): Promise<void> {
    while (this.#waiting !== undefined) await this.#waiting;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits for the question that is open, if there is one. */
  async answered(): Promise<void> {
    await this.#waiting;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Places nothing any more. */
  end(): void {
    this.#ended = true;
    for (const item of this.#items.splice(0)) item.letGo();
  }

  #wait(question: Promise<unknown>): void {
    this.#waiting = question.then(() => this.#goOn()).catch((error) => {
      this.#waiting = undefined;
      this.#failure ??= { error };
    });
  }

  #goOn(): void {
    this.#waiting = undefined;
    for (let item = this.#items[0]; item !== undefined && !this.#ended; item = this.#items[0]) {
      const question = this.#place(item);
      if (question !== undefined) return this.#wait(question);
      item.letGo();
      this.#items.shift();
    }
  }
}
