import type { BucketClient } from "../../buckets/bucket_client.ts";
import type { KeyLocks } from "../../flow/key_locks.ts";
import { MAX_PER_CALL } from "../../hub/files.ts";
import { lockName } from "../commit_step.ts";
import type { StoredFile } from "../stored_file.ts";
import {
  objectPathOf,
  SIDECAR_KINDS,
  sidecarDirectory,
  type SidecarKind,
} from "./sidecar_paths.ts";
import { isOfSameWrite } from "./sidecars.ts";

/** What a sweep stands on. */
export interface SweepContext {
  readonly buckets: Pick<BucketClient, "treePage" | "pathsInfo" | "commit">;
  readonly locks: KeyLocks;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Lines on a page of the Hub's tree. */
  readonly pageSize: number;
}

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
 * are to be deleted another look under the locks.
 *
 * @returns How many were deleted.
 */
export async function sweepSidecars(context: SweepContext, id: string): Promise<number> {
  let deleted = 0;
  for (const kind of SIDECAR_KINDS) {
    for await (const files of pages(context, id, kind)) {
      for (let at = 0; at < files.length; at += MAX_PER_CALL) {
        deleted += await sweepSome(context, id, kind, files.slice(at, at + MAX_PER_CALL));
      }
    }
  }
  return deleted;
}

/** The sidecars of a kind that are old enough, page by page. */
async function* pages(
  { buckets, now, pageSize }: SweepContext,
  id: string,
  kind: SidecarKind,
): AsyncGenerator<readonly StoredFile[]> {
  const oldest = now() - MIN_AGE_MS;
  let cursor: string | undefined;
  do {
    const page = await buckets.treePage(id, {
      prefix: sidecarDirectory(kind),
      recursive: true,
      limit: pageSize,
      cursor,
    });
    cursor = page.cursor;
    yield page.items.flatMap((item) =>
      item.type === "file" && writtenAt(item).getTime() < oldest ? [item] : []
    );
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
  return locks.withLocks(pairs.map(({ object }) => lockName(id, object)), async () => {
    const files = await buckets.pathsInfo(id, pairs.flatMap((pair) => [pair.object, pair.sidecar]));
    const orphans = pairs.filter((pair) => isOrphan(pair, files));
    if (orphans.length === 0) return 0;
    const outcomes = await buckets.commit(
      id,
      orphans.map(({ sidecar }) => ({ type: "deleteFile", path: sidecar })),
    );
    const refused = outcomes.find((outcome) => outcome.kind === "failed");
    if (refused?.kind === "failed") throw refused.error;
    return orphans.length;
  });
}
