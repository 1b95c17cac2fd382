import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import * as library from "../mod.ts";

/** The parts of `deno doc --json` that are looked at. */
interface Documented {
  readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
}
interface Declaration extends Documented {
  readonly kind: string;
  readonly location: { readonly filename: string };
  readonly def?: {
    readonly methods?: readonly (Documented & {
      readonly name: string;
      readonly accessibility?: string;
    })[];
  };
}
interface DocFile {
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly symbols: readonly {
          readonly name: string;
          readonly declarations: Declaration[];
        }[];
      }
    >
  >;
}

async function deno(...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  assert(success, `deno ${args[0]} failed:\n${text}\n${new TextDecoder().decode(stderr)}`);
  return text;
}

/** What `mod.ts` exports and has a life at run time: functions and classes. */
async function exported(): Promise<readonly (Declaration & { readonly name: string })[]> {
  const { nodes }: DocFile = JSON.parse(await deno("doc", "--json", "mod.ts"));
  return Object.values(nodes).flatMap(({ symbols }) =>
    symbols.filter(({ name }) => Object.hasOwn(library, name)).flatMap(({ name, declarations }) =>
      declarations.map((declaration) => ({ ...declaration, name }))
    )
  );
}

const hasExample = ({ jsDoc }: Documented) =>
  jsDoc?.tags?.some(({ kind }) => kind === "example") ?? false;

/** Errors do nothing: they are shown where they are thrown. */
const isError = (name: string) => name.endsWith("Error");

Deno.test("every function and class that mod.ts exports has an example, and every method of the client", async () => {
  const without: string[] = [];
  for (const declaration of await exported()) {
    const { name, def } = declaration;
    if (!isError(name) && !hasExample(declaration)) without.push(name);
    if (name !== "BucketClient") continue;
    for (const method of def?.methods ?? []) {
      if (!method.name.startsWith("[") && !hasExample(method)) {
        without.push(`${name}.${method.name}`);
      }
    }
  }
  assertEquals(without, []);
});

Deno.test("the examples of all exports and of the guide are right, and run", async () => {
  const files = new Set(
    (await exported()).map(({ location: { filename } }) => fileURLToPath(filename)),
  ).add("docs/library.md");
  const texts = await Promise.all([...files].map((file) => Deno.readTextFile(file)));
  const examples = texts.join("\n").match(/^[ *]*```ts$/gm) ?? [];
  const output = await deno("test", "-A", "--doc", "--quiet", ...files);
  assertEquals(Number(/ok \| (\d+) passed/.exec(output)?.[1]), examples.length, output);
});
