import type { TreeItem } from "../buckets/mod.ts";
import { printable } from "./printer.ts";

interface Node {
  readonly children: Map<string, Node>;
  item?: TreeItem;
}

/**
 * Draws paths as a tree, a line each.
 *
 * @param items What there is, in any order.
 * @param prefix What their paths begin with and is not drawn.
 * @param columns What stands before a line, by its entry; the same width for each.
 */
export function* treeLines(
  items: Iterable<TreeItem>,
  prefix: string,
  columns: (item: TreeItem | undefined) => string,
): Generator<string, void, void> {
  const root: Node = { children: new Map() };
  for (const item of items) {
    let node = root;
    for (const part of item.path.slice(prefix.length).split("/")) {
      const child = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, child);
      node = child;
    }
    node.item = item;
  }
  yield* draw(root, "", columns);
}

function* draw(
  { children }: Node,
  indent: string,
  columns: (item: TreeItem | undefined) => string,
): Generator<string, void, void> {
  const last = [...children.keys()].at(-1);
  for (const [name, node] of children) {
    const isLast = name === last;
    const isFolder = node.children.size > 0 || node.item?.type === "directory";
    const shown = `${printable(name)}${isFolder && node.item?.type !== "file" ? "/" : ""}`;
    yield `${columns(node.item)}${indent}${isLast ? "└── " : "├── "}${shown}`;
    yield* draw(node, `${indent}${isLast ? "    " : "│   "}`, columns);
  }
}
