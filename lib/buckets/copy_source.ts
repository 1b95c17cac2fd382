import type { CallOptions } from "../hub/buckets.ts";
import type { BucketCore } from "./bucket_core.ts";
import type { HubLocation } from "./bucket_names.ts";
import type { Many } from "./many.ts";
import { listTree } from "./tree.ts";

/** A file that is to be copied. */
export interface SourceFile {
  /** Where it is in its bucket or repo. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Its media type, if the Hub keeps one. */
  readonly contentType?: string | undefined;
  /** The content's Xet hash, or what opens a file that is not in Xet. */
  readonly content: string | (() => Promise<ReadableStream<Uint8Array>>);
}

/** What a location stands for. */
export interface CopySource {
  /** Whether it is a single file, or a folder. */
  readonly kind: "file" | "folder";
  /** Its files, listed as they are asked for. */
  readonly files: Many<SourceFile>;
}

/** Finds out what a location stands for. */
export async function findSource(
  core: BucketCore,
  { kind, id, path, contents }: HubLocation,
  { signal }: CallOptions,
): Promise<CopySource> {
  if (kind !== "bucket") throw new TypeError(`Files of a ${kind} cannot be copied yet`);
  const file = path === "" || contents
    ? undefined
    : (await core.lookUps.find(id, [path], signal)).get(path);
  if (file !== undefined) return { kind: "file", files: [{ ...file, content: file.xetHash }] };
  return { kind: "folder", files: filesBelow(core, id, path, signal) };
}

async function* filesBelow(
  core: BucketCore,
  id: string,
  folder: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceFile, void, void> {
  const prefix = folder === "" ? undefined : `${folder}/`;
  for await (const item of listTree(core.hub, () => id, { prefix, recursive: true, signal })) {
    if (item.type === "file") yield { ...item, content: item.xetHash };
  }
}
