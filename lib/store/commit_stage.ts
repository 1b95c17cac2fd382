import { StoreError } from "../errors/store_error.ts";
import type { Step } from "./commit_step.ts";
import type { ObjectAttributes } from "./object_store.ts";
import {
  isEmpty,
  META_FORMAT,
  type SidecarAttributes,
  sidecarAttributes,
} from "./sidecar/meta_format.ts";
import { PARTS_FORMAT } from "./sidecar/parts_format.ts";
import { sidecarPath } from "./sidecar/sidecar_paths.ts";
import type { Sidecars } from "./sidecar/sidecars.ts";

/** The hashes of an entry's sidecars whose content is stored. */
export interface Staged {
  readonly meta?: string;
  readonly parts?: string;
}

/**
 * Stores the content of the sidecars that a step writes, as far as that can be told before a look at
 * the bucket.
 *
 * @throws {StoreError} `bad_key` for attributes of a key that is too long to have a sidecar.
 */
export async function stageSidecars(
  sidecars: Sidecars,
  id: string,
  { entry, path }: Step,
  mtime: number,
): Promise<Staged> {
  if (entry.kind !== "put" && entry.kind !== "copy") return {};
  const { hash } = entry.kind === "put" ? entry.content : entry.source.object.content;
  const list = entry.kind === "put" ? entry.parts ?? [] : [];
  // Without parts a reader is served too, as the whole object.
  const hasParts = list.length > 0 && sidecarPath("parts", path) !== undefined;
  const [meta, parts] = await Promise.all([
    stageMeta(sidecars, id, entry, path, { hash, mtime }),
    hasParts ? sidecars.stage(id, PARTS_FORMAT, { hash, parts: list }) : undefined,
  ]);
  return { ...(meta !== undefined && { meta }), ...(parts !== undefined && { parts }) };
}

/**
 * Stores the content of the sidecar of an object's attributes.
 *
 * @param write What it is bound to.
 * @returns Its hash; undefined where none is needed.
 * @throws {StoreError} `bad_key` for a key that is too long to have a sidecar.
 */
export async function stageMeta(
  sidecars: Sidecars,
  id: string,
  entry: { readonly key: string; readonly attributes: ObjectAttributes },
  path: string,
  write: { readonly hash: string; readonly mtime: number },
): Promise<string | undefined> {
  const attributes = metaAttributes(entry, path);
  if (attributes === undefined) return undefined;
  return await sidecars.stage(id, META_FORMAT, { ...write, attributes });
}

/**
 * What of an object's attributes goes to its sidecar; undefined when nothing does.
 *
 * @param entry The object's key and attributes.
 * @param path The object's path.
 * @throws {StoreError} `bad_key` for a path that is too long to have a sidecar.
 */
export function metaAttributes(
  { key, attributes }: { readonly key: string; readonly attributes: ObjectAttributes },
  path: string,
): SidecarAttributes | undefined {
  const kept = sidecarAttributes(attributes);
  if (isEmpty(kept)) return undefined;
  if (sidecarPath("meta", path) !== undefined) return kept;
  // SDKs send checksums unasked; one that is not kept is no loss of what the client gave.
  const { checksum: _, ...given } = kept;
  if (isEmpty(given)) return undefined;
  throw new StoreError("bad_key", "This key is too long for an object with metadata.", {
    subject: key,
  });
}
