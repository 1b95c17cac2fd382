import { eachOf } from "../flow/each_of.ts";
import type { CallOptions } from "../hub/buckets.ts";
import type { BatchOperation } from "../hub/files.ts";
import { HubError } from "../hub/hub_error.ts";
import type { BucketCore } from "./bucket_core.ts";
import type { CommitOutcome, SendOptions } from "./commit_group.ts";

/** Options of `commit`. */
export interface CommitOptions extends CallOptions, SendOptions {
  /**
   * Whether files of other buckets whose copies the Hub refuses, such as those of another region, are
   * downloaded and uploaded; a `copyFile` has to say its `size` for that. Default: no.
   */
  readonly moveRefused?: boolean | undefined;
}

type CopyOperation = Extract<BatchOperation, { readonly type: "copyFile" }>;

/** Files whose bytes are moved at once. */
const MOVED_AT_ONCE = 8;

const ABOUT_PATH = /\bpath\b|director(?:y|ies)|\bfile ?name\b/i;

/**
 * Whether the Hub has refused a copy for a reason for which its bytes can still be moved, such as
 * another storage region ("Storage Buckets", Hub docs). The Hub's words are not documented: only what
 * is about the path is known to meet any write.
 */
export function refusesCopy(error: unknown): boolean {
  return error instanceof HubError && !error.retryable &&
    (error.kind === "unprocessable" || error.kind === "bad_request") &&
    !ABOUT_PATH.test(error.detail ?? "");
}

const isCopy = (operation: BatchOperation): operation is CopyOperation =>
  operation.type === "copyFile";

/**
 * Commits operations. Files of other buckets whose copies the Hub refuses are downloaded and
 * uploaded instead.
 *
 * @param operations At most 1,000, no path twice; a copy can be moved if it says its `size`.
 * @param options What is to hold when they are sent.
 * @returns What became of each, in order.
 */
export async function commitMoving(
  core: BucketCore,
  id: string,
  operations: readonly BatchOperation[],
  { signal, before }: CommitOptions,
): Promise<readonly CommitOutcome[]> {
  const first = await commitEach(core, id, operations, { before });
  const refused = operations.flatMap((operation, index) => {
    const outcome = first[index];
    return outcome?.kind === "failed" && isCopy(operation) && refusesCopy(outcome.error)
      ? [{ operation, index }]
      : [];
  });
  if (refused.length === 0) return first;
  const outcomes = [...first];
  await eachOf(refused, MOVED_AT_ONCE, async ({ operation, index }) => {
    const [outcome] = await moveBytes(core, id, operation, { signal, before });
    if (outcome !== undefined) outcomes[index] = outcome;
  });
  return outcomes;
}

/** A refusal of the whole call, for the sake of its copies perhaps, is one of each operation. */
async function commitEach(
  core: BucketCore,
  id: string,
  operations: readonly BatchOperation[],
  options: SendOptions,
): Promise<readonly CommitOutcome[]> {
  try {
    return await core.committer.commit(id, operations, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!refusesCopy(error) || !operations.some(isCopy)) throw error;
    return operations.map(({ path }) => ({ kind: "failed", path, error }));
  }
}

async function moveBytes(
  core: BucketCore,
  id: string,
  operation: CopyOperation,
  { signal, before }: CommitOptions,
): Promise<readonly CommitOutcome[]> {
  const { path, xetHash: hash, size, sourceRepoType, sourceRepoId, ...rest } = operation;
  if (sourceRepoType !== "bucket" || size === undefined) return [];
  signal?.throwIfAborted();
  try {
    const bytes = core.transfers.download(sourceRepoId, { hash, size }, { signal });
    const stored = await core.transfers.upload(id, bytes, { signal });
    return await core.committer.commit(id, [
      { ...rest, type: "addFile", path, xetHash: stored.hash },
    ], { before });
  } catch (cause) {
    signal?.throwIfAborted();
    const error = cause instanceof Error ? cause : new Error("The copy failed", { cause });
    return [{ kind: "failed", path, error }];
  }
}
