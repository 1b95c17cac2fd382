import type { BucketClient, CallOptions, FileInfo } from "../buckets/mod.ts";
import type { BucketPlace } from "./place.ts";

/**
 * The files below a place, by their paths relative to it. `logs` is the directory of that name:
 * `logs.json` is not in it.
 */
export async function* filesBelow(
  client: BucketClient,
  place: BucketPlace,
  options: CallOptions & { readonly limit?: number } = {},
): AsyncGenerator<[string, FileInfo], void, void> {
  const start = place.prefix === "" ? "" : `${place.prefix}/`;
  for await (const item of client.listTree(place.id, { prefix: start, ...options })) {
    if (item.type === "file") yield [item.path.slice(start.length), item];
  }
}

/** The file that a place names, if it names one: then it is the whole source, by its own name. */
export async function fileAt(
  client: BucketClient,
  place: BucketPlace,
  options: CallOptions = {},
): Promise<FileInfo | undefined> {
  if (place.prefix === "") return undefined;
  return (await client.pathsInfo(place.id, [place.prefix], options)).get(place.prefix);
}
