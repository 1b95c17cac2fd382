import type { HubClient } from "../hub/hub_client.ts";
import type { TreePage, TreePageOptions } from "../hub/files.ts";
import type { TreeItem } from "../hub/wire.ts";

/** What a listing is asked for with. */
export type ListTreeOptions =
  & Omit<TreePageOptions, "cursor" | "recursive">
  & {
    /** Files at all depths, or files and directories one level down. Default: all depths. */
    readonly recursive?: boolean | undefined;
  };

/** All entries of a listing, in the Hub's order; a page is asked for when its first is wanted. */
export async function* listTree(
  hub: HubClient,
  idOf: () => string | Promise<string>,
  options: ListTreeOptions,
): AsyncGenerator<TreeItem, void, void> {
  const id = await idOf();
  const query = { ...options, recursive: options.recursive ?? true };
  let page: TreePage | undefined;
  do {
    page = await hub.treePage(id, { ...query, cursor: page?.cursor });
    yield* page.items;
  } while (page.cursor !== undefined);
}
