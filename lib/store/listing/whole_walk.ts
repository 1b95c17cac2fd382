import { StoreError } from "../../errors/store_error.ts";
import { compareUtf8 } from "../../flow/utf8_order.ts";
import { HIDDEN_PREFIX, keyOfPath } from "../keys.ts";
import type { StoredFile } from "../stored_file.ts";
import type { PageSource, TreeLine } from "./page_source.ts";
import { pagesOf } from "./pages.ts";

/** What to read. */
export interface WholeWalk {
  readonly prefix: string;
  readonly recursive: boolean;
  /** How many entries may be held to be sorted. */
  readonly limit: number;
}

/**
 * Reads a listing to its end and sorts it: for a bucket whose lines do not come in an order that could
 * be streamed.
 *
 * @throws {StoreError} `unavailable` when there are more entries than the limit.
 */
export async function wholeWalk(
  source: PageSource,
  { prefix, recursive, limit }: WholeWalk,
): Promise<readonly { readonly key: string; readonly file?: StoredFile }[]> {
  const byKey = new Map<string, StoredFile | undefined>();
  for await (const page of pagesOf(source, { prefix, recursive })) {
    for (const line of page.lines) {
      const key = keyOf(line);
      if (key !== undefined) byKey.set(key, line.kind === "file" ? line.file : undefined);
    }
    if (byKey.size > limit) {
      throw new StoreError(
        "unavailable",
        `The Hub does not list this bucket in order, and it holds more than ${limit} entries here`,
      );
    }
  }
  return [...byKey]
    .map(([key, file]) => ({ key, ...(file !== undefined && { file }) }))
    .sort((a, b) => compareUtf8(a.key, b.key));
}

function keyOf(line: TreeLine): string | undefined {
  if (line.kind === "file") return keyOfPath(line.file.path);
  const key = `${line.path}/`;
  return key === HIDDEN_PREFIX ? undefined : key;
}
