import { compareUtf8 } from "../flow/utf8_order.ts";
import { ancestorsOf } from "./path_rules.ts";

/** A path as a disk reads it that takes `A` for `a`, and `é` for `e` and an accent. */
export function foldedPath(path: string): string {
  return path.normalize("NFD").toLowerCase().normalize("NFC");
}

/**
 * The paths that such a disk cannot hold beside another one, and which that is: files of the same name,
 * and files where others have a directory. The first in the order of bytes can stay.
 */
export function sameNames(paths: Iterable<string>): ReadonlyMap<string, string> {
  const ordered = [...paths].sort(compareUtf8);
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  const same = new Map<string, string>();
  for (const path of ordered) {
    const folded = foldedPath(path);
    const other = files.get(folded) ?? folders.get(folded) ??
      ancestorsOf(folded).map((folder) => files.get(folder)).find((file) => file !== undefined);
    if (other !== undefined) {
      same.set(path, other);
      continue;
    }
    files.set(folded, path);
    for (const folder of ancestorsOf(folded)) folders.set(folder, folders.get(folder) ?? path);
  }
  return same;
}

/** Why such a path is not written. */
export const sameNameReason = (other: string): string =>
  `the disk takes the name for that of ${other}`;
