import { compareUtf8 } from "../../flow/utf8_order.ts";
import { keyOfPath, MARKER_NAME } from "../keys.ts";
import type { StoredFile } from "../stored_file.ts";
import type { PageSource } from "./page_source.ts";

/** A file with the key it is shown under. */
export interface KeyedFile {
  readonly key: string;
  readonly file: StoredFile;
}

/**
 * Puts folder markers where their keys belong. The marker of `dir/` is the file
 * `dir/.hugbucket_keep`, which comes after `dir/!` and `dir/-` in the order of paths, but its key `dir/` comes
 * before everything under it. So when a walk enters a directory by a file that sorts before the
 * marker's name, paths-info is asked whether there is one: once for all directories of a page.
 */
export class MarkerPlacer {
  readonly #source: PageSource;
  readonly #wanted: (key: string) => boolean;
  #previous = "";

  /**
   * @param source Where to ask.
   * @param wanted Whether the listing could show a marker of this key; others are not asked for.
   */
  constructor(source: PageSource, wanted: (key: string) => boolean) {
    this.#source = source;
    this.#wanted = wanted;
  }

  /**
   * The files with their keys, in the order of keys, and the markers among them.
   *
   * @param files The next files of the walk, in the order of paths.
   */
  async place(files: readonly StoredFile[]): Promise<readonly KeyedFile[]> {
    const entered = files.map((file) => {
      const directories = enteredDirectories(this.#previous, file.path);
      this.#previous = file.path;
      return directories;
    });
    const asked = files.map(({ path }, i) =>
      (entered[i] ?? []).filter((directory) =>
        compareUtf8(path.slice(directory.length), MARKER_NAME) < 0 && this.#wanted(directory)
      )
    );
    const paths = asked.flat().map((directory) => directory + MARKER_NAME);
    const found = paths.length === 0 ? undefined : await this.#source.files(paths);
    return files.flatMap((file, i) => [
      ...(asked[i] ?? []).flatMap((directory) => {
        const marker = found?.get(directory + MARKER_NAME);
        return marker === undefined ? [] : [{ key: directory, file: marker }];
      }),
      ...keyed(file, entered[i] ?? []),
    ]);
  }
}

/** A marker that is not the first of its directory has been shown already, at its key's place. */
function keyed(file: StoredFile, entered: readonly string[]): readonly KeyedFile[] {
  const key = keyOfPath(file.path);
  if (key === undefined) return [];
  if (key !== file.path && !entered.includes(key)) return [];
  return [{ key, file }];
}

/** The directories, each with its final `/`, that hold a path but not the one before it. */
function enteredDirectories(previous: string, path: string): readonly string[] {
  let shared = 0;
  while (shared < previous.length && previous[shared] === path[shared]) shared++;
  const directories: string[] = [];
  for (let at = path.indexOf("/", shared); at >= 0; at = path.indexOf("/", at + 1)) {
    directories.push(path.slice(0, at + 1));
  }
  return directories;
}
