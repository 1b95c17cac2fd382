/**
 * Sync between directories and buckets, both ways, and between buckets; copies by pattern.
 *
 * @module
 */

export { applySync, sync, type SyncOptions } from "./apply_sync.ts";
export {
  type ApplySyncOptions,
  SyncPathError,
  type SyncProgress,
  type SyncResult,
} from "./sync_result.ts";
export type { CompareOptions } from "./compare.ts";
export { copyMatching, type CopyMatchingOptions } from "./copy_matching.ts";
export { type FilterOptions, type FilterRule, parseFilterFile } from "./filter.ts";
export {
  summarize,
  type SyncAction,
  type SyncOperation,
  type SyncPlan,
  type SyncSummary,
} from "./plan.ts";
export { formatPlan, parsePlan } from "./plan_file.ts";
export { planSync } from "./plan_sync.ts";
export type { PlanSyncOptions } from "./sync_request.ts";
