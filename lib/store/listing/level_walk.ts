import { compareUtf8 } from "../../flow/utf8_order.ts";
import { HIDDEN_PREFIX, keyOfPath, MARKER_NAME } from "../keys.ts";
import type { StoredFile } from "../stored_file.ts";
import type { Candidate } from "./candidate.ts";
import { OutOfOrder, type PageSource, type TreeLine } from "./page_source.ts";
import { type NumberedPage, pagesOf } from "./pages.ts";
import { existing, MAX_PASSED, passedDirectories } from "./passed_directories.ts";
import type { LevelPlace, Position } from "./position.ts";

/** Directories that wait for their place; more of them is no order at all. */
const MAX_HELD = 1000;

/** What to walk. */
export interface LevelWalk {
  /** With its final `/`; empty for the root level. */
  readonly directory: string;
  /** Whether to show the directory's own marker: then the walk has to begin at the start. */
  readonly ownMarker: boolean;
  /** Keys up to here are of no use. */
  readonly after?: string;
  readonly from?: LevelPlace;
  readonly orders: DirectoryOrders;
}

/** What is known of how the Hub sorts the directories of the bucket. */
export interface DirectoryOrders {
  /** Whether by their names with the final `/`, as their keys sort. */
  readonly bySlash: boolean;
  /** Is told when a line shows that it does. */
  readonly onBySlash: () => void;
}

interface Held {
  readonly key: string;
  readonly file?: StoredFile;
  readonly page: NumberedPage;
}

/**
 * One level of a bucket in the order of keys, where directories count with their final `/`.
 *
 * Whether the Hub sorts a directory by its name with or without that `/` is not known, so this works
 * for both: a line is held back until one comes whose path is not below its key. In either order all
 * that is still to come sorts above the last path, so whatever is not above it is certain. A walk that
 * does not begin at the start asks for the directories that may have been made before its place since.
 *
 * @throws {OutOfOrder} before showing anything of a page that breaks both orders.
 */
export async function* levelWalk(
  source: PageSource,
  walk: LevelWalk,
): AsyncGenerator<readonly Candidate[]> {
  const { directory, ownMarker, orders } = walk;
  const missed = walk.from === undefined || orders.bySlash
    ? []
    : passedDirectories(directory, walk.after ?? "", walk.from.passed);
  const from = missed.length > MAX_PASSED ? undefined : walk.from;
  const found = from === undefined ? [] : await existing(source, missed);
  const order = new LevelOrder(orders, from);
  const markers = new OwnMarker(source, directory);
  const pages = pagesOf(source, {
    prefix: directory,
    recursive: false,
    ...(from !== undefined && { cursor: from.cursor }),
  });
  for await (const page of pages) {
    if (page.index === 0) order.begin(found, page);
    const marker = ownMarker ? await markers.in(page) : undefined;
    const ready = page.lines.flatMap((line) => order.take(line, page));
    const at: Position = { kind: "level" };
    yield marker === undefined
      ? ready
      : [{ key: directory, file: marker, at, behind: at }, ...ready];
  }
  yield order.rest();
}

/** The marker of the directory that is walked: its key is the first of all. */
class OwnMarker {
  readonly #source: PageSource;
  readonly #path: string;
  /** The order of the first page says that there is none. */
  #excluded = false;

  constructor(source: PageSource, directory: string) {
    this.#source = source;
    this.#path = directory + MARKER_NAME;
  }

  /** The marker, at the first page, whichever page holds it. */
  async in(page: NumberedPage): Promise<StoredFile | undefined> {
    const own = this.#among(page.lines);
    if (page.index > 0) {
      if (own !== undefined && this.#excluded) {
        throw new OutOfOrder("A folder marker comes after what sorts behind it");
      }
      return undefined;
    }
    const last = page.lines.at(-1);
    this.#excluded = last !== undefined && compareUtf8(pathOf(last), this.#path) > 0;
    if (own !== undefined || page.next === undefined || this.#excluded) return own;
    return (await this.#source.files([this.#path])).get(this.#path);
  }

  #among(lines: readonly TreeLine[]): StoredFile | undefined {
    for (const line of lines) {
      if (line.kind === "file" && line.file.path === this.#path) return line.file;
    }
    return undefined;
  }
}

const pathOf = (line: TreeLine): string => line.kind === "file" ? line.file.path : line.path;

/** The key of a line in the order of keys, whoever shows it. */
const keyOfLine = (line: TreeLine): string =>
  line.kind === "file" ? line.file.path : `${line.path}/`;

const earlier = (a: NumberedPage, b: NumberedPage): NumberedPage => a.index < b.index ? a : b;

/** Undefined for what the walk never shows by itself: hidden files and the directory's own marker. */
function heldOf(line: TreeLine, page: NumberedPage): Held | undefined {
  if (line.kind === "file") {
    const key = keyOfPath(line.file.path);
    return key === line.file.path ? { key, file: line.file, page } : undefined;
  }
  const key = `${line.path}/`;
  return key === HIDDEN_PREFIX ? undefined : { key, page };
}

/** Holds lines back until their place is certain, and checks that keys strictly ascend. */
class LevelOrder {
  readonly #orders: DirectoryOrders;
  readonly #from: LevelPlace | undefined;
  readonly #held: Held[] = [];
  #previousPath: string | undefined;
  /** The key that was let go last. */
  last: string | undefined;

  /** @param from Where the walk begins. */
  constructor(orders: DirectoryOrders, from: LevelPlace | undefined) {
    this.#orders = orders;
    this.#from = from;
  }

  /** Takes directories, in order, that are known without a line. */
  begin(directories: readonly string[], page: NumberedPage): void {
    this.#held.push(...directories.map((key) => ({ key, page })));
  }

  /** Takes the next line; what is certain now, in order. */
  take(line: TreeLine, page: NumberedPage): readonly Candidate[] {
    const path = pathOf(line);
    this.#learn(line.kind, path);
    const held = heldOf(line, page);
    if (held !== undefined) this.#hold(held);
    const certain: Candidate[] = [];
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      if (compareUtf8(first.key, path) > 0) break;
      certain.push(...this.#release(page));
    }
    return certain;
  }

  /** What is still held when there are no more lines. */
  rest(): readonly Candidate[] {
    const rest: Candidate[] = [];
    while (this.#held.length > 0) rest.push(...this.#release());
    return rest;
  }

  /** A directory whose bare name sorts before the line that it follows has its place by its `/`. */
  #learn(kind: TreeLine["kind"], path: string): void {
    const previous = this.#previousPath;
    this.#previousPath = path;
    if (kind !== "directory" || previous === undefined) return;
    if (compareUtf8(path, previous) < 0 && compareUtf8(previous, `${path}/`) < 0) {
      this.#orders.onBySlash();
    }
  }

  #hold(held: Held): void {
    let at = this.#held.length;
    while (at > 0 && compareUtf8(held.key, this.#held[at - 1]?.key ?? "") < 0) at--;
    this.#held.splice(at, 0, held);
    if (this.#held.length > MAX_HELD) throw new OutOfOrder("Too many directories without a place");
  }

  #release(page?: NumberedPage): readonly Candidate[] {
    const first = this.#held.shift();
    // A line that comes twice is shown once.
    if (first === undefined || first.key === this.last) return [];
    if (this.last !== undefined && compareUtf8(first.key, this.last) < 0) {
      throw new OutOfOrder("A line of the level sorts before one that came earlier");
    }
    this.last = first.key;
    // Lines still held may be of an earlier page: who goes on from here has to read it again.
    const behind = this.#held.reduce(
      (earliest, held) => earlier(held.page, earliest),
      page ?? first.page,
    );
    return [{
      key: first.key,
      ...(first.file !== undefined && { file: first.file }),
      at: this.#positionOf(earlier(first.page, behind)),
      behind: this.#positionOf(behind),
    }];
  }

  #positionOf({ here, before }: NumberedPage): Position {
    if (here === undefined) return { kind: "level" };
    const passed = before === undefined ? this.#from?.passed ?? "" : keyOfLine(before);
    return { kind: "level", place: { cursor: here, passed } };
  }
}
