/**
 * Releases the version that `deno.json` names: checks everything, makes the changelog's section, commits, and tags. Nothing is
 * pushed: the tag that a person pushes starts the release workflow. `--dry-run` only checks, `--skip=NAME,…` leaves checks
 * out, `--notes` prints the changelog's section.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { cut, problemsOf, sectionsOf } from "./changelog.ts";
import { publishedFiles, wrongIn } from "./published_files.ts";

interface Check {
  readonly name: string;
  /** Says what is wrong, or that it could not be checked here. */
  readonly run: () => Promise<Finding>;
}

type Finding = { readonly problems: readonly string[]; readonly unchecked?: string };

const JSR = "https://jsr.io/@std/xml/meta.json";

Deno.chdir(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    "dry-run": { type: "boolean", default: false },
    notes: { type: "boolean", default: false },
    skip: { type: "string", default: "" },
  },
});
const changelog = await Deno.readTextFile("CHANGELOG.md");
const { version, exports }: { version: string; exports: Record<string, string> } = JSON.parse(
  await Deno.readTextFile("deno.json"),
);

const CHECKS: readonly Check[] = [
  { name: "tree", run: isClean },
  { name: "changelog", run: () => Promise.resolve({ problems: problemsOf(changelog, version) }) },
  { name: "version", run: isInOnePlace },
  { name: "lock", run: () => deno("install", "--frozen") },
  { name: "check", run: () => deno("task", "check") },
  { name: "engine", run: isEngineBuilt },
  { name: "test", run: () => deno("task", "test") },
  { name: "bundle", run: () => deno("task", "bundle") },
  { name: "compile", run: () => deno("task", "compile", "--list") },
  { name: "program", run: () => deno("task", "test:program") },
  { name: "package", run: isPackage },
  { name: "jsr", run: isPackageOfJsr },
];

if (options.notes) {
  console.log(sectionsOf(changelog).find(({ title }) => title === version)?.text ?? "");
  Deno.exit(0);
}
const skipped = options.skip.split(",").filter(Boolean);
const unknown = skipped.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) fail(`No check: ${unknown.join(", ")}`);
const failed: string[] = [];
for (const { name, run } of CHECKS) {
  if (skipped.includes(name)) continue;
  const { problems, unchecked } = await run();
  if (problems.length > 0) failed.push(name);
  console.log(`${problems.length > 0 ? "FAILED" : unchecked ? "unchecked" : "ok"}: ${name}`);
  for (const line of [...problems, ...(unchecked ? [unchecked] : [])]) console.log(`  ${line}`);
}
if (failed.length > 0) fail(`${version} cannot be released: ${failed.join(", ")}`);
console.log(`${version} can be released`);
if (!options["dry-run"]) await release();

async function release(): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  if (!sectionsOf(changelog).some(({ title }) => title === version)) {
    await Deno.writeTextFile("CHANGELOG.md", cut(changelog, version, date));
    await git("commit", "--quiet", "CHANGELOG.md", "-m", `Version ${version}`);
  }
  await git("tag", "--annotate", `v${version}`, "-m", `Version ${version}`);
  console.log(`Tagged. This starts the release: git push origin main v${version}`);
}

async function isClean(): Promise<Finding> {
  const changed = (await git("status", "--porcelain")).split("\n").filter(Boolean);
  return { problems: changed.map((line) => `not committed: ${line}`) };
}

/** Whoever wants the version reads it from deno.json. */
async function isInOnePlace(): Promise<Finding> {
  const places = ["*.ts", "*.yml", "*.yaml", "*Dockerfile", "README.md", "docs/*.md"];
  const args = ["grep", "--line-number", "--word-regexp", "--fixed-strings", version];
  const { stdout } = await output("git", [...args, "--", ...places, ":!tests", ":!tools"]);
  return {
    problems: stdout.split("\n").filter(Boolean).map((line) => `the version again: ${line}`),
  };
}

async function isEngineBuilt(): Promise<Finding> {
  const { success } = await output("rustup", ["--version"]).catch(() => ({ success: false }));
  if (!success) return { problems: [], unchecked: "there is no rustup" };
  return await deno("task", "engine", "--check");
}

/** With `links/`: that the package has the program and nothing else, and types that can be told. */
async function isPackage(): Promise<Finding> {
  return await inCopy(async (copy) => {
    const file = `${copy}/deno.json`;
    const config = JSON.parse(await Deno.readTextFile(file));
    // What stands in for packages is no part of this one, but here it is in the graph.
    config.publish.include.push("links/");
    await Deno.writeTextFile(file, JSON.stringify(config));
    return await publish(copy);
  });
}

/** With the standard library from JSR, as those have it who use the package, and as it is published. */
async function isPackageOfJsr(): Promise<Finding> {
  const isThere = await fetch(JSR).then((answer) => answer.ok, () => false);
  if (!isThere) return { problems: [], unchecked: "JSR cannot be reached from here" };
  return await inCopy(async (copy) => {
    const { problems } = await deno("run", "-A", "tools/without_links.ts", copy);
    if (problems.length > 0) return { problems };
    const checked = await output(Deno.execPath(), ["check", "main.ts", "mod.ts"], copy);
    return checked.success ? await publish(copy) : { problems: [tail(checked.stderr)] };
  });
}

async function publish(directory: string): Promise<Finding> {
  const args = ["publish", "--dry-run", "--allow-dirty"];
  const { success, stdout, stderr } = await output(Deno.execPath(), args, directory);
  if (!success) return { problems: [tail(stdout + stderr)] };
  const root = `${pathToFileURL(await Deno.realPath(directory))}/`;
  const files = publishedFiles(stdout + stderr, root).filter((file) => !file.startsWith("links/"));
  // They are imported as text, which the dry run does not look for.
  const page = (await Array.fromAsync(Deno.readDir("lib/console/page"), ({ name }) => name))
    .filter((name) => !name.endsWith(".json")).map((name) => `lib/console/page/${name}`);
  const needed = ["deno.json", "LICENSE", "README.md", ...page, ...Object.values(exports)];
  return { problems: wrongIn(files, needed.map((file) => file.replace(/^\.\//, ""))) };
}

/** Works in a copy of what is committed. */
async function inCopy(work: (directory: string) => Promise<Finding>): Promise<Finding> {
  const directory = await Deno.makeTempDir({ prefix: "hugbucket-package-" });
  const copy = `${directory}/tree`;
  await git("worktree", "add", "--quiet", "--detach", copy, "HEAD");
  try {
    return await work(copy);
  } finally {
    await git("worktree", "remove", "--force", copy);
    await Deno.remove(directory, { recursive: true });
  }
}

async function deno(...args: readonly string[]): Promise<Finding> {
  const { success, stdout, stderr } = await output(Deno.execPath(), args);
  return { problems: success ? [] : [tail(stdout + stderr)] };
}

async function git(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await output("git", args);
  if (!success) fail(stderr);
  return stdout;
}

async function output(program: string, args: readonly string[], cwd = ".") {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function tail(text: string): string {
  return text.trim().split("\n").slice(-15).join("\n  ");
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
