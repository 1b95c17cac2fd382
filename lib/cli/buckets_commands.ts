import type { BucketInfo } from "../buckets/mod.ts";
import { readBucketId } from "./bucket_argument.ts";
import { countText, humanSize, timeText } from "./format.ts";
import { Printer, type PrinterOptions } from "./printer.ts";
import type { Session } from "./session.ts";
import { UsageError } from "./usage_error.ts";

/** `buckets create`. */
export async function createBucket(
  { client, console, signal }: Session,
  name: string,
  options: PrinterOptions & {
    readonly private?: boolean;
    readonly region?: string;
    readonly existOk?: boolean;
  },
): Promise<void> {
  const bucket = await client.create(readBucketId(name), {
    ...(options.private !== undefined && { private: options.private }),
    region: options.region,
    existOk: options.existOk,
    signal,
  });
  new Printer(console, options).result(
    `${bucket.created ? "Created" : "There already"}: ${bucket.handle}`,
    bucket,
  );
}

/** `buckets info`. */
export async function showBucket(
  { client, console, signal }: Session,
  name: string,
  options: PrinterOptions,
): Promise<void> {
  const info = await client.info(readBucketId(name), { signal });
  const lines = [
    ["id", info.id],
    ["visibility", info.private ? "private" : "public"],
    ["files", info.totalFiles?.toLocaleString("en")],
    ["size", info.size === undefined ? undefined : humanSize(info.size)],
    ["created", timeText(info.createdAt)],
    ["updated", timeText(info.updatedAt)],
  ].filter(([, value]) => value !== undefined && value !== "");
  const text = lines.map(([label = "", value]) => `${label.padEnd(12)}${value}`).join("\n");
  new Printer(console, options).result(text, info);
}

/** `buckets list`, and `ls` without a bucket. */
export async function listBuckets(
  { client, console, signal }: Session,
  namespace: string | undefined,
  options: PrinterOptions & { readonly search?: string },
): Promise<void> {
  const buckets = client.list({ namespace, search: options.search, signal });
  await new Printer(console, options).list(buckets, bucketLine);
}

function bucketLine(bucket: BucketInfo): string {
  const size = bucket.size === undefined ? "" : humanSize(bucket.size);
  const files = bucket.totalFiles === undefined ? "" : countText(bucket.totalFiles, "file");
  const visibility = bucket.private ? "private" : "public";
  return `${size.padStart(10)}  ${files.padStart(14)}  ${visibility.padEnd(7)}  ${bucket.id}`;
}

/** `buckets delete`. */
export async function deleteBucket(
  { client, console, signal }: Session,
  name: string,
  options: PrinterOptions & { readonly yes?: boolean; readonly missingOk?: boolean },
): Promise<void> {
  const id = readBucketId(name);
  if (!options.yes) {
    if (console.confirm === undefined) {
      throw new UsageError("Deleting a bucket has to be confirmed: add --yes");
    }
    if (!console.confirm(`Delete the bucket ${id} and all that is in it?`)) {
      throw new Error("Nothing was deleted");
    }
  }
  const deleted = await client.delete(id, { missingOk: options.missingOk, signal });
  new Printer(console, options).result(
    deleted ? `Deleted: ${id}` : `Not there: ${id}`,
    { id, deleted },
  );
}

/** `buckets settings`. */
export async function changeBucket(
  { client, console, signal }: Session,
  name: string,
  options: PrinterOptions & { readonly private?: boolean; readonly public?: boolean },
): Promise<void> {
  const id = readBucketId(name);
  if (!options.private && !options.public) {
    throw new UsageError("One of --private and --public is needed");
  }
  const visibility = options.private ? "private" : "public";
  await client.setVisibility(id, visibility, { signal });
  new Printer(console, options).result(`${id} is ${visibility}`, { id, visibility });
}

/** `buckets move`. */
export async function moveBucket(
  { client, console, signal }: Session,
  from: string,
  to: string,
  options: PrinterOptions,
): Promise<void> {
  const [source, destination] = [readBucketId(from), readBucketId(to)];
  await client.move(source, destination, { signal });
  new Printer(console, options).result(`Moved: ${source} → ${destination}`, {
    from: source,
    to: destination,
  });
}
