import type * as fs from "node:fs/promises";
import type * as url from "node:url";

interface NodeLike {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown };
}

/**
 * A module of Node, where the runtime has it: Deno and Node do, browsers do not. A static import would
 * keep a browser from loading what does without.
 */
function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as NodeLike;
  // The name fixes the type.
  return process?.getBuiltinModule?.(name) as T | undefined;
}

/**
 * The file system.
 *
 * @throws TypeError in a browser.
 */
export function fileSystem(): typeof fs {
  const module = builtin<typeof fs>("node:fs/promises");
  if (module === undefined) throw new TypeError("There is no file system here");
  return module;
}

/** The path that a file URL stands for; a path stays as it is. */
export function localPath(path: string | URL): string {
  if (typeof path === "string") return path;
  const module = builtin<typeof url>("node:url");
  if (module === undefined) throw new TypeError("There is no file system here");
  return module.fileURLToPath(path);
}
