import { compareUtf8 } from "../../flow/utf8_order.ts";
import { HIDDEN_PREFIX } from "../keys.ts";
import type { StoredFile } from "../stored_file.ts";
import type { Candidate } from "./candidate.ts";
import { type DirectoryOrders, levelWalk } from "./level_walk.ts";
import { MarkerPlacer } from "./markers.ts";
import { OutOfOrder, type PageSource, type TreeLine } from "./page_source.ts";
import { pagesOf } from "./pages.ts";
import type { Position } from "./position.ts";

/** What to walk. */
export interface FlatWalk {
  /** Only keys that begin with it are of use; others may come too. */
  readonly prefix: string;
  /** Names up to here are of no use. */
  readonly after?: string;
  readonly from?: Position;
  /** Whether a folder marker of this key is of use. */
  readonly wanted: (key: string) => boolean;
  readonly orders: DirectoryOrders;
}

/**
 * All objects under a prefix in the order of keys, at any depth.
 *
 * The gateway's own files may be as many as the objects, and they sort after most names: the walk leaves
 * off at a page that ends within them, and finds what is behind them by the root level.
 *
 * @throws {OutOfOrder} before showing anything of a page that is not in the order of paths.
 */
export async function* flatWalk(
  source: PageSource,
  walk: FlatWalk,
): AsyncGenerator<readonly Candidate[]> {
  const { prefix, after, from } = walk;
  const crossesHidden = HIDDEN_PREFIX.startsWith(prefix);
  const behindHidden = crossesHidden && after !== undefined &&
    compareUtf8(after, HIDDEN_PREFIX) >= 0;
  if (behindHidden && from?.kind !== "flat") {
    yield* tailWalk(source, walk);
    return;
  }
  const cursor = from?.kind === "flat" ? from.cursor : undefined;
  const segment = {
    prefix,
    place: (at: string | undefined): Position => ({
      kind: "flat",
      ...(at !== undefined && { cursor: at }),
    }),
    wanted: walk.wanted,
    ...(cursor !== undefined && { cursor }),
  };
  const hiddenMet = yield* segmentWalk(source, segment);
  if (hiddenMet) yield* tailWalk(source, walk);
}

interface Segment {
  readonly prefix: string;
  readonly cursor?: string;
  /** The position of a page of this segment. */
  readonly place: (cursor: string | undefined) => Position;
  readonly wanted: (key: string) => boolean;
}

const isHidden = (path: string): boolean => path.startsWith(HIDDEN_PREFIX);

/** One recursive listing of the Hub; returns whether it left off within the gateway's own files. */
async function* segmentWalk(
  source: PageSource,
  { prefix, cursor, place, wanted }: Segment,
): AsyncGenerator<readonly Candidate[], boolean> {
  const placer = new MarkerPlacer(source, wanted);
  const pages = pagesOf(source, {
    prefix,
    recursive: true,
    ...(cursor !== undefined && { cursor }),
  });
  let last: string | undefined;
  for await (const page of pages) {
    const files = ascending(page.lines, last);
    last = files.at(-1)?.path ?? last;
    const placed = await placer.place(files.filter(({ path }) => !isHidden(path)));
    const leaves = page.next !== undefined && files.length > 0 && isHidden(last ?? "");
    const at = place(page.here);
    const next = leaves || page.next === undefined ? at : place(page.next);
    yield placed.map((item, i) => ({ ...item, at, behind: i === placed.length - 1 ? next : at }));
    if (leaves) return true;
  }
  return false;
}

/** The files of a page, checked to ascend from the last one before; what comes twice is dropped. */
function ascending(lines: readonly TreeLine[], before: string | undefined): readonly StoredFile[] {
  const files: StoredFile[] = [];
  let last = before;
  for (const line of lines) {
    if (line.kind === "directory" || line.file.path === last) continue;
    if (last !== undefined && compareUtf8(line.file.path, last) < 0) {
      throw new OutOfOrder("A path sorts before one that came earlier");
    }
    last = line.file.path;
    files.push(line.file);
  }
  return files;
}

/**
 * What sorts behind the gateway's own files. The root level tells which names there are; those that begin alike are
 * listed together, at any depth, as soon as one of them is a directory: a call for each directory could be very many.
 */
async function* tailWalk(
  source: PageSource,
  { prefix, after, from, wanted, orders }: FlatWalk,
): AsyncGenerator<readonly Candidate[]> {
  const start = from?.kind === "tail" ? from : undefined;
  const group = (beginning: string, at: Position & { readonly kind: "tail" }, cursor?: string) =>
    segmentWalk(source, {
      prefix: beginning,
      place: (inner) => ({ ...at, ...(inner !== undefined && { inner }) }),
      wanted,
      ...(cursor !== undefined && { cursor }),
    });
  let done: string | undefined;
  // Within a group the root level is not needed before the group ends.
  if (after !== undefined && isBehindHidden(after) && after.includes("/")) {
    done = beginningOf(after);
    const { outer } = start ?? {};
    const at = { kind: "tail", ...(outer !== undefined && { outer }) } as const;
    yield* group(done, at, start?.inner);
  }
  const level = levelWalk(source, {
    directory: "",
    ownMarker: false,
    orders,
    ...(after !== undefined && { after }),
    ...(start?.outer !== undefined && { from: start.outer }),
  });
  for await (const candidates of level) {
    for (const candidate of candidates) {
      const { key, file } = candidate;
      if (!isBehindHidden(key) || !key.startsWith(prefix)) continue;
      if (done !== undefined && key.startsWith(done)) continue;
      const at = tailPosition(candidate.at);
      if (file !== undefined) {
        yield [{ key, file, at, behind: tailPosition(candidate.behind) }];
      } else if (after === undefined || compareUtf8(key, after) > 0) {
        done = beginningOf(key);
        yield* group(done, at);
      }
    }
  }
}

const isBehindHidden = (key: string): boolean => compareUtf8(key, HIDDEN_PREFIX) > 0;

/** The shortest beginning of a key behind the gateway's own files that none of these shares. */
function beginningOf(key: string): string {
  let length = 0;
  for (const character of key) {
    const shared = HIDDEN_PREFIX.startsWith(character, length);
    length += character.length;
    if (!shared) break;
  }
  return key.slice(0, length);
}

function tailPosition(position: Position): Position & { readonly kind: "tail" } {
  const outer = position.kind === "level" ? position.place : undefined;
  return { kind: "tail", ...(outer !== undefined && { outer }) };
}
