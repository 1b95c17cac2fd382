import { applyPlans, type Committing } from "./commit_apply.ts";
import { type Plan, planStep } from "./commit_plan.ts";
import { type Staged, stageSidecars } from "./commit_stage.ts";
import {
  asError,
  batchesOf,
  type CommitContext,
  failed,
  locksOf,
  lookUp,
  prepareStep,
  type Step,
} from "./commit_step.ts";
import { toStoreError } from "./errors.ts";
import { HIDDEN_PREFIX } from "./keys.ts";
import type { CommitEntry, CommitResult } from "./object_store.ts";

/**
 * Applies changes to keys of one bucket under the locks of all keys that a batch names, so that no other
 * write of a gateway comes between the check of a condition and the commit. Paths are looked up
 * only where a condition or a copy needs it, and then once. A key that comes again is done in a later
 * batch, after the earlier entries.
 *
 * @returns One result per entry, in order.
 * @throws {StoreError} when a call failed and nothing was applied.
 */
export async function commitEntries(
  context: CommitContext,
  id: string,
  entries: readonly CommitEntry[],
): Promise<readonly CommitResult[]> {
  const results: CommitResult[] = [];
  const steps = entries.flatMap((entry, index) => {
    const prepared = prepareStep(context, entry, index);
    if (!("path" in prepared)) results[index] = prepared;
    return "path" in prepared ? [prepared] : [];
  });
  let broken: Error | undefined;
  for (const batch of batchesOf(steps)) {
    try {
      if (broken === undefined) await commitBatch(context, id, batch, results);
    } catch (error) {
      broken = asError(toStoreError(error));
    }
    for (const { index } of batch) {
      if (broken !== undefined) results[index] ??= { kind: "failed", error: broken };
    }
  }
  if (broken !== undefined && results.every(({ kind }) => kind === "failed")) throw broken;
  return results;
}

async function commitBatch(
  context: CommitContext,
  id: string,
  steps: readonly Step[],
  results: CommitResult[],
): Promise<void> {
  const mtime = context.nextMtime();
  const staged = await stageAll(context, id, steps, mtime, results);
  const ready = [...staged.keys()];
  await context.locks.withLocks(ready.flatMap((step) => locksOf(id, step)), async (hold) => {
    const lookUps = await lookUp(context, id, ready);
    const plans = await Promise.all([...staged].map(async ([step, sidecars]): Promise<Plan[]> => {
      try {
        return [await planStep(context, { id, lookUps, mtime }, step, sidecars)];
      } catch (error) {
        results[step.index] = failed(error);
        return [];
      }
    }));
    if (plans.flat().some(writesSidecar)) context.sweepList.add(id);
    const committing: Committing = (operations) =>
      context.buckets.commit(id, operations, { before: () => hold.check() });
    await applyPlans(committing, plans.flat(), results);
  });
}

const writesSidecar = ({ operations }: Plan): boolean =>
  operations.some(({ type, path }) => type !== "deleteFile" && path.startsWith(HIDDEN_PREFIX));

/** Stores the content of sidecars before any lock is taken; what fails there fails alone. */
async function stageAll(
  context: CommitContext,
  id: string,
  steps: readonly Step[],
  mtime: number,
  results: CommitResult[],
): Promise<ReadonlyMap<Step, Staged>> {
  const all = await Promise.all(steps.map(async (step): Promise<[Step, Staged][]> => {
    try {
      return [[step, await stageSidecars(context.sidecars, id, step, mtime)]];
    } catch (error) {
      results[step.index] = failed(error);
      return [];
    }
  }));
  return new Map(all.flat());
}
