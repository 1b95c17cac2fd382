/** What `deno publish` would send. */

/** The project's files that belong to the package. */
const FILES =
  /^(?:deno\.json|main\.ts|mod\.ts|README\.md|CHANGELOG\.md|LICENSE|lib\/[\w/]+\.ts|lib\/console\/page\/\w+\.(?:css|html|js))$/;

/** Not even below `lib/`. */
const NEVER = /_test\.ts$|\/build\.ts$/;

/**
 * The files that a dry run lists.
 *
 * @param output What `deno publish --dry-run` prints.
 * @param root The package's directory, as a `file:` URL that ends in `/`.
 */
export function publishedFiles(output: string, root: string): readonly string[] {
  return [...output.matchAll(/^ +(file:\S+) \([\d.]+[KMG]?B\)$/gm)].map(([, url = ""]) => {
    if (!url.startsWith(root)) throw new Error(`${url} is not below ${root}`);
    return url.slice(root.length);
  });
}

/**
 * Which of these do not belong to the package, and which are missing.
 *
 * @param files What would be published.
 * @param needed Files that must be.
 * @returns A sentence for each.
 */
export function wrongIn(files: readonly string[], needed: readonly string[]): readonly string[] {
  return [
    ...files.filter((file) => !FILES.test(file) || NEVER.test(file)).map((file) =>
      `${file} would be published`
    ),
    ...needed.filter((file) => !files.includes(file)).map((file) => `${file} would be missing`),
  ];
}
