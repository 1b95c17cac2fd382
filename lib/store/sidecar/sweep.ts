import type { BucketClient } from "../../buckets/bucket_client.ts";
import { StoreError } from "../../errors/store_error.ts";
import type { KeyLocks } from "../../flow/key_locks.ts";
import { MAX_PER_CALL } from "../../hub/files.ts";
import { asError, lockOf } from "../commit_step.ts";
import { toStoreError } from "../errors.ts";
import type { StoredFile } from "../stored_file.ts";
import {
  objectPathOf,
  SIDECAR_KINDS,
  sidecarDirectory,
  type SidecarKind,
} from "./sidecar_paths.ts";
import { isOfSameWrite } from "./sidecars.ts";
import type { SweepList } from "./sweep_list.ts";

/** What a sweep stands on. */
export interface SweepContext {
  readonly buckets: Pick<BucketClient, "treePage" | "pathsInfo" | "commit">;
  readonly locks: KeyLocks;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Lines on a page of the Hub's tree. Default: 2,000, whose objects are two look-ups. */
  readonly pageSize?: number | undefined;
}

/** What a sweep has come upon. */
export interface SweepResult {
  readonly deleted: number;
  /** Sidecars that belong to an object, or are too young to tell. */
  readonly kept: number;
}

const PAGE_SIZE = 2 * MAX_PER_CALL;

/** Younger ones may belong to a write that is under way, or to one with another clock. */
const MIN_AGE_MS = 3_600_000;

/** A sidecar and the path of its object. */
interface Pair {
  readonly sidecar: string;
  readonly object: string;
}

/**
 * Deletes the sidecars of a bucket that do not belong to the object that is there now. Costs a page of
 * the tree for each page of sidecars, a look-up for each 1,000 of their objects, and for those that
 * are to be deleted another look under the locks and a batch for each 500.
 */
export async function sweepSidecars(context: SweepContext, id: string): Promise<SweepResult> {
  const oldest = context.now() - MIN_AGE_MS;
  let deleted = 0;
  let met = 0;
  for (const kind of SIDECAR_KINDS) {
    for await (const files of pages(context, id, kind)) {
      met += files.length;
      const old = files.filter((file) => writtenAt(file).getTime() < oldest);
      for (let at = 0; at < old.length; at += MAX_PER_CALL) {
        deleted += await sweepSome(context, id, kind, old.slice(at, at + MAX_PER_CALL));
      }
    }
  }
  return { deleted, kept: met - deleted };
}

/**
 * Sweeps the buckets of a list, one after the other. Those that still hold sidecars, or could not be swept, are on
 * the list again.
 *
 * @param onFailed Told of a bucket, `namespace/name`, that could not be swept; of one that is gone nothing is said.
 * @returns How many were deleted.
 */
export async function sweepListed(
  context: SweepContext,
  list: SweepList,
  onFailed: (id: string, error: Error) => void,
): Promise<number> {
  let sum = 0;
  for (const id of list.take()) {
    try {
      const { deleted, kept } = await sweepSidecars(context, id);
      sum += deleted;
      if (kept > 0) list.add(id);
    } catch (error) {
      const failure = asError(toStoreError(error));
      if (failure instanceof StoreError && failure.kind === "no_such_bucket") continue;
      list.add(id);
      onFailed(id, failure);
    }
  }
  return sum;
}

/** The sidecars of a kind, page by page. */
async function* pages(
  { buckets, pageSize = PAGE_SIZE }: SweepContext,
  id: string,
  kind: SidecarKind,
): AsyncGenerator<readonly StoredFile[]> {
  let cursor: string | undefined;
  do {
    const page = await buckets.treePage(id, {
      prefix: sidecarDirectory(kind),
      recursive: true,
      limit: pageSize,
      cursor,
    });
    cursor = page.cursor;
    yield page.items.flatMap((item) => item.type === "file" ? [item] : []);
  } while (cursor !== undefined);
}

const writtenAt = ({ uploadedAt, mtime }: StoredFile): Date => uploadedAt ?? mtime ?? new Date(0);

async function sweepSome(
  context: SweepContext,
  id: string,
  kind: SidecarKind,
  files: readonly StoredFile[],
): Promise<number> {
  const pairs = files.map(({ path }) => ({ sidecar: path, object: objectPathOf(kind, path) }));
  const objects = await context.buckets.pathsInfo(id, pairs.map(({ object }) => object));
  const known = new Map([...objects, ...files.map((file) => [file.path, file] as const)]);
  const suspects = pairs.filter((pair) => isOrphan(pair, known));
  let deleted = 0;
  const size = MAX_PER_CALL / 2;
  for (let at = 0; at < suspects.length; at += size) {
    deleted += await deleteOrphans(context, id, suspects.slice(at, at + size));
  }
  return deleted;
}

const isOrphan = ({ sidecar, object }: Pair, files: ReadonlyMap<string, StoredFile>): boolean => {
  const [file, of] = [files.get(sidecar), files.get(object)];
  return file !== undefined && (of === undefined || !isOfSameWrite(of, file));
};

/** Looks again, under the locks: a gateway may have written the object since. */
function deleteOrphans(
  { buckets, locks }: SweepContext,
  id: string,
  pairs: readonly Pair[],
): Promise<number> {
  const keys = pairs.map(({ object }) => lockOf(id, object));
  return locks.withLocks(keys, async (hold) => {
    const files = await buckets.pathsInfo(
      id,
      pairs.flatMap((pair) => [pair.object, pair.sidecar]),
    );
    const orphans = pairs.filter((pair) => isOrphan(pair, files));
    if (orphans.length === 0) return 0;
    const outcomes = await buckets.commit(
      id,
      orphans.map(({ sidecar }) => ({ type: "deleteFile", path: sidecar })),
      { before: () => hold.check() },
    );
    const refused = outcomes.find((outcome) => outcome.kind === "failed");
    if (refused?.kind === "failed") throw refused.error;
    return orphans.length;
  });
}
