/**
 * Makes one JavaScript file of the program, with the licences of the packages in it, and fails if there is anything in it
 * that is not of the program. An argument names another file than `dist/hugbucket.js`.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import denoJson from "../deno.json" with { type: "json" };
import { packageDirectories, surprisesIn, withoutCachePaths } from "./bundle_contents.ts";
import { licencesOf } from "./licences.ts";

const BANNER =
  `// HugBucket ${denoJson.version}: deno run --allow-net --allow-env hugbucket.js --help
`;

const output = resolve(Deno.args[0] ?? "dist/hugbucket.js");
Deno.chdir(new URL("..", import.meta.url));
await Deno.mkdir(dirname(output), { recursive: true });
const made = await Deno.makeTempFile({ dir: dirname(output), suffix: ".js" });
try {
  await bundle(made);
  const raw = await Deno.readTextFile(made);
  const text = withoutCachePaths(raw);
  const surprises = surprisesIn(text);
  for (const surprise of surprises) console.error(`In the bundle ${surprise}`);
  if (surprises.length > 0) Deno.exit(1);
  await Deno.writeTextFile(output, BANNER + text + await licencesOf(packageDirectories(raw)));
  console.log(`${output}: ${(await Deno.stat(output)).size} bytes`);
} finally {
  await Deno.remove(made);
}

async function bundle(file: string): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--frozen", "-o", file, "main.ts"],
  }).spawn().status;
  if (!success) Deno.exit(1);
}
