import { mkdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import mime from "mime";
import { parseHubUri } from "../buckets/mod.ts";
import { applySync } from "../sync/apply_sync.ts";
import { fileAt } from "../sync/bucket_files.ts";
import { folderOfPattern, isPattern } from "../sync/pattern.ts";
import { BUCKET_PROTOCOL, type BucketPlace, parsePlace } from "../sync/place.ts";
import { planSync } from "../sync/plan_sync.ts";
import { asUsage, isRemote } from "./bucket_argument.ts";
import { failedJson, FailedPathsError } from "./failed_paths.ts";
import { humanSize } from "./format.ts";
import { printable, Printer, type PrinterOptions } from "./printer.ts";
import { findRepoFile, writeWhole } from "./repo_download.ts";
import type { Session } from "./session.ts";
import { resultText } from "./sync_command.ts";
import { showFile, showSync, withBar } from "./transfer_bar.ts";
import { UsageError } from "./usage_error.ts";

/** Options of `cp`. */
export interface CopyOptions extends PrinterOptions {
  /** Everything below the source. */
  readonly recursive?: boolean;
  /** Only paths that match one of these. */
  readonly include?: readonly string[];
  /** No paths that match one of these. */
  readonly exclude?: readonly string[];
  /** The media type of a file that is uploaded. */
  readonly contentType?: string;
}

/** `cp`: copies between this machine, standard streams and the Hub. */
export async function copy(
  session: Session,
  source: string,
  destination: string | undefined,
  options: CopyOptions,
): Promise<void> {
  const target = destination ?? (isRemote(source) ? "." : undefined);
  if (target === undefined) throw new UsageError("A destination is needed");
  if (!isRemote(source) && !isRemote(target)) {
    throw new UsageError("The source or the destination must be on the Hub: hf://buckets/…");
  }
  if (!options.recursive && (options.include ?? options.exclude) !== undefined) {
    throw new UsageError("--include and --exclude go with --recursive");
  }
  if (!isRemote(source)) return await upload(session, source, target, options);
  if (source.startsWith(BUCKET_PROTOCOL)) {
    const place = bucketOf(source);
    if (await hasPattern(session, place)) {
      const { folder, pattern } = folderOfPattern(place.prefix);
      const from = `${BUCKET_PROTOCOL}${place.id}${folder === "" ? "" : `/${folder}`}`;
      return await copyTree(session, from, target, { ...options, include: [pattern] });
    }
    if (options.recursive && target !== "-") {
      return await copyTree(session, source, target, options);
    }
    if (!isRemote(target)) return await download(session, place, source, target, options);
  } else if (!isRemote(target)) return await downloadFromRepo(session, source, target, options);
  await copyOnHub(session, source, target, options);
}

/** A path that is a file's is that file, whatever signs it has. */
async function hasPattern({ client, signal }: Session, place: BucketPlace): Promise<boolean> {
  return isPattern(place.prefix) && await fileAt(client, place, { signal }) === undefined;
}

async function upload(
  session: Session,
  source: string,
  target: string,
  options: CopyOptions,
): Promise<void> {
  const { client, console, signal } = session;
  const place = bucketOf(target);
  const isFolder = place.prefix === "" || target.endsWith("/");
  const printer = new Printer(console, options);
  if (source === "-") {
    if (isFolder) throw new UsageError("Standard input needs a whole path to be copied to");
    const path = place.prefix;
    return await withBar(console, "upload", isQuiet(printer), async (bar) => {
      const file = await client.uploadFile(place.id, console.input, path, {
        contentType: typeOf(path, options),
        onProgress: showFile(bar),
        signal,
      });
      bar?.stop();
      say(printer, "Uploaded", place.id, file);
    });
  }
  const found = await stat(source);
  if (found.isDirectory()) {
    if (!options.recursive) throw new UsageError(`${source} is a directory: add --recursive`);
    return await copyTree(session, source, target, options);
  }
  const name = basename(source);
  const path = !isFolder ? place.prefix : place.prefix === "" ? name : `${place.prefix}/${name}`;
  await withBar(console, "upload", isQuiet(printer), async (bar) => {
    const file = await client.uploadFile(place.id, source, path, {
      contentType: typeOf(path, options),
      onProgress: showFile(bar, found.size),
      signal,
    });
    bar?.stop();
    say(printer, "Uploaded", place.id, file);
  });
}

async function download(
  session: Session,
  place: BucketPlace,
  source: string,
  target: string,
  options: CopyOptions,
): Promise<void> {
  const { client, console, signal } = session;
  if (place.prefix === "" || source.endsWith("/")) {
    throw new UsageError(`${source} is a directory: add --recursive`);
  }
  if (target === "-") {
    const file = await client.downloadFile(place.id, place.prefix, { signal });
    return await file.stream().pipeTo(console.output, { signal });
  }
  const local = await localTarget(target, place.prefix);
  const printer = new Printer(console, options);
  await withBar(console, "download", isQuiet(printer), async (bar) => {
    const info = await client.fileMetadata(place.id, place.prefix, { signal });
    await mkdir(dirname(local), { recursive: true });
    const file = await client.downloadFileTo(place.id, place.prefix, local, {
      file: info,
      onProgress: showFile(bar, info.size),
      signal,
    });
    bar?.stop();
    printer.result(`Downloaded: ${local} (${humanSize(file.size)})`, file);
  });
}

/** One file of a model, dataset or Space. */
async function downloadFromRepo(
  session: Session,
  source: string,
  target: string,
  options: CopyOptions,
): Promise<void> {
  const { console, signal } = session;
  const file = await findRepoFile(session, source);
  const { path, size, commit } = file;
  if (target === "-") return await file.open().pipeTo(console.output, { signal });
  const localPath = await localTarget(target, path);
  const printer = new Printer(console, options);
  await mkdir(dirname(localPath), { recursive: true });
  await withBar(console, "download", isQuiet(printer), async (bar) => {
    let bytesDone = 0;
    await writeWhole(file, localPath, (count) => {
      bytesDone += count;
      bar?.update({ bytesDone, bytesTotal: size });
    });
  });
  printer.result(`Downloaded: ${localPath} (${humanSize(size)})`, {
    path,
    size,
    commit,
    localPath,
  });
}

/** Where a file goes: into a directory under its own name, or to the path that was named. */
async function localTarget(target: string, path: string): Promise<string> {
  const isFolder = /[/\\]$/.test(target) ||
    (await stat(target).catch(() => undefined))?.isDirectory();
  return isFolder ? join(target, basename(path)) : target;
}

/** A directory or what is below a path; what is at the destination is replaced. */
async function copyTree(
  { client, console, signal }: Session,
  source: string,
  target: string,
  options: CopyOptions,
): Promise<void> {
  if (target === "-") throw new UsageError("Only one file can be copied to standard output");
  const { include, exclude } = options;
  const plan = await planSync(client, source, target, { include, exclude, force: true, signal });
  if (plan.operations.length === 0) throw new Error(`There is nothing to copy at ${source}`);
  const printer = new Printer(console, options);
  const result = await withBar(
    console,
    "copy",
    isQuiet(printer),
    (bar) => applySync(client, plan, { signal, onProgress: showSync(bar) }),
  );
  const { failed, ...counts } = result;
  printer.result(resultText(result), { ...counts, failed: failedJson(failed) });
  if (failed.length > 0) throw new FailedPathsError(failed);
}

/** Files of buckets, models, datasets and Spaces into a bucket. */
async function copyOnHub(
  { client, console, signal }: Session,
  source: string,
  target: string,
  options: CopyOptions,
): Promise<void> {
  bucketOf(target);
  asUsage(() => parseHubUri(source));
  const { copied, failed } = await client.copyFiles(source, target, { signal });
  const size = copied.reduce((sum, file) => sum + file.size, 0);
  new Printer(console, options).result(
    `Copied: ${copied.length === 1 ? "1 file" : `${copied.length} files`} (${humanSize(size)})`,
    { copied, failed: failedJson(failed) },
  );
  if (failed.length > 0) throw new FailedPathsError(failed);
}

function bucketOf(argument: string): BucketPlace {
  const place = asUsage(() => parsePlace(argument));
  if (place.kind === "bucket") return place;
  throw new UsageError(`Not a bucket: ${argument}`);
}

function typeOf(path: string, { contentType }: CopyOptions): string | undefined {
  return contentType ?? mime.getType(path) ?? undefined;
}

const isQuiet = ({ quiet, json }: Printer): boolean => quiet || json;

function say(
  printer: Printer,
  word: string,
  id: string,
  file: { readonly path: string; readonly size: number },
): void {
  const handle = `${BUCKET_PROTOCOL}${id}/${file.path}`;
  printer.result(`${word}: ${printable(handle)} (${humanSize(file.size)})`, { ...file, handle });
}
