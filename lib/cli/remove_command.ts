import { createFilter } from "../sync/filter.ts";
import { fileAt, filesBelow } from "../sync/bucket_files.ts";
import { pathIn } from "../sync/place.ts";
import { readBucketPath } from "./bucket_argument.ts";
import { countText, humanSize } from "./format.ts";
import { printable, Printer, type PrinterOptions } from "./printer.ts";
import type { Session } from "./session.ts";
import { failedJson, FailedPathsError } from "./failed_paths.ts";
import { UsageError } from "./usage_error.ts";

/** Options of `rm`. */
export interface RemoveOptions extends PrinterOptions {
  /** Everything below the path. */
  readonly recursive?: boolean;
  /** Only paths that match one of these. */
  readonly include?: readonly string[];
  /** No paths that match one of these. */
  readonly exclude?: readonly string[];
  /** Nothing is deleted. */
  readonly dryRun?: boolean;
  /** Nobody is asked. */
  readonly yes?: boolean;
}

interface Doomed {
  readonly path: string;
  readonly size: number;
}

/** `rm`: deletes a file, or with `--recursive` what is below a path. */
export async function remove(
  session: Session,
  argument: string,
  options: RemoveOptions,
): Promise<void> {
  const { client, console, signal } = session;
  const place = readBucketPath(argument);
  if (place.prefix === "" && !options.recursive) {
    throw new UsageError(`${argument} is a whole bucket: add --recursive, or use buckets delete`);
  }
  if ((options.include ?? options.exclude) !== undefined && !options.recursive) {
    throw new UsageError("--include and --exclude go with --recursive");
  }
  const files = await find(session, argument, options);
  const printer = new Printer(console, options);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const count = `${countText(files.length, "file")}, ${humanSize(size)}`;
  if (options.dryRun) {
    return printer.result(
      [...files.map(({ path }) => `delete ${printable(path)}`), `Would delete ${count}`].join("\n"),
      { dryRun: true, deleted: files.map(({ path }) => path), size, failed: [] },
    );
  }
  if (options.recursive && files.length > 0) {
    confirm(session, `Delete ${count} of ${place.id}?`, options);
  }
  const { deleted, failed } = await client.batchFiles(
    place.id,
    { delete: files.map(({ path }) => path) },
    { signal },
  );
  printer.result(
    `Deleted ${countText(deleted.length, "file")} of ${place.id}`,
    { dryRun: false, deleted, size, failed: failedJson(failed) },
  );
  if (failed.length > 0) throw new FailedPathsError(failed);
}

async function find(
  { client, signal }: Session,
  argument: string,
  options: RemoveOptions,
): Promise<readonly Doomed[]> {
  const place = readBucketPath(argument);
  const single = await fileAt(client, place, { signal });
  if (!options.recursive) {
    if (single !== undefined) return [single];
    const below = await filesBelow(client, place, { signal, limit: 1 }).next();
    throw below.done
      ? new Error(`There is no file ${argument}`)
      : new UsageError(`${argument} is a directory: add --recursive`);
  }
  const matches = createFilter(options);
  const files = single !== undefined && matches(single.path) ? [single] : [];
  for await (const [path, file] of filesBelow(client, place, { signal })) {
    if (matches(pathIn(place, path))) files.push(file);
  }
  return files;
}

function confirm({ console }: Session, question: string, { yes }: RemoveOptions): void {
  if (yes) return;
  if (console.confirm === undefined) {
    throw new UsageError("Deleting more than one file has to be confirmed: add --yes");
  }
  if (!console.confirm(question)) throw new Error("Nothing was deleted");
}
