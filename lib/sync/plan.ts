import type { FileInfo } from "../hub/wire.ts";
import { ancestorsOf } from "./path_rules.ts";

/**
 * What is done with a path: `upload` from a directory to a bucket, `download` from a bucket to a
 * directory, `copy` from a bucket to a bucket, `delete` at the destination, or nothing.
 */
export type SyncAction = "upload" | "download" | "copy" | "delete" | "skip";

/** One line of a plan. */
export interface SyncOperation {
  /** What is done. */
  readonly action: SyncAction;
  /** The path, relative to source and destination, with `/` between its parts. */
  readonly path: string;
  /** Why, in a few words. */
  readonly reason: string;
  /** Bytes of the source's file; of the destination's for a `delete`. */
  readonly size?: number | undefined;
  /** When the source's file was written, in milliseconds since 1970. */
  readonly sourceMtime?: number | undefined;
  /** When the destination's file was written, in milliseconds since 1970. */
  readonly destinationMtime?: number | undefined;
  /** The path is skipped because it cannot be synced: `reason` says what is wrong with it. */
  readonly refused?: true | undefined;
  /** The source's file where that is in a bucket. A saved plan does not hold it. */
  readonly file?: FileInfo | undefined;
}

/** What a sync is going to do. */
export interface SyncPlan {
  /** A directory, or `hf://buckets/namespace/name[/prefix]`. */
  readonly source: string;
  /** The same; one of the two is a bucket. */
  readonly destination: string;
  /** When it was made. */
  readonly timestamp: Date;
  /** One for each path, in the order of the paths' UTF-8 bytes. */
  readonly operations: readonly SyncOperation[];
}

/** The numbers of a plan. */
export interface SyncSummary {
  /** Files to upload. */
  readonly uploads: number;
  /** Files to download. */
  readonly downloads: number;
  /** Files to copy from bucket to bucket. */
  readonly copies: number;
  /** Files to delete. */
  readonly deletes: number;
  /** Paths with which nothing is done, those refused among them. */
  readonly skips: number;
  /** Paths that cannot be synced. */
  readonly refused: number;
  /** Bytes of the files to upload, download or copy. */
  readonly totalSize: number;
}

/**
 * Counts a plan.
 *
 * @example
 * ```ts
 * import { parsePlan, summarize } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `{"type":"header","source":"./data","dest":"hf://buckets/me/data",` +
 *   `"timestamp":"2026-01-02T03:04:05Z"}
 * {"type":"operation","action":"upload","path":"a.txt","reason":"new file","size":3}`;
 * const { uploads, totalSize } = summarize(parsePlan(text));
 * assertEquals([uploads, totalSize], [1, 3]);
 * ```
 */
export function summarize(plan: SyncPlan): SyncSummary {
  const counts = { upload: 0, download: 0, copy: 0, delete: 0, skip: 0 };
  let refused = 0;
  let totalSize = 0;
  for (const { action, size = 0, refused: isRefused } of plan.operations) {
    counts[action]++;
    if (isRefused) refused++;
    if (action !== "delete" && action !== "skip") totalSize += size;
  }
  return {
    uploads: counts.upload,
    downloads: counts.download,
    copies: counts.copy,
    deletes: counts.delete,
    skips: counts.skip,
    refused,
    totalSize,
  };
}

/** The operations of a plan, in the order in which they are applied. */
export interface Steps {
  /** Deletes that make room for a file. */
  readonly first: readonly SyncOperation[];
  /** Files to send. */
  readonly transfers: readonly SyncOperation[];
  /** The other deletes: nothing goes before what replaces it is there. */
  readonly last: readonly SyncOperation[];
}

/** Puts operations into the order in which they are applied. */
export function stepsOf(operations: readonly SyncOperation[]): Steps {
  const transfers = operations.filter(({ action }) => action !== "delete" && action !== "skip");
  const paths = new Set(transfers.map(({ path }) => path));
  const folders = new Set(transfers.flatMap(({ path }) => ancestorsOf(path)));
  const deletes = Map.groupBy(
    operations.filter(({ action }) => action === "delete"),
    ({ path }) => folders.has(path) || ancestorsOf(path).some((part) => paths.has(part)),
  );
  return { first: deletes.get(true) ?? [], transfers, last: deletes.get(false) ?? [] };
}
