/**
 * Writes `docs/configuration.md` from the code: the variables, their defaults and what they take. `--check` only compares.
 *
 * @module
 */

import { defaultOf, ruleOf, type VariableName } from "../lib/config/schema.ts";
import { VARIABLES } from "../lib/config/variables.ts";
import { NOTES } from "./configuration_notes.ts";

const HEAD = `# Configuration

<!-- Made from the code: deno task docs:configuration -->

By environment variables. The tasks read a \`.env\` file too ([.env.example](../.env.example) is one to begin with); what is in the environment comes first. An empty variable counts as
none. All problems are reported at once, before anything is started, each with the variable's name and never with a secret's value. \`hugbucket --help\` prints this list.
`;

/** The page, in Markdown. */
export function configurationPage(): string {
  const names = Object.keys(VARIABLES) as VariableName[]; // the keys are its own
  const rows = names.map((name) => {
    const fallback = defaultOf(name);
    const value = fallback === undefined ? "" : `\`${fallback}\``;
    return `| [\`${name}\`](#${name.toLowerCase()}) | ${value} | ${VARIABLES[name]} |`;
  });
  const table = ["| Variable | Default | Meaning |", "|---|---|---|", ...rows];
  return [HEAD, ...table, ...names.map(sectionOf), ""].join("\n");
}

/** What there is to say of one variable. */
function sectionOf(name: VariableName): string {
  const meaning = VARIABLES[name];
  const fallback = defaultOf(name);
  const rule = ruleOf(name);
  const sentences = [
    `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`,
    NOTES[name],
    rule === undefined ? undefined : `It ${rule}.`,
    fallback === undefined ? undefined : `Default: \`${fallback}\`.`,
  ];
  return `\n## ${name}\n\n${sentences.filter((sentence) => sentence !== undefined).join(" ")}`;
}

if (import.meta.main) {
  const file = new URL("../docs/configuration.md", import.meta.url);
  const page = configurationPage();
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(file, page);
  } else if (await Deno.readTextFile(file) !== page) {
    console.error("docs/configuration.md is not what the code says: deno task docs:configuration");
    Deno.exit(1);
  }
}
