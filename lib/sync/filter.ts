import { compilePattern } from "./pattern.ts";

/** A line of a filter file. */
export interface FilterRule {
  /** Whether paths that match are taken, or left out. */
  readonly include: boolean;
  /** What they must match. */
  readonly pattern: string;
}

/** Which paths a sync is about. */
export interface FilterOptions {
  /** Patterns of paths to take; all that no other rule leaves out, when absent or empty. */
  readonly include?: readonly string[] | undefined;
  /** Patterns of paths to leave out; they go before those of `include`. */
  readonly exclude?: readonly string[] | undefined;
  /** Rules that go before both; the first that matches decides. */
  readonly rules?: readonly FilterRule[] | undefined;
}

/**
 * Whether a path is taken, by the rules of `huggingface_hub`: rules of the filter file in their
 * order, then `exclude`, then `include`. Patterns are those of `fnmatch`.
 */
export function createFilter(options: FilterOptions): (path: string) => boolean {
  const rules = [
    ...options.rules ?? [],
    ...(options.exclude ?? []).map((pattern) => ({ include: false, pattern })),
    ...(options.include ?? []).map((pattern) => ({ include: true, pattern })),
  ].map(({ include, pattern }) => ({ include, matches: compilePattern(pattern) }));
  const otherwise = (options.include ?? []).length === 0;
  return (path) => rules.find(({ matches }) => matches(path))?.include ?? otherwise;
}

/**
 * Reads a filter file: a rule a line, `+` or `-` before its pattern, `+` when there is neither;
 * blank lines and those that begin with `#` are left out.
 *
 * @example
 * ```ts
 * import { parseFilterFile } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = parseFilterFile("# no temporary files\n- *.tmp\n+ *.json\n");
 * assertEquals(rules.map(({ include }) => include), [false, true]);
 * ```
 */
export function parseFilterFile(text: string): readonly FilterRule[] {
  return text.split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({
      include: !line.startsWith("-"),
      pattern: /^[+-]/.test(line) ? line.slice(1).trim() : line,
    }));
}
