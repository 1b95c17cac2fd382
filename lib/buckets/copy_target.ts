import type { HubLocation } from "./bucket_names.ts";

/** What is known of the place that files are copied to. */
export interface CopyTarget {
  /** The path that was named; empty for the bucket itself. */
  readonly path: string;
  /** Whether it is a folder by how it was written, or because files lie below it. */
  readonly isFolder: boolean;
  /** Whether files lie below it; the bucket itself always counts. */
  readonly exists: boolean;
}

/** Where a single file goes: into a folder under its own name, or to the path that was named. */
export function fileTarget(source: string, target: CopyTarget): string {
  return target.isFolder ? join(target.path, baseName(source)) : target.path;
}

/**
 * Where a file of a folder goes. The folder itself goes into one that exists, as `cp -r` does; its
 * contents alone where it was written with a slash at its end, or the target is new.
 */
export function folderTarget(
  file: string,
  source: Pick<HubLocation, "path" | "contents">,
  target: CopyTarget,
): string {
  const relative = source.path === "" ? file : file.slice(source.path.length + 1);
  const nests = source.path !== "" && target.exists && !source.contents;
  return join(target.path, nests ? join(baseName(source.path), relative) : relative);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function join(folder: string, rest: string): string {
  return folder === "" ? rest : `${folder}/${rest}`;
}
