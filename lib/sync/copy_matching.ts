import type { BucketClient } from "../buckets/mod.ts";
import { applySync } from "./apply_sync.ts";
import { filesBelow } from "./bucket_files.ts";
import { compilePattern, folderOfPattern } from "./pattern.ts";
import { type BucketPlace, parsePlace } from "./place.ts";
import type { SyncOperation } from "./plan.ts";
import type { ApplySyncOptions, SyncResult } from "./sync_result.ts";

/** How files are copied by pattern. */
export interface CopyMatchingOptions extends ApplySyncOptions {
  /** Nothing is copied: the result says what would be. */
  readonly dryRun?: boolean | undefined;
}

/**
 * Copies the files of a bucket whose paths match a pattern into a bucket, by reference: no bytes
 * move. What the pattern says before its first sign stays behind as far as it names directories:
 * `hf://buckets/me/a/runs/*.json` into `hf://buckets/me/b/all` makes `all/1.json` of `runs/1.json`.
 *
 * @param client The bucket library.
 * @param source `hf://buckets/namespace/name/` and a pattern as Python's `fnmatch` reads it: `*`
 * is any text, `/` included.
 * @param destination `hf://buckets/namespace/name[/prefix]`.
 * @returns The operations, and what became of them.
 * @throws TypeError if one of both is no bucket, `HubError` for calls that fail.
 *
 * @example
 * ```ts
 * import { BucketClient, copyMatching, createEmbeddedHub } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await createEmbeddedHub();
 * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
 * const { handle } = await client.create("runs");
 * await client.uploadFile(handle, new Blob(["{}"]), "42/result.json");
 * await client.uploadFile(handle, new Blob(["x"]), "42/model.bin");
 *
 * const results = await client.create("runs-results");
 * const { result } = await copyMatching(client, `${handle}/*.json`, results.handle);
 * assertEquals(result?.copied, 1);
 * ```
 */
export async function copyMatching(
  client: BucketClient,
  source: string,
  destination: string,
  options: CopyMatchingOptions = {},
): Promise<{ readonly operations: readonly SyncOperation[]; readonly result?: SyncResult }> {
  const place = bucketPlace(source);
  bucketPlace(destination);
  const { folder, pattern: inFolder } = folderOfPattern(place.prefix);
  const matches = compilePattern(inFolder);
  const from = { ...place, prefix: folder };
  const operations: SyncOperation[] = [];
  for await (const [path, file] of filesBelow(client, from, { signal: options.signal })) {
    if (!matches(path)) continue;
    operations.push({
      action: "copy",
      path,
      reason: "matches",
      size: file.size,
      ...(file.mtime && { sourceMtime: file.mtime.getTime() }),
      file,
    });
  }
  if (options.dryRun) return { operations };
  const start = `hf://buckets/${from.id}`;
  const plan = {
    source: from.prefix === "" ? start : `${start}/${from.prefix}`,
    destination,
    timestamp: new Date(),
    operations,
  };
  return { operations, result: await applySync(client, plan, options) };
}

function bucketPlace(text: string): BucketPlace {
  const place = parsePlace(text);
  if (place.kind === "bucket") return place;
  throw new TypeError(`Not a bucket, which begins with hf://buckets/: ${text}`);
}
