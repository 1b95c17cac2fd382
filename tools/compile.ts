/**
 * Makes executables of the bundle: `dist/hugbucket` for this machine, or, by `--target` (which can be repeated) or `--all`,
 * `dist/hugbucket-<target>`. `--list` lets Deno itself stand in for the runtime that executables are made of, and only says,
 * and checks, what would be in them.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { parseArgs } from "node:util";
import denoJson from "../deno.json" with { type: "json" };
import { executableContents } from "./executable_contents.ts";
import { PERMISSIONS } from "./permissions.ts";

/** What `deno compile` makes executables for. */
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

const BUNDLE = "hugbucket.js";

const { values: options } = parseArgs({
  options: {
    target: { type: "string", multiple: true, default: [] },
    all: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const targets = options.all ? TARGETS : options.target;
const unknown = targets.filter((target) => !TARGETS.includes(target));
if (unknown.length > 0) fail(`No target: ${unknown.join(", ")}; there are ${TARGETS.join(", ")}`);

Deno.chdir(new URL("..", import.meta.url));
const directory = await Deno.makeTempDir({ prefix: "hugbucket-compile-" });
try {
  await prepare();
  if (options.list) await list();
  else if (targets.length === 0) await compile("dist/hugbucket");
  else for (const target of targets) await compile(fileOf(target), ["--target", target]);
} finally {
  await Deno.remove(directory, { recursive: true });
}

/** The directory gets the bundle, and of deno.json what an executable is to know. */
async function prepare(): Promise<void> {
  await deno(["run", "-A", "tools/bundle.ts", `${directory}/${BUNDLE}`]);
  const { name, version, unstable } = denoJson;
  const known = { name, version, unstable, exports: `./${BUNDLE}` };
  await Deno.writeTextFile(`${directory}/deno.json`, JSON.stringify(known));
}

async function compile(
  output: string,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<void> {
  await deno([
    "compile",
    "--no-check",
    "--no-prompt",
    "--deny-import",
    ...PERMISSIONS.map((name) => `--allow-${name}`),
    "--app-name=hugbucket",
    ...flags,
    `--output=${output}`,
    `${directory}/${BUNDLE}`,
  ], env);
}

async function list(): Promise<void> {
  const output = `${directory}/hugbucket`;
  await compile(output, [], { DENORT_BIN: Deno.execPath() });
  const bytes = await Deno.readFile(output);
  const contents = executableContents(bytes);
  console.log(contents);
  const expected = {
    files: [BUNDLE],
    permissions: PERMISSIONS,
    importsCode: false,
    prompts: false,
    features: denoJson.unstable,
  };
  if (JSON.stringify(contents) !== JSON.stringify(expected)) {
    fail(`It should be ${JSON.stringify(expected)}`);
  }
  if (!holds(bytes, await Deno.readFile(`${directory}/${BUNDLE}`))) fail("It is another bundle");
}

/** Whether bytes stand in others as they are. */
function holds(bytes: Uint8Array, inner: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(Buffer.from(inner));
}

function fileOf(target: string): string {
  return `dist/hugbucket-${target}${target.includes("windows") ? ".exe" : ""}`;
}

async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args: [...args], env }).spawn()
    .status;
  if (!success) throw new Error(`deno ${args[0]} failed`);
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
