import { printable } from "./printer.ts";

const MAX_NAMED = 20;

/** A command did its work but for some paths. */
export class FailedPathsError extends Error {
  /** Always `FailedPathsError`. */
  override readonly name = "FailedPathsError";

  /** @param failed Which, and why. */
  constructor(failed: readonly { readonly path: string; readonly error: Error }[]) {
    const lines = failed.slice(0, MAX_NAMED)
      .map(({ path, error }) => `  ${printable(path)}: ${reasonOf(path, error)}`);
    if (failed.length > MAX_NAMED) lines.push(`  … and ${failed.length - MAX_NAMED} more`);
    super(`Failed for ${failed.length} of the paths:\n${lines.join("\n")}`);
  }
}

/** The same as JSON. */
export function failedJson(
  failed: readonly { readonly path: string; readonly error: Error }[],
): readonly { readonly path: string; readonly error: string }[] {
  return failed.map(({ path, error }) => ({ path, error: reasonOf(path, error) }));
}

/** The path stands before it already. */
function reasonOf(path: string, { message }: Error): string {
  const start = `${JSON.stringify(path)}: `;
  return message.startsWith(start) ? message.slice(start.length) : message;
}
