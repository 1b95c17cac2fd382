/** Which paths a repo can hold. */

/**
 * The reason why Git cannot hold a file of this path, or `undefined` if it can: its segments may be anything but empty, `.`, `..` and
 * `.git` (Git documentation, `git-update-index`, "core.protectHFS" aside).
 */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "Path must not be empty";
  if (!path.isWellFormed()) return "Path must be valid Unicode";
  if (path.includes("\0")) return "Path must not contain a NUL character";
  for (const name of path.split("/")) {
    if (name === "") return "Path must not have an empty segment";
    if (name === "." || name === ".." || name.toLowerCase() === ".git") {
      return `Path must not have a segment '${name}'`;
    }
  }
  return undefined;
}
