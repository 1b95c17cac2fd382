import type { BucketClient } from "../buckets/mod.ts";
import { openDestination, openSource } from "./ends.ts";
import type { Place } from "./place.ts";
import { Planner } from "./planner.ts";
import type { SyncPlan } from "./plan.ts";
import { type PlanSyncOptions, readSync } from "./sync_request.ts";

/**
 * Compares a directory with a bucket, a bucket with a directory, or two buckets, and says what a
 * sync would do. Nothing is changed. The destination need not exist.
 *
 * @param client The bucket library.
 * @param source A directory, or `hf://buckets/namespace/name[/prefix]`.
 * @param destination The same; one of the two is a bucket.
 * @param options How it decides.
 * @throws TypeError for places and options that do not go together, `HubError` for calls that fail.
 *
 * @example
 * ```ts
 * import { BucketClient, createEmbeddedHub, planSync } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await createEmbeddedHub();
 * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
 * const { handle } = await client.create("data");
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/a.txt`, "a");
 *
 * const { operations } = await planSync(client, directory, handle, { checksum: true });
 * const lines = operations.map(({ action, path, reason }) => `${action} ${path}: ${reason}`);
 * assertEquals(lines, ["upload a.txt: new file"]);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function planSync(
  client: BucketClient,
  source: string,
  destination: string,
  options: PlanSyncOptions = {},
): Promise<SyncPlan> {
  const { from, to, action } = readSync(source, destination, options);
  const planner = new Planner({
    action,
    options,
    source: await openSource(client, from, options),
    destination: await openDestination(client, to, options),
    // What the gateway keeps beside objects fits their paths, so it can only move with all of them.
    keepsHidden: action === "copy" && isWhole(from) && isWhole(to),
    hidesBelow: [from, to].some(isWhole),
  });
  const operations = await planner.plan();
  return { source, destination, timestamp: new Date(), operations };
}

const isWhole = (place: Place): boolean => place.kind === "bucket" && place.prefix === "";
