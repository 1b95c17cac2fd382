import { fileSystem } from "../buckets/local_files.ts";
import { codeOf, ignoreMissing } from "./file_errors.ts";
import type { LocalDirectory } from "./local_directory.ts";
import { ancestorsOf } from "./path_rules.ts";
import { SyncPathError } from "./sync_result.ts";

/** Makes the directories that files are in, and never follows a link on the way. */
export class Folders {
  readonly #directory: LocalDirectory;
  readonly #made = new Map<string, Promise<void>>();

  /** @param directory What they are in. */
  constructor(directory: LocalDirectory) {
    this.#directory = directory;
  }

  /** Makes the directories above a path. */
  async make(path: string): Promise<void> {
    for (const folder of ancestorsOf(path)) {
      const made = this.#made.get(folder) ?? this.#makeOne(path, folder);
      this.#made.set(folder, made);
      await made;
    }
  }

  /** Where a file is; undefined if there is none. */
  async find(path: string): Promise<string | undefined> {
    for (const folder of ancestorsOf(path)) {
      if (await this.#kind(path, folder) === undefined) return undefined;
    }
    const place = this.#directory.resolve(path);
    return await fileSystem().lstat(place).then(() => place, ignoreMissing);
  }

  async #makeOne(path: string, folder: string): Promise<void> {
    if (await this.#kind(path, folder) !== undefined) return;
    try {
      await fileSystem().mkdir(this.#directory.resolve(folder));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      await this.#kind(path, folder);
    }
  }

  async #kind(path: string, folder: string): Promise<"directory" | undefined> {
    const found = await fileSystem().lstat(this.#directory.resolve(folder)).catch(ignoreMissing);
    if (found === undefined || found.isDirectory()) return found && "directory";
    throw new SyncPathError(
      path,
      found.isSymbolicLink() ? `${folder} is a link, which is not followed` : `${folder} is a file`,
    );
  }
}
