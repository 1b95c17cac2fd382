import { StoreError } from "../../errors/store_error.ts";
import type { PageRequest, PageSource, TreeLine } from "./page_source.ts";

/** A page with the cursors of itself and of the next. */
export interface NumberedPage {
  /** Counts from 0 where the walk began. */
  readonly index: number;
  readonly lines: readonly TreeLine[];
  /** Absent for the first page. */
  readonly here?: string;
  /** The last line of the page before, if this walk has read it. */
  readonly before?: TreeLine;
  /** Absent for the last page. */
  readonly next?: string;
}

/**
 * The pages of a listing from a cursor on, as the source orders them.
 *
 * @throws {StoreError} `unavailable` when the source leads in a circle.
 */
export async function* pagesOf(
  source: PageSource,
  request: PageRequest,
): AsyncGenerator<NumberedPage> {
  let here = request.cursor;
  let before: TreeLine | undefined;
  for (let index = 0;; index++) {
    const { lines, next } = await source.page({
      prefix: request.prefix,
      recursive: request.recursive,
      ...(here !== undefined && { cursor: here }),
    });
    yield {
      index,
      lines,
      ...(here !== undefined && { here }),
      ...(before !== undefined && { before }),
      ...(next !== undefined && { next }),
    };
    if (next === undefined) return;
    if (next === here) throw new StoreError("unavailable", "A listing of the Hub does not end");
    here = next;
    before = lines.at(-1) ?? before;
  }
}
