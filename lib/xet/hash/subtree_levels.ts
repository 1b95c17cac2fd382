import { isNaturalCut, MAX_GROUP, MIN_GROUP, promote, type TreeNode } from "./groups.ts";

/** What of one level could not be merged: before and after the nodes that went to the next level. */
export interface Fringe {
  readonly left: readonly TreeNode[];
  readonly right: readonly TreeNode[];
}

/** A level of a range: `gap` says that nodes between left and right went up. */
export interface StackedLevel extends Fringe {
  readonly gap: boolean;
}

/** A range of a file's chunks as the levels of its summary. */
export interface LeveledRange {
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly height: number;
  level(height: number): StackedLevel;
}

/** Sides on which more nodes may follow at a level, so that groups there are not yet settled. */
interface Open {
  readonly left: boolean;
  readonly right: boolean;
}

/** Splits a level into what stays behind on either side and what goes up. */
function split(nodes: readonly TreeNode[], open: Open): Fringe & { promoted: TreeNode[] } {
  const start = open.left ? stableStart(nodes) : 0;
  const end = start === undefined ? undefined : stableEndAfter(nodes, start, open);
  if (start === undefined || end === undefined || start >= end) {
    return { left: nodes, promoted: [], right: [] };
  }
  return {
    left: nodes.slice(0, start),
    promoted: promote(nodes.slice(start, end)),
    right: nodes.slice(end),
  };
}

function stableEndAfter(nodes: readonly TreeNode[], start: number, open: Open): number | undefined {
  if (!open.right) return nodes.length;
  const end = stableEnd(nodes.slice(start));
  return end === undefined ? undefined : start + end;
}

/** Builds all levels above `nodes`, which are the whole of their level. */
export function climb(nodes: readonly TreeNode[], open: Open): Fringe[] {
  const levels: Fringe[] = [];
  let current = nodes;
  let { left: openLeft, right: openRight } = open;
  while (current.length > 1) {
    const { left, promoted, right } = split(current, { left: openLeft, right: openRight });
    levels.push({ left, right });
    if (promoted.length === 0) return levels;
    openLeft ||= left.length > 0;
    openRight ||= right.length > 0;
    current = promoted;
  }
  levels.push({ left: current, right: [] });
  return levels;
}

/**
 * Level by level from below: what the left range kept on its right, what came up from between the
 * two, and what the right range kept on its left stand side by side. Where a range has nodes on
 * higher levels, that side of the strip is a group's border for certain.
 */
export function mergeLevels(a: LeveledRange, b: LeveledRange): Fringe[] {
  const levels: Fringe[] = [];
  let carry: readonly TreeNode[] = [];
  const open = { left: !a.atStart, right: !b.atEnd };
  for (let height = 0; height < Math.max(a.height, b.height); height++) {
    const [before, after] = [a.level(height), b.level(height)];
    const strip = [
      ...(before.gap ? [] : before.left),
      ...before.right,
      ...carry,
      ...after.left,
      ...(after.gap ? [] : after.right),
    ];
    const alone = !before.gap && !after.gap && strip.length <= 1;
    const { left, promoted, right } = alone
      ? { left: strip, promoted: [], right: [] }
      : split(strip, { left: open.left && !before.gap, right: open.right && !after.gap });
    const outerRight = after.gap ? after.right : [];
    if (!before.gap) {
      levels.push({ left, right: [...right, ...outerRight] });
      open.left ||= left.length > 0;
    } else if (promoted.length === 0 && a.atStart) {
      // It stands after the gap, but is named left as hf_xet names it; `level` knows.
      levels.push({ left, right: outerRight });
    } else {
      levels.push({ left: before.left, right: [...left, ...right, ...outerRight] });
    }
    open.right ||= right.length + outerRight.length > 0;
    carry = promoted;
  }
  if (carry.length > 0) levels.push(...climb(carry, open));
  return dropEmptyTop(levels);
}

/** So that the highest level has nodes, if any has. */
export function dropEmptyTop(levels: readonly Fringe[]): Fringe[] {
  const top = levels.findLastIndex(({ left, right }) => left.length + right.length > 0);
  return levels.slice(0, Math.max(top + 1, 1));
}

/** Whether a gap between natural cuts is one that no grouping can straddle. */
function isStableGap(gap: number): boolean {
  return gap > MIN_GROUP && gap < MAX_GROUP - 1;
}

/** The first position at which a group begins, whatever nodes stand before. */
function stableStart(nodes: readonly TreeNode[]): number | undefined {
  const cuts = naturalCuts(nodes);
  for (let i = 2; i < cuts.length; i++) {
    const [c0 = 0, c1 = 0, c2 = 0] = cuts.slice(i - 2, i + 1);
    if (isStableGap(c1 - c0) && isStableGap(c2 - c1)) return c1 + 1;
  }
  return undefined;
}

/** The last position at which a group ends, whatever nodes stand behind. */
function stableEnd(nodes: readonly TreeNode[]): number | undefined {
  const cuts = naturalCuts(nodes);
  for (let i = cuts.length - 3; i >= 0; i--) {
    const [c0 = 0, c1 = 0, c2 = 0] = cuts.slice(i, i + 3);
    if (isStableGap(c1 - c0) && isStableGap(c2 - c1)) return c1 + 1;
  }
  return undefined;
}

function naturalCuts(nodes: readonly TreeNode[]): number[] {
  return nodes.flatMap((node, i) => isNaturalCut(node.hash) ? [i] : []);
}
