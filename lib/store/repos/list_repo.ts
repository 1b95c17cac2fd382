import { compareUtf8 } from "../../flow/utf8_order.ts";
import type { ListQuery } from "../object_store.ts";
import type { CommitName, RepoTrees } from "./repo_trees.ts";
import type { TreeFile, TreeTable } from "./tree_table.ts";

/** A line of a listing. */
export type RepoLine =
  | { readonly kind: "file"; readonly file: TreeFile }
  | { readonly kind: "prefix"; readonly prefix: string };

/**
 * Lists a commit by keys in UTF-8 byte order, which is not the Hub's: what is below the prefix's directory is read whole and sorted; of one
 * level the directory alone. A tree that is too large to be sorted is walked directory by directory.
 */
export async function* listRepo(
  trees: RepoTrees,
  name: CommitName,
  query: Omit<ListQuery, "cursor">,
): AsyncGenerator<RepoLine> {
  const { prefix, delimiter, after } = query;
  if (!canBeginPath(prefix)) return;
  const directory = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
  const floor = after === undefined || compareUtf8(after, prefix) < 0 ? undefined : after;
  const known = trees.known(name, directory);
  if (known === undefined && delimiter === "/") {
    const { entries } = await trees.directory(name, directory);
    for (const { name, file } of entries) {
      if (!name.startsWith(prefix) || !isAfter(name, floor)) continue;
      yield file === undefined ? { kind: "prefix", prefix: name } : { kind: "file", file };
    }
    return;
  }
  const table = known ?? await trees.below(name, directory);
  const files = table === undefined
    ? walk(trees, name, directory, prefix, floor)
    : filesOf(table, prefix, floor, delimiter);
  let group: string | undefined;
  for await (const file of files) {
    const next = groupOf(file.path, prefix, delimiter);
    if (next === undefined) yield { kind: "file", file };
    else if (next !== group && isAfter(next, floor)) yield { kind: "prefix", prefix: next };
    group = next;
  }
}

/** The files of a table after a name that begin with the prefix; of each group at least one. */
function* filesOf(
  table: TreeTable,
  prefix: string,
  floor: string | undefined,
  delimiter: string | undefined,
): Generator<TreeFile> {
  let index = table.lowerBound(floor ?? prefix);
  while (index < table.length && table.path(index).startsWith(prefix)) {
    const path = table.path(index);
    if (isAfter(path, floor)) yield table.file(index);
    const group = groupOf(path, prefix, delimiter);
    index++;
    if (group === undefined) continue;
    // No key is longer than what is sought, so nothing of the group is behind it.
    const end = table.lowerBound(`${group}\u{10ffff}`);
    index = Math.max(index, end);
  }
}

/** The files below a directory, one directory at a time. */
async function* walk(
  trees: RepoTrees,
  name: CommitName,
  directory: string,
  prefix: string,
  floor: string | undefined,
): AsyncGenerator<TreeFile> {
  for (const { name: entry, file } of (await trees.directory(name, directory)).entries) {
    if (file !== undefined) {
      if (entry.startsWith(prefix) && isAfter(entry, floor)) yield file;
    } else if (overlaps(entry, prefix) && reaches(entry, floor)) {
      yield* walk(trees, name, entry.slice(0, -1), prefix, floor);
    }
  }
}

const overlaps = (directory: string, prefix: string): boolean =>
  directory.startsWith(prefix) || prefix.startsWith(directory);

/** Whether something below a directory can be after a name. */
const reaches = (directory: string, floor: string | undefined): boolean =>
  floor === undefined || compareUtf8(directory, floor) > 0 || floor.startsWith(directory);

function groupOf(path: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === "") return undefined;
  const at = path.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : path.slice(0, at + delimiter.length);
}

const isAfter = (name: string, floor: string | undefined): boolean =>
  floor === undefined || compareUtf8(name, floor) > 0;

/** Git has no empty segment, none that is `.` or `..`, and no NUL. */
const canBeginPath = (prefix: string): boolean =>
  prefix.isWellFormed() && !prefix.includes("\0") &&
  prefix.split("/").slice(0, -1).every((name) => name !== "" && name !== "." && name !== "..");
