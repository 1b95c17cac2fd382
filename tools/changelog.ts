/** Reads and cuts a changelog in the form of Keep a Changelog. */

/** A section: what is to come, or a version. */
export interface Section {
  /** `Unreleased` or a version. */
  readonly title: string;
  /** `YYYY-MM-DD`; absent where it is not released. */
  readonly date: string | undefined;
  readonly text: string;
}

const HEADING = /^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$/;

/**
 * The sections of a changelog, newest first.
 *
 * @param text The changelog.
 */
export function sectionsOf(text: string): readonly Section[] {
  const parts = text.split(/^(?=## )/m).slice(1);
  return parts.map((part) => {
    const [heading = "", ...lines] = part.split("\n");
    const [, title, date] = HEADING.exec(heading) ?? [];
    if (title === undefined) throw new Error(`No heading of a version: ${heading}`);
    return { title, date, text: lines.join("\n").trim() };
  });
}

/**
 * What keeps a version from being released.
 *
 * @param text The changelog.
 * @param version The version of the package.
 * @returns A sentence for each; none when the version has its section, or what is to come can become it.
 */
export function problemsOf(text: string, version: string): readonly string[] {
  const [first, ...rest] = sectionsOf(text);
  const problems: string[] = [];
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) problems.push(`${version} is no version`);
  if (first?.title !== "Unreleased") problems.push("The first section is not [Unreleased]");
  const own = rest.find(({ title }) => title === version);
  if (own === undefined && first?.text === "") problems.push("[Unreleased] says nothing");
  if (own !== undefined && first?.text !== "") {
    problems.push(
      `${version} has its section, and [Unreleased] says more: deno.json needs another version`,
    );
  }
  if (own !== undefined && own !== rest[0]) problems.push(`${version} is not the newest`);
  for (const { title, date } of rest) if (date === undefined) problems.push(`${title} has no date`);
  return problems;
}

/**
 * Makes a version of what is to come.
 *
 * @param text The changelog.
 * @param version The version.
 * @param date `YYYY-MM-DD`.
 */
export function cut(text: string, version: string, date: string): string {
  return text.replace(/^## \[Unreleased\]$/m, `## [Unreleased]\n\n## [${version}] - ${date}`);
}
