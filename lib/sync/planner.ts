import { compareUtf8 } from "../flow/utf8_order.ts";
import { compareContent, compareVersions } from "./compare.ts";
import type { Destination, EndEntry, EndFile, Source } from "./ends.ts";
import { createFilter } from "./filter.ts";
import type { Obstacle } from "./local_directory.ts";
import { ancestorsOf } from "./path_rules.ts";
import type { SyncOperation } from "./plan.ts";
import { foldedPath, sameNameReason, sameNames } from "./same_names.ts";
import type { PlanSyncOptions, TransferAction } from "./sync_request.ts";

/** Where the gateway keeps metadata and settings of a bucket (`docs/architecture.md`). */
const HIDDEN_PREFIX = "~hugbucket/";

/** What a {@linkcode Planner} works with. */
export interface PlannerParts {
  readonly action: TransferAction;
  readonly options: PlanSyncOptions;
  readonly source: Source;
  readonly destination: Destination;
  readonly keepsHidden: boolean;
  readonly hidesBelow: boolean;
}

/** Makes one plan. */
export class Planner {
  readonly #parts: PlannerParts;
  readonly #matches: (path: string) => boolean;
  readonly #operations: SyncOperation[] = [];
  readonly #files = new Map<string, EndFile>();
  readonly #deleted = new Set<string>();
  /** Paths of the source that cannot be read or sent: nothing there or below is deleted. */
  readonly #unread = new Set<string>();
  /** The files' paths as a disk reads them that folds names; empty for one that does not. */
  #folded: ReadonlySet<string> = new Set();

  /** @param parts Both ends, and how to decide. */
  constructor(parts: PlannerParts) {
    this.#parts = parts;
    const filter = createFilter(parts.options);
    const isHidden = parts.hidesBelow && !parts.keepsHidden;
    this.#matches = (path) => filter(path) && !(isHidden && path.startsWith(HIDDEN_PREFIX));
  }

  /** The operations, in the order of their paths' bytes. */
  async plan(): Promise<readonly SyncOperation[]> {
    const { source, destination, options } = this.#parts;
    for await (const [path, entry] of source.entries()) this.#takeSource(path, entry);
    if (!destination.isFlat) {
      this.#refuseBelowFiles();
      await this.#refuseSameNames();
    }
    const there = new Map<string, EndEntry>();
    if (options.delete) {
      for await (const [path, entry] of destination.entries()) this.#takeOther(path, entry, there);
    }
    const isKnown = options.delete && destination.isFlat;
    if (!isKnown) {
      const paths = [...this.#files.keys()];
      for await (const [path, entry] of destination.at(paths)) there.set(path, entry);
    }
    for (const [path, file] of this.#files) {
      options.signal?.throwIfAborted();
      this.#operations.push(await this.#decide(path, file, there.get(path)));
    }
    return this.#operations.sort((a, b) => compareUtf8(a.path, b.path));
  }

  #takeSource(path: string, entry: EndEntry): void {
    if (entry.kind !== "file") {
      this.#unread.add(path);
      if (this.#matches(path)) this.#skip(path, entry.reason, entry.isProblem);
      return;
    }
    if (!this.#matches(path)) return;
    const problem = this.#parts.destination.problemOf(path);
    if (problem === undefined) this.#files.set(path, entry);
    else this.#refuse(path, problem);
  }

  /** A directory cannot hold a file `a` and a file `a/b`; a bucket may. */
  #refuseBelowFiles(): void {
    for (const path of this.#files.keys()) {
      const file = ancestorsOf(path).find((ancestor) => this.#files.has(ancestor));
      if (file !== undefined) this.#refuse(path, `the source has a file ${file} too`);
    }
  }

  /** A disk may take `A` and `a` for one name; a bucket does not. */
  async #refuseSameNames(): Promise<void> {
    const { destination, options } = this.#parts;
    const same = sameNames(this.#files.keys());
    if (same.size === 0 && !options.delete) return;
    if (!await destination.foldsNames()) return;
    for (const [path, other] of same) this.#refuse(path, sameNameReason(other));
    this.#folded = new Set([...this.#files.keys()].map(foldedPath));
  }

  #takeOther(path: string, entry: EndEntry, there: Map<string, EndEntry>): void {
    if (this.#files.has(path)) {
      if (this.#parts.destination.isFlat) there.set(path, entry);
    } else if (
      entry.kind === "file" && this.#matches(path) && !this.#isUnread(path) &&
      !this.#folded.has(foldedPath(path))
    ) {
      this.#deleted.add(path);
      this.#operations.push({
        action: "delete",
        path,
        reason: "not in the source",
        size: entry.size,
        ...time("destinationMtime", entry),
      });
    }
  }

  #isUnread(path: string): boolean {
    return this.#unread.has(path) || ancestorsOf(path).some((part) => this.#unread.has(part));
  }

  async #decide(path: string, file: EndFile, there?: EndEntry): Promise<SyncOperation> {
    const { action, source, destination, options } = this.#parts;
    const line = {
      path,
      size: file.size,
      ...time("sourceMtime", file),
      ...(file.file && { file: file.file }),
    };
    if (there === undefined || (there.kind === "obstacle" && this.#goesAway(there))) {
      return options.existing
        ? { ...line, action: "skip", reason: "not at the destination" }
        : { ...line, action, reason: "new file" };
    }
    if (there.kind === "obstacle") {
      return { action: "skip", path, reason: there.reason, refused: true };
    }
    if (options.force) {
      return { ...line, ...time("destinationMtime", there), action, reason: "in any case" };
    }
    const decision = options.ignoreExisting || !this.#comparesContent()
      ? compareVersions(file, there, {
        source: source.name,
        destination: destination.name,
      }, options)
      : await compareContent(file, there, () => Promise.all([file.hash(), there.hash()]));
    const { send, reason } = !decision.send && this.#differsInTime(file, there)
      ? { send: true, reason: "time differs" }
      : decision;
    return { ...line, ...time("destinationMtime", there), action: send ? action : "skip", reason };
  }

  #comparesContent(): boolean {
    const { action, options } = this.#parts;
    return options.checksum || (action === "copy" && !options.ignoreTimes && !options.ignoreSizes);
  }

  /** A copy costs no bytes, and what the gateway keeps beside an object is bound to its time. */
  #differsInTime(file: EndFile, there: EndFile): boolean {
    const { action, options } = this.#parts;
    return action === "copy" && !options.ignoreExisting && !options.checksum &&
      !options.ignoreTimes && !options.ignoreSizes && file.mtime !== 0 &&
      file.mtime !== there.mtime;
  }

  /** Whether what is in the way is deleted by this sync. */
  #goesAway({ inTheWay }: Obstacle): boolean {
    if (inTheWay === undefined || !this.#parts.options.delete) return false;
    return inTheWay === "directory" || this.#deleted.has(inTheWay.file);
  }

  #refuse(path: string, reason: string): void {
    this.#files.delete(path);
    this.#unread.add(path);
    this.#skip(path, reason, true);
  }

  #skip(path: string, reason: string, isRefused: boolean): void {
    this.#operations.push({ action: "skip", path, reason, ...(isRefused && { refused: true }) });
  }
}

/** A time of 0 is one that is not known. */
function time<Name extends string>(name: Name, { mtime }: EndFile): { [_ in Name]?: number } {
  return (mtime === 0 ? {} : { [name]: mtime }) as { [_ in Name]?: number }; // no other key is made
}
