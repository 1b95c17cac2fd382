import type { CommitOutcome } from "../buckets/commit_group.ts";
import { StoreError } from "../errors/store_error.ts";
import { type BatchOperation, MAX_PER_CALL } from "../hub/files.ts";
import { HubError } from "../hub/hub_error.ts";
import type { Plan } from "./commit_plan.ts";
import { asError, failed } from "./commit_step.ts";
import type { CommitResult } from "./object_store.ts";

/** What became of operations, by path: applied, or why not. */
type Outcomes = Map<string, "applied" | Error>;

/** Sends operations on distinct paths of a bucket, at most 1,000; see `BucketClient.commit`. */
export type Committing = (
  operations: readonly BatchOperation[],
) => Promise<readonly CommitOutcome[]>;

/**
 * Applies plans whose paths are all distinct, and writes down the result of each.
 *
 * An object and its sidecars go in one call. Only the sidecars of many deleted objects follow in calls
 * of their own: without its object a sidecar says nothing. What was applied in part is sent once more;
 * what then still is in part is undone where it is known what was there before. An entry has
 * succeeded only if all of it was applied, so that a client repeats the rest.
 *
 * @throws HubError when the first call failed and nothing was applied.
 */
export async function applyPlans(
  commit: Committing,
  plans: readonly Plan[],
  results: CommitResult[],
): Promise<void> {
  const outcomes: Outcomes = new Map();
  const first = plans.flatMap(({ step, operations }) =>
    step.entry.kind === "delete" ? operations.slice(0, 1) : operations
  );
  const later = plans.flatMap(({ step, operations }) =>
    step.entry.kind === "delete" ? operations.slice(1) : []
  );
  const along = later.splice(0, MAX_PER_CALL - first.length);
  await send(commit, [...first, ...along], outcomes);
  const lost = plans.every((plan) => !hasBegun(plan, outcomes)) && callError(outcomes);
  if (lost) throw lost;
  await attempt(commit, later, outcomes);
  const repeating = inPart(plans, outcomes).flatMap((plan) => toRepeat(plan, outcomes));
  await attempt(commit, repeating, outcomes);
  const undoing = inPart(plans, outcomes).flatMap((plan) => toUndo(plan, outcomes));
  await attempt(commit, undoing, new Map());
  for (const { step, operations, result } of plans) {
    results[step.index] = resultOf(step.entry.key, operations, result, outcomes);
  }
}

async function send(
  commit: Committing,
  operations: readonly BatchOperation[],
  outcomes: Outcomes,
): Promise<void> {
  if (operations.length === 0) return;
  for (const outcome of await commit(operations)) {
    outcomes.set(outcome.path, outcome.kind === "applied" ? "applied" : outcome.error);
  }
}

/** Sends any number of operations; those of a call that throws have failed. */
async function attempt(
  commit: Committing,
  operations: readonly BatchOperation[],
  outcomes: Outcomes,
): Promise<void> {
  for (let at = 0; at < operations.length; at += MAX_PER_CALL) {
    const some = operations.slice(at, at + MAX_PER_CALL);
    try {
      await send(commit, some, outcomes);
    } catch (error) {
      for (const { path } of some) outcomes.set(path, asError(error));
    }
  }
}

const isApplied = (outcomes: Outcomes) => ({ path }: BatchOperation): boolean =>
  outcomes.get(path) === "applied";

/**
 * Whether an operation was applied that changes anything: of a delete that is sent without a look at
 * what is there, only that of the object counts.
 */
const hasBegun = ({ operations, before }: Plan, outcomes: Outcomes): boolean =>
  operations.some((operation, i) =>
    isApplied(outcomes)(operation) &&
    (i === 0 || operation.type !== "deleteFile" || before !== undefined)
  );

/** The plans of which some operations were applied and some were not. */
const inPart = (plans: readonly Plan[], outcomes: Outcomes): readonly Plan[] =>
  plans.filter((plan) => hasBegun(plan, outcomes) && !plan.operations.every(isApplied(outcomes)));

const isRefusal = (outcome: unknown): boolean =>
  outcome instanceof HubError && outcome.kind === "unprocessable";

/** Why the call failed, if it was not the Hub that refused single operations. */
const callError = (outcomes: Outcomes): Error | undefined =>
  [...outcomes.values()].flatMap((outcome) =>
    outcome === "applied" || isRefusal(outcome) ? [] : [outcome]
  )[0];

/** What to send again. */
const toRepeat = ({ operations }: Plan, outcomes: Outcomes): readonly BatchOperation[] =>
  operations.filter((operation) => !isApplied(outcomes)(operation));

/** What puts back what was there, as far as that is known. */
function toUndo({ operations, before }: Plan, outcomes: Outcomes): readonly BatchOperation[] {
  if (before === undefined) return [];
  return operations.filter(isApplied(outcomes)).map(({ path }): BatchOperation => {
    const file = before.get(path);
    if (file === undefined) return { type: "deleteFile", path };
    const { xetHash, contentType } = file;
    const mtime = (file.mtime ?? file.uploadedAt ?? new Date(0)).getTime();
    return {
      type: "addFile",
      path,
      xetHash,
      mtime,
      ...(contentType !== undefined && { contentType }),
    };
  });
}

function resultOf(
  key: string,
  operations: readonly BatchOperation[],
  applied: CommitResult,
  outcomes: Outcomes,
): CommitResult {
  const missing = operations.find((operation) => !isApplied(outcomes)(operation));
  if (missing === undefined) return applied;
  const outcome = outcomes.get(missing.path);
  const error = outcome instanceof Error
    ? outcome
    : new TypeError("The bucket client left out an operation");
  if (missing === operations[0]) return failed(error);
  return failed(
    new StoreError("unavailable", `${key} was changed without what belongs to it; try again`, {
      cause: error,
    }),
  );
}
