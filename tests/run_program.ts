/**
 * Runs end-to-end tests against a bundle or an executable instead of `main.ts`. Arguments: the file
 * (`dist/hugbucket.js` when there is none), then a command to run instead of the tests, such as
 * `deno task test:clients boto3`. The file is copied into an empty directory and, where it is a bundle, runs with an
 * empty cache from which nothing may be missing.
 *
 * @module
 */

import { basename } from "node:path";

/** What starts the program, or a gateway whose options all have variables. */
const TESTS = [
  "tests/main/",
  "tests/cli/",
  "tests/e2e/aws_sdk_js_test.ts",
  "tests/e2e/checksums_test.ts",
  "tests/e2e/configuration_test.ts",
  "tests/e2e/copies_test.ts",
  "tests/e2e/keys_test.ts",
  "tests/e2e/metadata_test.ts",
  "tests/e2e/multipart_test.ts",
  "tests/e2e/post_form_test.ts",
  "tests/e2e/presigned_copy_test.ts",
  "tests/e2e/raw_framing_test.ts",
  "tests/e2e/raw_heads_test.ts",
  "tests/e2e/raw_paths_test.ts",
  "tests/e2e/raw_socket_test.ts",
  "tests/e2e/redirect_test.ts",
  "tests/e2e/virtual_hosts_test.ts",
];

const [file = "dist/hugbucket.js", ...command] = Deno.args;
const [program = "deno", ...args] = command.length > 0
  ? command
  : ["deno", "test", "-A", "--parallel", ...TESTS];
const directory = await Deno.makeTempDir({ prefix: "hugbucket-program-" });
const copy = `${directory}/${basename(file)}`;
await Deno.copyFile(file, copy);
const { code } = await new Deno.Command(program === "deno" ? Deno.execPath() : program, {
  args,
  env: { HUGBUCKET_PROGRAM: copy },
}).spawn().status;
const loaded = await loadedPackages(`${directory}/deno_dir`);
await Deno.remove(directory, { recursive: true });
if (loaded.length > 0) console.error(`It loaded ${loaded.join(", ")}`);
Deno.exit(loaded.length > 0 ? 1 : code);

/** What a cache holds besides analyses and compiled code. */
async function loadedPackages(cache: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of ["npm", "remote"]) {
    try {
      for await (const { name } of Deno.readDir(`${cache}/${folder}`)) {
        found.push(`${folder}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}
