import type { TreeItem } from "../buckets/mod.ts";
import { fileAt } from "../sync/bucket_files.ts";
import { BUCKET_PROTOCOL } from "../sync/place.ts";
import { readBucketPath } from "./bucket_argument.ts";
import { listBuckets } from "./buckets_commands.ts";
import { humanSize, timeText } from "./format.ts";
import { printable, Printer, type PrinterOptions } from "./printer.ts";
import type { Session } from "./session.ts";
import { treeLines } from "./tree_text.ts";
import { UsageError } from "./usage_error.ts";

/** Options of `ls`. */
export interface ListOptions extends PrinterOptions {
  /** All depths, and not one level only. */
  readonly recursive?: boolean;
  /** As a tree; all depths. */
  readonly tree?: boolean;
  /** Sizes as `1.2 MB`. */
  readonly humanReadable?: boolean;
  /** Only buckets whose names have it. */
  readonly search?: string;
}

const SIZE_WIDTH = 12;
const TIME_WIDTH = 19;

/** `ls`: buckets of a namespace, or what is in a bucket. */
export async function list(
  session: Session,
  argument: string | undefined,
  options: ListOptions,
): Promise<void> {
  const path = argument?.startsWith(BUCKET_PROTOCOL)
    ? argument.slice(BUCKET_PROTOCOL.length)
    : argument;
  const namespace = path?.replace(/\/$/, "");
  if (namespace === undefined || namespace === "" || !namespace.includes("/")) {
    if (options.tree || options.recursive) {
      throw new UsageError("--tree and --recursive are for what is in a bucket");
    }
    return await listBuckets(session, namespace || undefined, options);
  }
  if (options.search !== undefined) throw new UsageError("--search is for buckets");
  if (options.tree && options.json) throw new UsageError("There is no --tree with --json");
  await listFiles(session, namespace, options);
}

async function listFiles(
  { client, console, signal }: Session,
  argument: string,
  options: ListOptions,
): Promise<void> {
  const place = readBucketPath(argument);
  const prefix = place.prefix === "" ? "" : `${place.prefix}/`;
  const recursive = options.recursive || options.tree || false;
  const items = client.listTree(place.id, { prefix, recursive, signal });
  const first = await items.next();
  const single = first.done ? await fileAt(client, place, { signal }) : undefined;
  if (first.done && single === undefined && prefix !== "") {
    throw new Error(`There is nothing at hf://buckets/${place.id}/${place.prefix}`);
  }
  const all = single === undefined ? withFirst(first, items) : [single];
  const columns = (item: TreeItem | undefined) => columnsOf(item, options.humanReadable ?? false);
  const printer = new Printer(console, options);
  if (options.tree) {
    const drawn = treeLines(
      await Array.fromAsync(all),
      single === undefined ? prefix : "",
      columns,
    );
    for (const line of drawn) console.write(`${line}\n`);
  } else {
    await printer.list(
      all,
      (item) => `${columns(item)}${printable(item.path)}${item.type === "directory" ? "/" : ""}`,
    );
  }
}

async function* withFirst(
  first: IteratorResult<TreeItem, void>,
  rest: AsyncGenerator<TreeItem, void, void>,
): AsyncGenerator<TreeItem, void, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

function columnsOf(item: TreeItem | undefined, human: boolean): string {
  const time = item?.type === "file" ? item.mtime ?? item.uploadedAt : item?.uploadedAt;
  const size = item?.type !== "file" ? "" : human ? humanSize(item.size) : String(item.size);
  return `${size.padStart(SIZE_WIDTH)}  ${timeText(time).padEnd(TIME_WIDTH)}  `;
}
