import type { RepoReader } from "../../buckets/repo_reader.ts";
import { SingleFlight } from "../../flow/single_flight.ts";
import { HubError } from "../../hub/hub_error.ts";
import type { RepoName } from "../../hub/repo_id.ts";
import type { RepoFile, RepoItem } from "../../hub/repo_wire.ts";
import type { KeptTrees } from "./kept_trees.ts";
import { DirectoryTable, type TreeFile, TreeTable, TreeTableBuilder } from "./tree_table.ts";

/** What {@linkcode RepoTrees} stands on. */
export interface RepoTreesOptions {
  readonly reader: Pick<RepoReader, "treePage">;
  readonly kept: KeptTrees;
  /** Most files of a tree that is read whole, if it can be kept. */
  readonly sortLimit: number;
}

/** A commit of a repo. */
export interface CommitName {
  readonly repo: RepoName;
  /** 40 hex digits. */
  readonly commit: string;
}

/** The trees of commits, each read from the Hub once while it is kept. A directory that is not there is an empty one. */
export class RepoTrees {
  readonly #options: RepoTreesOptions;
  readonly #directories = new SingleFlight<string, DirectoryTable>();
  readonly #trees = new SingleFlight<string, TreeTable | undefined>();
  /** Trees that were found to be too large to be read whole. */
  readonly #large = new Set<string>();

  /** @param options Reader, memory and bounds. */
  constructor(options: RepoTreesOptions) {
    this.#options = options;
  }

  /** All files below a directory, if that or one above it is at hand. */
  known(name: CommitName, directory: string): TreeTable | undefined {
    for (const path of selfAndAncestors(directory)) {
      const table = this.#options.kept.get(keyOf("tree", name, path), TreeTable);
      if (table !== undefined) return table;
    }
    return undefined;
  }

  /** All files below a directory, perhaps with others; undefined if there are more than can be sorted. */
  async below(name: CommitName, directory: string): Promise<TreeTable | undefined> {
    const known = this.known(name, directory);
    if (known !== undefined) return known;
    const key = keyOf("tree", name, directory);
    if (this.#large.has(key)) return undefined;
    return await this.#trees.run(key, () => this.#readTree(key, name, directory));
  }

  /** Keeps a whole tree that was read. */
  keep(name: CommitName, items: readonly RepoItem[]): void {
    const builder = new TreeTableBuilder();
    for (const item of items) if (item.type === "file") builder.add(treeFile(item));
    this.#options.kept.put(keyOf("tree", name, ""), builder.finish());
  }

  /** The entries of a directory. */
  async directory(name: CommitName, directory: string): Promise<DirectoryTable> {
    const key = keyOf("directory", name, directory);
    const kept = this.#options.kept.get(key, DirectoryTable);
    if (kept !== undefined) return kept;
    return await this.#directories.run(key, () => this.#readDirectory(key, name, directory));
  }

  async #readTree(
    key: string,
    name: CommitName,
    directory: string,
  ): Promise<TreeTable | undefined> {
    const { kept, sortLimit } = this.#options;
    const builder = new TreeTableBuilder();
    for await (const items of this.#pages(name, directory, true)) {
      for (const item of items) if (item.type === "file") builder.add(treeFile(item));
      // What cannot be kept would be read again for each page of a listing.
      if (builder.length > sortLimit || builder.bytes > kept.most) {
        if (this.#large.size > 1000) this.#large.clear();
        this.#large.add(key);
        return undefined;
      }
    }
    const table = builder.finish();
    kept.put(key, table);
    return table;
  }

  async #readDirectory(
    key: string,
    name: CommitName,
    directory: string,
  ): Promise<DirectoryTable> {
    const files: TreeFile[] = [];
    const directories: string[] = [];
    for await (const items of this.#pages(name, directory, false)) {
      for (const item of items) {
        if (item.type === "file") files.push(treeFile(item));
        else directories.push(item.path);
      }
    }
    const table = new DirectoryTable(files, directories);
    this.#options.kept.put(key, table);
    return table;
  }

  async *#pages(
    { repo, commit }: CommitName,
    path: string,
    recursive: boolean,
  ): AsyncGenerator<readonly RepoItem[]> {
    let cursor: string | undefined;
    do {
      try {
        const page = await this.#options.reader.treePage(repo, commit, {
          path,
          recursive,
          cursor,
        });
        yield page.items;
        cursor = page.cursor;
      } catch (error) {
        if (error instanceof HubError && error.code === "EntryNotFound") return;
        throw error;
      }
    } while (cursor !== undefined);
  }
}

function treeFile({ path, size, oid, sha256, xetHash }: RepoFile): TreeFile {
  return { path, size, hash: xetHash ?? sha256 ?? oid, inXet: xetHash !== undefined };
}

const keyOf = (kind: string, { repo, commit }: CommitName, path: string): string =>
  `${kind} ${repo.type} ${repo.id} ${commit} ${path}`;

function* selfAndAncestors(directory: string): Generator<string> {
  let path = directory;
  while (path !== "") {
    yield path;
    path = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  }
  yield "";
}
