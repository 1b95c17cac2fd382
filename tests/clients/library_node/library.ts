/** What a program for Node bundles: the bucket library and syncs. */

export * from "../../../lib/buckets/mod.ts";
export * from "../../../lib/sync/mod.ts";
