import { seededRandom } from "../../lib/embedded_hub/switches/random.ts";

/** Choices that a seed fixes. */
export class Rng {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** A number from 0 up to 1. */
  float(): number {
    return this.#next();
  }

  /** An integer from 0 up to a bound. */
  int(bound: number): number {
    return Math.floor(this.#next() * bound);
  }

  /** Whether something with a probability happens. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of several; undefined of none. */
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.int(items.length)];
  }

  /** One of several, by their weights. */
  weighted<T>(items: readonly (readonly [number, T])[]): T {
    let left = this.#next() * items.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, item] of items) if ((left -= weight) < 0) return item;
    const last = items.at(-1);
    if (last === undefined) throw new RangeError("There is nothing to choose from");
    return last[1];
  }

  /** Some of several, each once, in their order. */
  some<T>(items: readonly T[], probability: number): T[] {
    return items.filter(() => this.chance(probability));
  }
}
