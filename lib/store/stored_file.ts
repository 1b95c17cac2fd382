import { etagOf } from "./etag.ts";
import { MARKER_TYPE } from "./keys.ts";
import type { StoredObject } from "./object_store.ts";
import type { SidecarAttributes } from "./sidecar/meta_format.ts";

/** A file as the Hub's tree and paths-info show it. */
export interface StoredFile {
  /** The path in the bucket, without a slash at either end. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Printed form, 64 hex digits. */
  readonly xetHash: string;
  /** What the writer gave as the time of last change. */
  readonly mtime?: Date | undefined;
  /** When the Hub took it. */
  readonly uploadedAt?: Date | undefined;
  /** The media type, if the writer gave one. */
  readonly contentType?: string | undefined;
}

/**
 * The object that a file is under a key. `Last-Modified` is the Hub's `uploadedAt`, else `mtime`; a
 * folder marker has a media type of its own unless its writer gave one.
 *
 * @param attributes What its sidecar says.
 */
export function objectOf(
  key: string,
  file: StoredFile,
  attributes: SidecarAttributes = {},
): StoredObject {
  const contentType = mediaTypeOf(key, file);
  return {
    key,
    content: { hash: file.xetHash, size: file.size },
    etag: etagOf(file.xetHash),
    lastModified: lastModifiedOf(file),
    attributes: { ...(contentType !== undefined && { contentType }), ...attributes },
  };
}

/** When a file was last written. */
export const lastModifiedOf = ({ uploadedAt, mtime }: StoredFile): Date =>
  uploadedAt ?? mtime ?? new Date(0);

/** The media type of what a key holds. */
export const mediaTypeOf = (
  key: string,
  { contentType }: { readonly contentType?: string | undefined },
): string | undefined => contentType ?? (key.endsWith("/") ? MARKER_TYPE : undefined);
