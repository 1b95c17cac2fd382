import type { SpareMemory } from "../../flow/memory_budget.ts";

interface Sized {
  readonly bytes: number;
}

/** The share of the budget that trees may take of what is spare of it. */
const SHARE = 0.25;

/** Trees of commits, which never change: kept in spare memory of the budget, the one that was used last the longest. */
export class KeptTrees {
  readonly #trees = new Map<string, Sized>();
  readonly #memory: SpareMemory;
  /** The bytes of the largest tree that is kept, and of all together. */
  readonly most: number;

  /**
   * @param budget Spare memory is taken from it, and given back as soon as it is needed.
   * @param totalBytes All that the budget has.
   */
  constructor(
    budget: { addSpare(giveUp: (bytes: number) => void): SpareMemory },
    totalBytes: number,
  ) {
    this.#memory = budget.addSpare((bytes) => this.#giveUp(bytes));
    this.most = totalBytes * SHARE;
  }

  /** A tree that is kept. */
  get<T extends Sized>(key: string, type: abstract new (...args: never[]) => T): T | undefined {
    const tree = this.#trees.get(key);
    if (!(tree instanceof type)) return undefined;
    this.#trees.delete(key);
    this.#trees.set(key, tree);
    return tree;
  }

  /** Keeps a tree, if there is room for it. */
  put(key: string, tree: Sized): void {
    if (this.#trees.has(key) || tree.bytes > this.most) return;
    const over = this.#memory.bytes + tree.bytes - this.most;
    if (over > 0) this.#giveUp(over);
    if (this.#memory.take(tree.bytes)) this.#trees.set(key, tree);
  }

  /** Forgets everything for good, and gives the memory back. */
  close(): void {
    this.#trees.clear();
    this.#memory.end();
  }

  #giveUp(bytes: number): void {
    let freed = 0;
    for (const [key, tree] of this.#trees) {
      if (freed >= bytes) return;
      this.#trees.delete(key);
      this.#memory.give(tree.bytes);
      freed += tree.bytes;
    }
  }
}
