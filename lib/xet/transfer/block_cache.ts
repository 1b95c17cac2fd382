import type { MemoryBudget, SpareMemory } from "../../flow/memory_budget.ts";
import type { Block } from "./block.ts";

interface Entry {
  readonly block: Block;
  /** Who alone may see the block, because its hashes are not certain; everybody if undefined. */
  readonly scope: object | undefined;
  /** Bytes that it takes. */
  readonly cost: number;
}

/** Lookups go back over so many blocks that begin before a chunk. */
const LOOK_BACK = 4;
/** What a block takes beside its bytes. */
const ENTRY_SIZE = 500;

/**
 * Decoded chunks in memory that nobody has leased, of which every lease takes as much as it needs.
 * What was asked for twice is kept longer than what only passed through, so that one large file does
 * not drive out what many read.
 */
export class BlockCache {
  readonly #spare: SpareMemory;
  readonly #maxBytes: number;
  /** By xorb, in the order of their first chunks. */
  readonly #xorbs = new Map<string, Entry[]>();
  /** Asked for once; the one that was longest not asked for comes first. */
  readonly #passing = new Set<Entry>();
  /** Asked for again. */
  readonly #wanted = new Set<Entry>();
  #wantedBytes = 0;

  /**
   * @param budget Whose spare memory it takes.
   * @param maxBytes Most bytes of it. Default: a quarter of the budget.
   */
  constructor(budget: MemoryBudget, maxBytes: number = Math.floor(budget.limit / 4)) {
    this.#maxBytes = maxBytes;
    this.#spare = budget.addSpare((bytes) => this.#evict(this.#spare.bytes - bytes));
  }

  /** Most bytes that it holds. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return this.#spare.bytes;
  }

  /**
   * A block that holds a chunk.
   *
   * @param xorb The xorb's hash in printed form.
   * @param chunk The index of the chunk.
   * @param scope Whose uncertain blocks count too.
   */
  find(xorb: string, chunk: number, scope?: object): Block | undefined {
    const entries = this.#xorbs.get(xorb) ?? [];
    const after = firstAfter(entries, chunk);
    for (let i = after - 1; i >= 0 && i >= after - LOOK_BACK; i--) {
      const entry = entries[i];
      if (entry === undefined || entry.block.end <= chunk) continue;
      if (entry.scope !== undefined && entry.scope !== scope) continue;
      if (entry.block.intact) {
        this.#touch(entry);
        return entry.block;
      }
      this.#remove(entry);
      return undefined;
    }
    return undefined;
  }

  /**
   * Keeps a block, if there is room.
   *
   * @param block The hashes of its chunks are certain, unless there is a scope.
   * @param scope Who alone may see it.
   */
  put(block: Block, scope?: object): void {
    const cost = block.size + (block.hashes?.length ?? 0) + ENTRY_SIZE;
    if (cost > this.#maxBytes || !block.intact) return;
    const entries = this.#xorbs.get(block.xorb) ?? [];
    const at = firstAfter(entries, block.first);
    const before = entries[at - 1];
    if (before !== undefined && before.block.end >= block.end) {
      if (before.scope === undefined || before.scope === scope) return;
    }
    this.#evict(this.#maxBytes - cost);
    if (!this.#spare.take(cost)) {
      this.#evict(this.#spare.bytes - cost);
      if (!this.#spare.take(cost)) return;
    }
    const entry = { block: block.hold(), scope, cost };
    // Eviction may have taken the list away.
    const list = this.#xorbs.get(block.xorb) ?? [];
    list.splice(firstAfter(list, block.first), 0, entry);
    this.#xorbs.set(block.xorb, list);
    this.#passing.add(entry);
  }

  /** Forgets the uncertain blocks of a scope, or, if they proved right, lets everybody see them. */
  settle(xorb: string, scope: object, certain: boolean): void {
    const mine = this.#xorbs.get(xorb)?.filter((entry) => entry.scope === scope) ?? [];
    for (const { block } of mine) block.hold();
    for (const entry of mine) this.#remove(entry);
    for (const { block } of mine) {
      if (certain) this.put(block);
      block.letGo();
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#evict(0);
  }

  /** Forgets everything for good. */
  close(): void {
    this.clear();
    this.#spare.end();
  }

  #touch(entry: Entry): void {
    if (!this.#wanted.delete(entry)) {
      this.#passing.delete(entry);
      this.#wantedBytes += entry.cost;
    }
    this.#wanted.add(entry);
    // Part of the room is left to what comes new, or it could never be asked for again.
    while (this.#wantedBytes > this.#maxBytes * 3 / 4) {
      const [oldest] = this.#wanted;
      if (oldest === undefined) return;
      this.#wanted.delete(oldest);
      this.#wantedBytes -= oldest.cost;
      this.#passing.add(oldest);
    }
  }

  #evict(toBytes: number): void {
    while (this.#spare.bytes > Math.max(0, toBytes)) {
      const [oldest] = this.#passing.size > 0 ? this.#passing : this.#wanted;
      if (oldest === undefined) return;
      this.#remove(oldest);
    }
  }

  #remove(entry: Entry): void {
    const { xorb } = entry.block;
    const entries = this.#xorbs.get(xorb) ?? [];
    entries.splice(entries.indexOf(entry), 1);
    if (entries.length === 0) this.#xorbs.delete(xorb);
    if (this.#wanted.delete(entry)) this.#wantedBytes -= entry.cost;
    this.#passing.delete(entry);
    this.#spare.give(entry.cost);
    entry.block.letGo();
  }
}

/** Where the first block is that begins after a chunk. */
function firstAfter(entries: readonly Entry[], chunk: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.block.first ?? 0) > chunk) high = middle;
    else low = middle + 1;
  }
  return low;
}
