import type { StoredFile } from "../stored_file.ts";

/** One line of the Hub's tree: a file, or in a listing of one level a directory. */
export type TreeLine =
  | { readonly kind: "file"; readonly file: StoredFile }
  | { readonly kind: "directory"; readonly path: string };

/** What to ask for. */
export interface PageRequest {
  /** Matched as plain text; a directory with its `/` for the children of that directory. */
  readonly prefix: string;
  /** All files at any depth, or files and directories of one level. */
  readonly recursive: boolean;
  /** Of an earlier page with the same prefix and depth. */
  readonly cursor?: string;
  /** Lines at most, where fewer than a usual page are of use. */
  readonly limit?: number;
}

/** One page of the tree. */
export interface TreePage {
  readonly lines: readonly TreeLine[];
  /** Where the next page begins; absent after the last. */
  readonly next?: string;
}

/** The two questions that a listing asks of a bucket. Bodies: the Hub, and memory in tests. */
export interface PageSource {
  /** Throws {@linkcode RefusedCursor} for a cursor that no longer holds. */
  page(request: PageRequest): Promise<TreePage>;
  /** The files among the paths that exist, by path. */
  files(paths: readonly string[]): Promise<ReadonlyMap<string, StoredFile>>;
}

/** The Hub does not take a cursor (any more): the listing finds its way from the start. */
export class RefusedCursor extends Error {
  override readonly name = "RefusedCursor";
}

/** The Hub's lines do not come in the order that a streamed listing needs. */
export class OutOfOrder extends Error {
  override readonly name = "OutOfOrder";
}
