import type { BucketClient } from "../buckets/bucket_client.ts";
import { pathOfKey } from "./keys.ts";
import type { ObjectPart, StoredObject } from "./object_store.ts";
import { sidecarPath } from "./sidecar/sidecar_paths.ts";
import type { Sidecars } from "./sidecar/sidecars.ts";
import type { SweepList } from "./sidecar/sweep_list.ts";
import { objectOf } from "./stored_file.ts";

/** What a look at objects stands on. */
export interface LookContext {
  readonly buckets: Pick<BucketClient, "pathsInfo">;
  readonly sidecars: Sidecars;
  /** Told of the bucket where a sidecar is met. */
  readonly sweepList: SweepList;
  /** The bucket, `namespace/name`. */
  readonly id: string;
}

/** What keys hold, in the order asked, with all attributes; one paths-info asks for objects and sidecars. */
export async function lookAtObjects(
  { buckets, sidecars, sweepList, id }: LookContext,
  keys: readonly string[],
): Promise<readonly (StoredObject | undefined)[]> {
  const asked = keys.map((key) => {
    const path = pathOfKey(key);
    return { key, path, sidecar: path === undefined ? undefined : sidecarPath("meta", path) };
  });
  const paths = asked.flatMap(({ path, sidecar }) => [path ?? [], sidecar ?? []].flat());
  const files = await buckets.pathsInfo(id, paths);
  // Also where the object is gone: just then there is something to sweep.
  if (asked.some(({ sidecar }) => sidecar !== undefined && files.has(sidecar))) sweepList.add(id);
  return await Promise.all(asked.map(async ({ key, path, sidecar }) => {
    const file = path === undefined ? undefined : files.get(path);
    if (file === undefined) return undefined;
    const meta = sidecar === undefined ? undefined : files.get(sidecar);
    return objectOf(key, file, meta && await sidecars.attributes(id, file, meta));
  }));
}

/** The parts of an object that is still what it was; none if it has none. */
export async function lookAtParts(
  { buckets, sidecars, sweepList, id }: LookContext,
  { key, content }: StoredObject,
): Promise<readonly ObjectPart[]> {
  const path = pathOfKey(key);
  const sidecar = path === undefined ? undefined : sidecarPath("parts", path);
  if (path === undefined || sidecar === undefined) return [];
  const files = await buckets.pathsInfo(id, [path, sidecar]);
  const [file, parts] = [files.get(path), files.get(sidecar)];
  if (parts !== undefined) sweepList.add(id);
  if (file?.xetHash !== content.hash || parts === undefined) return [];
  return await sidecars.parts(id, file, parts);
}
