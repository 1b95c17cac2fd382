import { readFile, writeFile } from "node:fs/promises";
import { applySync } from "../sync/apply_sync.ts";
import { parseFilterFile } from "../sync/filter.ts";
import { summarize, type SyncOperation, type SyncPlan } from "../sync/plan.ts";
import { formatPlan, parsePlan } from "../sync/plan_file.ts";
import { planSync } from "../sync/plan_sync.ts";
import { type PlanSyncOptions, readSync } from "../sync/sync_request.ts";
import type { SyncResult } from "../sync/sync_result.ts";
import { asUsage } from "./bucket_argument.ts";
import { failedJson, FailedPathsError } from "./failed_paths.ts";
import { countText, humanSize } from "./format.ts";
import { printable, Printer, type PrinterOptions } from "./printer.ts";
import type { Session } from "./session.ts";
import { showSync, withBar } from "./transfer_bar.ts";
import { UsageError } from "./usage_error.ts";

/** Options of `sync`. */
export interface SyncCommandOptions
  extends PrinterOptions, Omit<PlanSyncOptions, "signal" | "rules"> {
  /** A file with rules. */
  readonly filterFrom?: string;
  /** Where the plan is saved instead of being applied. */
  readonly plan?: string;
  /** A plan that was saved. */
  readonly apply?: string;
  /** The plan is shown and not applied. */
  readonly dryRun?: boolean;
  /** Each path is told. */
  readonly verbose?: boolean;
}

/** `sync`: makes a destination like its source, or makes, shows and applies plans for that. */
export async function syncCommand(
  session: Session,
  source: string | undefined,
  destination: string | undefined,
  options: SyncCommandOptions,
): Promise<void> {
  const printer = new Printer(session.console, options);
  if (options.apply !== undefined) {
    refuseOthers(source, options);
    const text = await readFile(options.apply, "utf8");
    return await apply(session, readPlan(options.apply, text), printer, options);
  }
  if (source === undefined || destination === undefined) {
    throw new UsageError("A source and a destination are needed, or --apply with a plan");
  }
  if (options.plan !== undefined && options.dryRun) {
    throw new UsageError("Only one of --plan and --dry-run can be asked for");
  }
  asUsage(() => readSync(source, destination, options));
  const plan = await makePlan(session, source, destination, options);
  if (options.plan !== undefined) {
    await writeFile(options.plan, formatPlan(plan));
    printer.result(
      `${summaryText(plan)}\nSaved: ${options.plan}; sync --apply ${options.plan} does it`,
      { plan: options.plan, ...summarize(plan) },
    );
  } else if (options.dryRun) {
    if (printer.json) return session.console.write(formatPlan(plan));
    for (const operation of plan.operations) {
      if (options.verbose || operation.action !== "skip" || operation.refused) {
        session.console.write(`${operationText(operation)}\n`);
      }
    }
    session.console.write(`${summaryText(plan)}\n`);
  } else await apply(session, plan, printer, options);
}

function refuseOthers(source: string | undefined, options: SyncCommandOptions): void {
  const { apply: _apply, json: _json, quiet: _quiet, verbose: _verbose, ...others } = options;
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  if (source === undefined && given.length === 0) return;
  throw new UsageError(
    "With --apply only --json, --quiet and --verbose can be given: the plan has the rest",
  );
}

function readPlan(name: string, text: string): SyncPlan {
  try {
    return parsePlan(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(`${name} is no plan: ${error.message}`, { cause: error });
  }
}

async function makePlan(
  { client, signal }: Session,
  source: string,
  destination: string,
  options: SyncCommandOptions,
): Promise<SyncPlan> {
  const rules = options.filterFrom === undefined
    ? undefined
    : parseFilterFile(await readFile(options.filterFrom, "utf8"));
  return await planSync(client, source, destination, { ...options, rules, signal });
}

async function apply(
  { client, console, signal }: Session,
  plan: SyncPlan,
  printer: Printer,
  options: SyncCommandOptions,
): Promise<void> {
  const result = await withBar(
    console,
    "sync",
    // A line in the middle of a bar would break it.
    printer.quiet || printer.json || (options.verbose ?? false),
    (bar) =>
      applySync(client, plan, {
        signal,
        onProgress: showSync(bar),
        onDone: options.verbose
          ? (operation, error) => printer.note(operationText(operation, error))
          : undefined,
      }),
  );
  const { failed, ...counts } = result;
  if (printer.json) printer.result("", { ...counts, failed: failedJson(failed) });
  else printer.note(resultText(result));
  if (failed.length > 0) throw new FailedPathsError(failed);
}

function operationText(
  { action, path, reason, size, refused }: SyncOperation,
  error?: Error,
): string {
  const word = error ? "failed" : refused ? "refused" : action;
  const why = error?.message ?? reason;
  return `${word} ${printable(path)} (${why}${size === undefined ? "" : `, ${humanSize(size)}`})`;
}

function summaryText(plan: SyncPlan): string {
  const { uploads, downloads, copies, deletes, skips, refused, totalSize } = summarize(plan);
  const parts = [
    [uploads, "to upload"],
    [downloads, "to download"],
    [copies, "to copy"],
    [deletes, "to delete"],
    [skips - refused, "to leave as they are"],
    [refused, "that cannot be synced"],
  ] as const;
  const text = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return text.length === 0 ? "No files" : `${text.join(", ")}; ${humanSize(totalSize)} to send`;
}

/** What a sync did, in a line. */
export function resultText(result: SyncResult): string {
  const parts = [
    [result.uploaded, "uploaded"],
    [result.downloaded, "downloaded"],
    [result.copied, "copied"],
    [result.deleted, "deleted"],
    [result.failed.length, "failed"],
  ] as const;
  const text = parts.filter(([count]) => count > 0).map(([count, what]) =>
    `${countText(count, "file")} ${what}`
  );
  return text.length === 0 ? "Nothing to do" : `${text.join(", ")} (${humanSize(result.bytes)})`;
}
