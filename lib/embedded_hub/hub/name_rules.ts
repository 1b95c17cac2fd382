/** Which names a bucket can have. */

const MAX_NAME_LENGTH = 96;

/**
 * The reason why a bucket cannot have this name, or `undefined` if it can.
 *
 * The rules are those of repository names on the Hub (huggingface_hub, `validate_repo_id`): letters, digits, `-`, `_` and `.`,
 * at most 96, no `--` or `..`, no `-` or `.` at either end, no `.git` at the end.
 */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "Name must not be empty";
  if (name.length > MAX_NAME_LENGTH) return `Name must not be longer than ${MAX_NAME_LENGTH}`;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    return "Name must use alphanumeric chars, '-', '_' or '.'";
  }
  if (name.includes("--") || name.includes("..")) return "Name must not contain '--' or '..'";
  if (/^[-.]|[-.]$/.test(name)) return "Name must not start or end with '-' or '.'";
  if (name.endsWith(".git")) return "Name must not end with '.git'";
  return undefined;
}
