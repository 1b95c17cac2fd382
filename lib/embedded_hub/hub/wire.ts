/** How buckets, files and links look in answers. */

import { bucketId, type BucketName } from "./bucket_access.ts";
import type { Bucket } from "./bucket_table.ts";
import type { HubFile } from "./file_table.ts";
import type { HubRequest } from "./hub_request.ts";
import type { TreeEntry } from "./tree_page.ts";

/** A time in milliseconds as ISO 8601 text, such as `2026-02-06T17:37:57.000Z`. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A bucket as `GET /api/buckets/{ns}/{name}` and the list show it. */
export function bucketItem(bucket: Bucket): Readonly<Record<string, unknown>> {
  return {
    _id: bucket.hubId,
    id: bucketId(bucket),
    author: bucket.namespace,
    private: bucket.private,
    visibility: bucket.private ? "private" : "public",
    createdAt: isoTime(bucket.createdAt),
    updatedAt: isoTime(bucket.updatedAt),
    size: bucket.size,
    totalFiles: bucket.totalFiles,
    region: bucket.region,
  };
}

/** A file as tree and paths-info show it; `mtime` and `contentType` only if the uploader gave them. */
export function fileItem(file: HubFile): Readonly<Record<string, unknown>> {
  return {
    type: "file",
    path: file.path,
    size: file.size,
    xetHash: file.xetHash,
    uploadedAt: isoTime(file.uploadedAt),
    ...(file.mtime === undefined ? {} : { mtime: isoTime(file.mtime) }),
    ...(file.contentType === undefined ? {} : { contentType: file.contentType }),
  };
}

/** An entry of a tree page. */
export function treeItem(entry: TreeEntry): Readonly<Record<string, unknown>> {
  switch (entry.kind) {
    case "file":
      return fileItem(entry.file);
    case "directory":
      return { type: "directory", path: entry.path, uploadedAt: isoTime(entry.uploadedAt) };
    default:
      return entry satisfies never;
  }
}

/** The page of a bucket on the site, which creation answers with. */
export function bucketUrl(origin: string, bucket: BucketName): string {
  return `${origin}/buckets/${bucketId(bucket)}`;
}

/** The `Link` header to the next page: the same request with another cursor, as an absolute URL. */
export function nextLink(request: HubRequest, cursor: string): Readonly<Record<string, string>> {
  const query = new URLSearchParams(request.query);
  query.set("cursor", cursor);
  return { Link: `<${request.origin}${request.path}?${query}>; rel="next"` };
}
