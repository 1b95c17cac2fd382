import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";

/** A value that is imported from Node when the module is loaded; types are gone by then. */
const NODE_IMPORT = /^(?:import|export) (?!type )[^;]*?from "node:[^"]+"/gm;

Deno.test("the bucket library loads nothing of Node, so that a browser can load it", async () => {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "lib/buckets/mod.ts"],
  }).output();
  assert(success);
  const graph: { modules: { specifier: string }[] } = JSON.parse(new TextDecoder().decode(stdout));
  const root = `${pathToFileURL(Deno.cwd())}/lib/`;
  const files = graph.modules.map(({ specifier }) => specifier).filter((url) =>
    url.startsWith(root)
  );
  assert(files.length > 100);
  const found: string[] = [];
  for (const file of files) {
    for (const [text] of (await Deno.readTextFile(new URL(file))).matchAll(NODE_IMPORT)) {
      found.push(`${file.slice(root.length)}: ${text}`);
    }
  }
  assertEquals(found, []);
});
