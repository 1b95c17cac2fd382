import type { BucketClient } from "../buckets/mod.ts";
import { applyCopies } from "./apply_copies.ts";
import { applyDownloads } from "./apply_downloads.ts";
import { applyUploads } from "./apply_uploads.ts";
import { ApplyRun } from "./apply_run.ts";
import { parsePlace } from "./place.ts";
import { stepsOf, type SyncPlan } from "./plan.ts";
import { planSync } from "./plan_sync.ts";
import { actionBetween, type PlanSyncOptions } from "./sync_request.ts";
import type { ApplySyncOptions, SyncResult } from "./sync_result.ts";

/** Everything that a sync can be told. */
export interface SyncOptions extends PlanSyncOptions, ApplySyncOptions {}

/**
 * Does what a plan says. Each file appears whole or not at all, with the time of its source; what
 * is broken off can be planned and applied again, and goes on with what is missing. Deletes come
 * last, except of what is in the way of a file.
 *
 * @param client The bucket library.
 * @param plan From `planSync`, or a file.
 * @returns What was done, and each path that failed or could not be synced, with the reason.
 * @throws HubError for what is no single path's fault, such as a bucket that is not there.
 *
 * @example
 * ```ts
 * import { applySync, BucketClient, createEmbeddedHub, planSync } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await createEmbeddedHub();
 * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
 * const { handle } = await client.create("data");
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/a.txt`, "a");
 *
 * const plan = await planSync(client, directory, handle);
 * const { uploaded } = await applySync(client, plan, {
 *   onProgress: ({ filesDone, filesTotal }) => console.debug(`${filesDone} of ${filesTotal}`),
 * });
 * assertEquals(uploaded, 1);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function applySync(
  client: BucketClient,
  plan: SyncPlan,
  options: ApplySyncOptions = {},
): Promise<SyncResult> {
  const from = parsePlace(plan.source);
  const to = parsePlace(plan.destination);
  const run = new ApplyRun(client, plan, options);
  const steps = stepsOf(plan.operations);
  if (from.kind === "directory") {
    if (to.kind === "directory") throw new TypeError(actionBetween(from, to));
    await applyUploads(run, from, to, steps);
  } else if (to.kind === "bucket") await applyCopies(run, from, to, steps);
  else await applyDownloads(run, from, to, steps);
  return run.result();
}

/**
 * Makes a destination like its source: `planSync`, then `applySync`.
 *
 * @param client The bucket library.
 * @param source A directory, or `hf://buckets/namespace/name[/prefix]`.
 * @param destination The same; one of the two is a bucket.
 *
 * @example
 * ```ts
 * import { BucketClient, createEmbeddedHub, sync } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await createEmbeddedHub();
 * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
 * const { handle } = await client.create("data");
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/a.txt`, "a");
 *
 * const { uploaded, failed } = await sync(client, directory, handle, { exclude: ["*.tmp"] });
 * assertEquals([uploaded, failed], [1, []]);
 * assertEquals((await sync(client, handle, directory, { delete: true })).deleted, 0);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function sync(
  client: BucketClient,
  source: string,
  destination: string,
  options: SyncOptions = {},
): Promise<SyncResult> {
  return await applySync(client, await planSync(client, source, destination, options), options);
}
