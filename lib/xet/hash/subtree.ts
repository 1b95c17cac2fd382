import { XetFormatError } from "../error.ts";
import type { ChunkList } from "./chunk_list.ts";
import type { TreeNode } from "./groups.ts";
import { printHash } from "./hash.ts";
import { readSubtreeJson, type SubtreeJson } from "./subtree_json.ts";
import {
  climb,
  dropEmptyTop,
  type Fringe,
  type LeveledRange,
  mergeLevels,
  type StackedLevel,
} from "./subtree_levels.ts";

/** Whether a range of chunks touches the borders of its file. */
export interface SubtreeBorders {
  /** Whether it begins where the file does. */
  readonly atStart: boolean;
  /** Whether it ends where the file does. */
  readonly atEnd: boolean;
}

/**
 * A summary of a range of chunks of a file, in size logarithmic in their number: enough to compute
 * the hash of any file that has this range of chunks in it (Xet API, file chunk hashes).
 */
export class Subtree {
  /** Whether the range begins where the file does. */
  readonly atStart: boolean;
  /** Whether the range ends where the file does. */
  readonly atEnd: boolean;
  readonly #levels: readonly Fringe[];

  private constructor(levels: readonly Fringe[], borders: SubtreeBorders) {
    this.#levels = levels;
    this.atStart = borders.atStart;
    this.atEnd = borders.atEnd;
  }

  /** The summary of a list of chunks. */
  static fromChunks(chunks: ChunkList, borders: SubtreeBorders): Subtree {
    const nodes: TreeNode[] = [];
    for (let i = 0; i < chunks.count; i++) {
      nodes.push({ hash: chunks.hash(i).slice(), size: chunks.size(i) });
    }
    const open = { left: !borders.atStart, right: !borders.atEnd };
    return new Subtree(climb(nodes, open), borders);
  }

  /**
   * The summary that `toJSON` gave, or a CAS.
   *
   * @throws {XetFormatError} if it is not one
   */
  static fromJSON(json: unknown): Subtree {
    const { nodes, levels, atStart, atEnd } = readSubtreeJson(json);
    const count = levels.reduce((sum, [left, right]) => sum + left + right, 0);
    if (count !== nodes.length) {
      throw new XetFormatError(`Levels of ${count} nodes are not those of ${nodes.length} nodes`);
    }
    let [fromLeft, fromRight] = [0, nodes.length];
    const fringes = levels.map(([left, right]) => {
      fromLeft += left;
      fromRight -= right;
      return {
        left: nodes.slice(fromLeft - left, fromLeft),
        right: nodes.slice(fromRight, fromRight + right),
      };
    });
    return new Subtree(dropEmptyTop(fringes), { atStart, atEnd });
  }

  /**
   * The summary of this range and the one right after it.
   *
   * @throws {RangeError} if this one ends the file or the other one begins it
   */
  merge(next: Subtree): Subtree {
    if (this.atEnd || next.atStart) {
      throw new RangeError("Only a range that does not end the file has another one after it");
    }
    const borders = { atStart: this.atStart, atEnd: next.atEnd };
    return new Subtree(mergeLevels(this.#range(), next.#range()), borders);
  }

  /** The root of the whole file's tree, 32 bytes, if the range is the whole file. */
  root(): Uint8Array<ArrayBuffer> | undefined {
    if (!this.atStart || !this.atEnd) return undefined;
    const top = this.#levels.at(-1);
    const [root, ...others] = top ? [...top.left, ...top.right] : [];
    if (others.length > 0) {
      throw new XetFormatError("A whole file's summary has more than one root");
    }
    return root ? root.hash.slice() : new Uint8Array(32);
  }

  /** The form of the wire. */
  toJSON(): SubtreeJson {
    const lefts = this.#levels.flatMap((level) => level.left);
    const rights = this.#levels.toReversed().flatMap((level) => level.right);
    return {
      nodes: [...lefts, ...rights].map(({ hash, size }) => ({ hash: printHash(hash), size })),
      levels: this.#levels.map(({ left, right }) => [left.length, right.length] as const),
      at_start: this.atStart,
      at_end: this.atEnd,
    };
  }

  #range(): LeveledRange {
    const { atStart, atEnd } = this;
    return { atStart, atEnd, height: this.#levels.length, level: (height) => this.#level(height) };
  }

  /**
   * The nodes of a level on both sides of those that went up, and whether some did. At a border of
   * the file nothing stays behind on the outer side, so all nodes are on the inner one, under
   * whatever name they came.
   */
  #level(height: number): StackedLevel {
    const { left, right } = this.#levels[height] ?? { left: [], right: [] };
    const gap = height < this.#levels.length - 1;
    if (gap && this.atStart) return { left: [], right: [...left, ...right], gap };
    if (gap && this.atEnd) return { left: [...left, ...right], right: [], gap };
    return { left, right, gap };
  }
}
