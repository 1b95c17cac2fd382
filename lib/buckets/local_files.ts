import type * as fs from "node:fs/promises";
import type * as url from "node:url";
import { builtin } from "../flow/builtin.ts";

const NONE = "There is no file system here";

/**
 * The file system.
 *
 * @throws TypeError in a browser.
 */
export function fileSystem(): typeof fs {
  const module = builtin<typeof fs>("node:fs/promises");
  if (module === undefined) throw new TypeError(NONE);
  return module;
}

/** The path that a file URL stands for; a path stays as it is. */
export function localPath(path: string | URL): string {
  if (typeof path === "string") return path;
  const module = builtin<typeof url>("node:url");
  if (module === undefined) throw new TypeError(NONE);
  return module.fileURLToPath(path);
}
