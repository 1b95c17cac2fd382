import { isPartName } from "../buckets/part_files.ts";
import { fileSystem } from "../buckets/local_files.ts";
import { codeOf, ignoreMissing } from "./file_errors.ts";
import { ancestorsOf } from "./path_rules.ts";
import { FOLDS_NAMES } from "./platform.ts";

/** A file of a directory. */
export interface LocalFile {
  /** Tells it from what is none. */
  readonly kind: "file";
  /** Bytes. */
  readonly size: number;
  /** When it was written, in whole milliseconds since 1970. */
  readonly mtime: number;
}

/** What is at a path that is not a file. */
export type LocalEntry = LocalFile | { readonly kind: "missing" } | Obstacle;

/** Something that can neither be read as a file nor be replaced by one. */
export interface Obstacle {
  /** Tells it from a file. */
  readonly kind: "obstacle";
  /** What it is, in a few words. */
  readonly reason: string;
  /** It may be there by mistake: who syncs should be told. */
  readonly isProblem: boolean;
  /** The path of the file, or "directory" for the directory, without which there could be a file. */
  readonly inTheWay?: { readonly file: string } | "directory" | undefined;
}

/**
 * A directory of this machine as sync sees it. Links to files are files; links to directories are
 * not followed, so that nothing is read or written outside. It is for one sync: directories that it
 * has seen are remembered.
 */
export class LocalDirectory {
  /** Where it is. */
  readonly path: string;
  readonly #seen = new Map<string, Promise<LocalEntry | "directory">>();

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Looks at a directory.
   *
   * @returns The directory; undefined if there is nothing.
   * @throws TypeError if there is something else.
   */
  static async open(path: string): Promise<LocalDirectory | undefined> {
    const { realpath, stat } = fileSystem();
    const found = await stat(path).catch(ignoreMissing);
    if (found === undefined) return undefined;
    if (!found.isDirectory()) throw new TypeError(`Not a directory: ${path}`);
    return new LocalDirectory(await realpath(path));
  }

  /**
   * Whether its disk takes names that differ only in case for the same: what is there is looked for
   * under its name in the other case.
   */
  async foldsNames(): Promise<boolean> {
    const names = (await fileSystem().readdir(this.path)).map((name) => `${this.path}/${name}`);
    for (const place of [...names, this.path]) {
      const at = place.lastIndexOf("/") + 1;
      const other = place.slice(0, at) + inOtherCase(place.slice(at));
      if (other !== place) return await isSame(place, other);
    }
    return FOLDS_NAMES;
  }

  /** Whether two paths lead to one file. */
  isSameFile(path: string, other: string): Promise<boolean> {
    return isSame(this.resolve(path), this.resolve(other));
  }

  /** The absolute path of something in it. */
  resolve(path: string): string {
    return path === "" ? this.path : `${this.path}/${path}`;
  }

  /**
   * Everything in it that is no directory, at all depths, in no given order; not what downloads have
   * left unfinished.
   */
  async *entries(signal?: AbortSignal): AsyncGenerator<[string, LocalFile | Obstacle], void, void> {
    const { readdir } = fileSystem();
    const waiting = [""];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      signal?.throwIfAborted();
      let children;
      try {
        children = await readdir(this.resolve(folder), { withFileTypes: true });
      } catch (error) {
        if (folder === "") throw error;
        yield [folder, problem(`the directory cannot be read: ${codeOf(error)}`)];
        continue;
      }
      for (const child of children) {
        if (isPartName(child.name)) continue;
        const path = folder === "" ? child.name : `${folder}/${child.name}`;
        if (child.isDirectory()) {
          waiting.push(path);
          continue;
        }
        const entry = await this.#look(path);
        if (entry === "directory" || entry.kind === "missing") {
          yield [path, problem("it cannot be found by its name")];
        } else yield [path, entry];
      }
    }
  }

  /**
   * What is at a path. A link that leads nowhere is nothing: whoever writes there replaces it.
   *
   * @param path Must be safe, see `unsafeLocalPath`.
   */
  async at(path: string): Promise<LocalEntry> {
    for (const ancestor of ancestorsOf(path)) {
      const look = this.#seen.get(ancestor) ?? this.#look(ancestor);
      this.#seen.set(ancestor, look);
      const entry = await look;
      if (entry === "directory") continue;
      if (entry.kind === "file") {
        return { ...problem(`${ancestor} is a file`), inTheWay: { file: ancestor } };
      }
      return entry.kind === "missing" ? entry : problem(`${ancestor}: ${entry.reason}`);
    }
    const entry = await this.#look(path);
    if (entry === "directory") return { ...problem("it is a directory"), inTheWay: "directory" };
    return entry.kind === "obstacle" && entry.reason === BROKEN ? { kind: "missing" } : entry;
  }

  async #look(path: string): Promise<LocalEntry | "directory"> {
    const { lstat, stat } = fileSystem();
    const place = this.resolve(path);
    try {
      const own = await lstat(place);
      if (own.isDirectory()) return "directory";
      const target = own.isSymbolicLink() ? await stat(place).catch(ignoreMissing) : own;
      if (target === undefined) return problem(BROKEN);
      if (target.isDirectory()) return obstacle("it is a link to a directory, not followed");
      if (!target.isFile()) return obstacle("it is no regular file");
      return { kind: "file", size: target.size, mtime: Math.round(target.mtimeMs) };
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
      return problem(`it cannot be read: ${code}`);
    }
  }
}

async function isSame(place: string, other: string): Promise<boolean> {
  const [own, found] = await Promise.all(
    [place, other].map((path) => fileSystem().lstat(path).catch(ignoreMissing)),
  );
  return own !== undefined && found?.ino === own.ino && found.dev === own.dev;
}

/** A name with its first letter in the other case. */
function inOtherCase(name: string): string {
  return name.replace(/[a-z]/i, (letter) => {
    const upper = letter.toUpperCase();
    return upper === letter ? letter.toLowerCase() : upper;
  });
}

const BROKEN = "it is a link that leads nowhere";

function obstacle(reason: string): Obstacle {
  return { kind: "obstacle", reason, isProblem: false };
}

function problem(reason: string): Obstacle {
  return { kind: "obstacle", reason, isProblem: true };
}
