/** Licences of npm packages, as a file that holds their code has to repeat them. */

interface PackageJson {
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

/**
 * The licences of packages, as comments.
 *
 * @param packages Their directories, by `name@version`.
 * @returns A comment for each, in the order of their names: the licence's text where the package has one, else its name
 * and the author's.
 */
export async function licencesOf(packages: ReadonlyMap<string, string>): Promise<string> {
  const sorted = [...packages].toSorted(([one], [other]) => one < other ? -1 : 1);
  const comments = await Promise.all(sorted.map(([name, directory]) => licenceOf(name, directory)));
  return `\n${comments.join("\n")}`;
}

async function licenceOf(name: string, directory: string): Promise<string> {
  const { license = "no licence", author = "" }: PackageJson = JSON.parse(
    await Deno.readTextFile(`${directory}/package.json`),
  );
  const by = typeof author === "string" ? author : author.name ?? "";
  const lines = [`${name} (${license}) ${by}`.trim(), ...await textIn(directory)];
  return `/*!\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */\n`;
}

async function textIn(directory: string): Promise<readonly string[]> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile || !/^licen[cs]e(\.md|\.txt)?$/i.test(name)) continue;
    const text = await Deno.readTextFile(`${directory}/${name}`);
    return ["", ...text.replaceAll("*/", "* /").trim().split("\n")];
  }
  return [];
}
