import * as v from "valibot";
import { parsePlace } from "./place.ts";
import { summarize, type SyncOperation, type SyncPlan } from "./plan.ts";
import { actionBetween } from "./sync_request.ts";

/**
 * Writes a plan as the lines of JSON that `huggingface_hub` writes and reads: a header, then an
 * operation a line. Copies, which it does not know, have the action `copy`.
 */
export function* planLines(plan: SyncPlan): Generator<string, void, void> {
  const { uploads, downloads, copies, deletes, skips, totalSize } = summarize(plan);
  yield line({
    type: "header",
    source: plan.source,
    dest: plan.destination,
    timestamp: plan.timestamp.toISOString(),
    summary: {
      uploads,
      downloads,
      ...(copies > 0 && { copies }),
      deletes,
      skips,
      total_size: totalSize,
    },
  });
  const [source, destination] = timeNames(plan);
  for (const operation of plan.operations) {
    yield line({
      type: "operation",
      action: operation.action,
      path: operation.path,
      reason: operation.reason,
      size: operation.size,
      [source]: isoTime(operation.sourceMtime),
      [destination]: isoTime(operation.destinationMtime),
      refused: operation.refused,
    });
  }
}

/**
 * The whole of a plan file.
 *
 * @example
 * ```ts
 * import { formatPlan, parsePlan } from "@hugbucket/hugbucket";
 * import { assert } from "@std/assert";
 *
 * const text = formatPlan({
 *   source: "./data",
 *   destination: "hf://buckets/me/data",
 *   timestamp: new Date(),
 *   operations: [{ action: "upload", path: "a.txt", reason: "new file", size: 3 }],
 * });
 * assert(text.includes('"total_size":3'));
 * assert(parsePlan(text).operations.length === 1);
 * ```
 */
export function formatPlan(plan: SyncPlan): string {
  return [...planLines(plan)].join("");
}

const Header = v.object({
  type: v.literal("header"),
  source: v.string(),
  dest: v.string(),
  timestamp: v.pipe(v.string(), v.transform((text) => new Date(text))),
});

const Time = v.nullish(v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.check((time) => !Number.isNaN(time), "not a time"),
));

const Operation = v.object({
  type: v.literal("operation"),
  action: v.picklist(["upload", "download", "copy", "delete", "skip"]),
  path: v.pipe(v.string(), v.nonEmpty()),
  reason: v.optional(v.string(), ""),
  size: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  local_mtime: Time,
  remote_mtime: Time,
  source_mtime: Time,
  dest_mtime: Time,
  refused: v.optional(v.boolean()),
});

/**
 * Reads a plan that was saved here or by `huggingface_hub`.
 *
 * @throws TypeError that names the line that is not one of a plan.
 *
 * @example
 * ```ts
 * import { parsePlan } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `{"type":"header","source":"./data","dest":"hf://buckets/me/data",` +
 *   `"timestamp":"2026-01-02T03:04:05Z"}
 * {"type":"operation","action":"upload","path":"a.txt","reason":"new file","size":3}`;
 * const { destination, operations } = parsePlan(text);
 * assertEquals([destination, operations[0]?.size], ["hf://buckets/me/data", 3]);
 * ```
 */
export function parsePlan(text: string): SyncPlan {
  const lines = text.split("\n").filter((each) => each.trim() !== "");
  const header = read(Header, lines[0] ?? "", 1);
  const action = actionBetween(parsePlace(header.source), parsePlace(header.dest));
  const paths = new Set<string>();
  const operations = lines.slice(1).map((each, index): SyncOperation => {
    const operation = read(Operation, each, index + 2);
    const { path } = operation;
    if (paths.has(path)) throw notAPlan(index + 2, `${JSON.stringify(path)} is there twice`);
    paths.add(path);
    if (!["delete", "skip", action].includes(operation.action)) {
      throw notAPlan(index + 2, `${operation.action} does not go from source to destination`);
    }
    const [local, remote] = [operation.local_mtime, operation.remote_mtime];
    return {
      action: operation.action,
      path,
      reason: operation.reason,
      size: operation.size ?? undefined,
      sourceMtime: operation.source_mtime ?? (action === "upload" ? local : remote) ?? undefined,
      destinationMtime: operation.dest_mtime ?? (action === "upload" ? remote : local) ??
        undefined,
      ...(operation.refused && { refused: true }),
    };
  });
  return {
    source: header.source,
    destination: header.dest,
    timestamp: header.timestamp,
    operations,
  };
}

function read<T>(schema: v.GenericSchema<unknown, T>, text: string, number: number): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notAPlan(number, "it is not JSON");
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw notAPlan(number, `${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

function notAPlan(number: number, reason: string): TypeError {
  return new TypeError(`Line ${number} is none of a plan: ${reason}`);
}

function timeNames({ source, destination }: SyncPlan): readonly [string, string] {
  const action = actionBetween(parsePlace(source), parsePlace(destination));
  if (action === "copy") return ["source_mtime", "dest_mtime"];
  return action === "upload" ? ["local_mtime", "remote_mtime"] : ["remote_mtime", "local_mtime"];
}

const line = (value: unknown): string => JSON.stringify(value) + "\n";
const isoTime = (time?: number): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString();
