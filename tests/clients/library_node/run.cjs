/** The bucket library and syncs in one file, in Node 22: everything but workers, a disk cache and the gateway. */

const { execFileSync } = require("node:child_process");
const process = require("node:process");

const { DENO, FOLDER } = process.env;
const bin = `${FOLDER}/node_modules/.bin`;
const bundle = `${FOLDER}/buckets.js`;
execFileSync(DENO, [
  "bundle",
  "--quiet",
  "--platform=browser",
  "-o",
  bundle,
  "tests/clients/library_node/library.ts",
]);
execFileSync(`${bin}/esbuild`, [
  bundle,
  "--target=node22",
  "--format=esm",
  "--log-level=error",
  `--outfile=${FOLDER}/buckets.mjs`,
]);
try {
  const checks = "tests/clients/library_node/checks.mjs";
  execFileSync(`${bin}/node`, [checks, `${FOLDER}/buckets.mjs`], { stdio: "inherit" });
} catch (error) {
  process.exitCode = error.status ?? 1;
}
