import type { CallOptions } from "../buckets/mod.ts";
import type { CompareOptions } from "./compare.ts";
import type { FilterOptions } from "./filter.ts";
import { parsePlace, type Place } from "./place.ts";
import type { SyncAction } from "./plan.ts";

/** How a sync decides what to do. Defaults are those of `huggingface_hub`'s `sync_bucket`. */
export interface PlanSyncOptions extends FilterOptions, CompareOptions, CallOptions {
  /** Files of the destination that the source does not have are deleted. */
  readonly delete?: boolean | undefined;
  /** Only files that the destination has already are sent. */
  readonly existing?: boolean | undefined;
  /**
   * Files of the same size are compared by their content, whatever their times: local ones are
   * read and hashed. Between buckets that is always so, and costs nothing.
   */
  readonly checksum?: boolean | undefined;
  /** Every file is sent, whatever the destination has. */
  readonly force?: boolean | undefined;
}

/**
 * Reads what a sync is asked for.
 *
 * @throws TypeError if it makes no sense.
 */
export function readSync(
  source: string,
  destination: string,
  options: PlanSyncOptions,
): { readonly from: Place; readonly to: Place; readonly action: TransferAction } {
  checkOptions(options);
  const from = parsePlace(source);
  const to = parsePlace(destination);
  checkApart(from, to);
  return { from, to, action: actionBetween(from, to) };
}

/** What is done with files that are sent. */
export type TransferAction = Exclude<SyncAction, "delete" | "skip">;

function checkOptions(options: PlanSyncOptions): void {
  const { ignoreTimes, ignoreSizes, checksum, force, existing, ignoreExisting } = options;
  if ([ignoreTimes, ignoreSizes, checksum, force].filter(Boolean).length > 1) {
    throw new TypeError(
      "Only one of ignoreTimes, ignoreSizes, checksum and force can be asked for",
    );
  }
  if (existing && ignoreExisting) {
    throw new TypeError("Only one of existing and ignoreExisting can be asked for");
  }
}

/** What a sync between two places does with files. */
export function actionBetween(from: Place, to: Place): TransferAction {
  if (from.kind === "bucket") return to.kind === "bucket" ? "copy" : "download";
  if (to.kind === "bucket") return "upload";
  throw new TypeError("The source or the destination must be a bucket, hf://buckets/…");
}

/** A copy into itself would have more to copy each time, and with `delete` less. */
function checkApart(from: Place, to: Place): void {
  if (from.kind !== "bucket" || to.kind !== "bucket" || from.id !== to.id) return;
  const [a, b] = [from, to].map(({ prefix }) => prefix === "" ? "" : `${prefix}/`);
  if (a !== undefined && b !== undefined && (a.startsWith(b) || b.startsWith(a))) {
    throw new TypeError("One of source and destination is inside the other");
  }
}
