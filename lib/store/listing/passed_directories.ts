import { compareUtf8 } from "../../flow/utf8_order.ts";
import { HIDDEN_PREFIX } from "../keys.ts";
import type { PageSource } from "./page_source.ts";

/** More directories than this are not asked for one by one. */
export const MAX_PASSED = 16;

/**
 * The directories of a level that may have come to be behind a reader's back. Where the Hub sorts a
 * directory `a` by its bare name, it stands before `a!`, but its key `a/` comes after it: one that is
 * made when a listing has got to `a!` lies before the page to go on with, and yet has to be shown.
 *
 * @param directory The level, with its final `/`; empty for the root.
 * @param after The key that the listing got to.
 * @param passed The last key before the page to go on with.
 * @returns Keys with their final `/`, in order; none of them need exist.
 */
export function passedDirectories(
  directory: string,
  after: string,
  passed: string,
): readonly string[] {
  if (!after.startsWith(directory)) return [];
  const slash = after.indexOf("/", directory.length);
  const name = slash < 0 ? after : after.slice(0, slash);
  const keys: string[] = [];
  for (let end = name.length; end > directory.length; end--) {
    const next = after[end];
    if (next !== undefined && next >= "/") continue;
    const path = name.slice(0, end);
    const key = `${path}/`;
    if (compareUtf8(path, passed) <= 0 && key !== HIDDEN_PREFIX) keys.push(key);
  }
  return keys.sort(compareUtf8);
}

/** Those of the directories in which there is a file. */
export async function existing(
  source: PageSource,
  directories: readonly string[],
): Promise<readonly string[]> {
  const pages = await Promise.all(
    directories.map((prefix) => source.page({ prefix, recursive: true, limit: 1 })),
  );
  return directories.filter((_, i) => pages[i]?.lines.length !== 0);
}
