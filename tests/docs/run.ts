/**
 * Runs the marked blocks of the documentation (`blocks.ts`) against a gateway with an embedded hub, each in a copy of the
 * tree. Arguments name the pages; without any, all of them. Addresses, keys and tokens of the pages are replaced by those of
 * the gateway, the namespaces `me` and `team` by one that there is.
 *
 * @module
 */

import { resolve } from "node:path";
import { programCommand } from "../support/program.ts";
import { CLIENTS } from "../clients/clients.ts";
import { prepare } from "../clients/environment.ts";
import { type GatewayProcess, startGateway } from "../clients/server.ts";
import { type Block, blocksOf } from "./blocks.ts";

/** Those that the pages use. */
const CLIENT_NAMES = ["awscli-v1", "boto3", "huggingface_hub"];

const BLOCK_TIMEOUT_MS = 240_000;

/** Where a block is run, and with what. */
interface Place {
  readonly gateway: GatewayProcess;
  readonly tree: string;
  readonly env: Readonly<Record<string, string>>;
}

const pages = Deno.args.length > 0 ? Deno.args : await allPages();
const runnable = [];
for (const page of pages) {
  for (const block of blocksOf(await Deno.readTextFile(page))) {
    if (block.mark.kind === "run" || block.mark.kind === "until") runnable.push({ page, block });
  }
}
const programs = await programDirectories();
let passed = 0;
const failures: string[] = [];
for (const [page, blocks] of Map.groupBy(runnable, ({ page }) => page)) {
  await using gateway = await startGateway("warning");
  const tree = `${gateway.directory}/tree`;
  await Deno.mkdir(tree);
  await shell(`git ls-files -z | xargs -0 cp --parents -t ${tree}`);
  await samples(tree);
  const env = { ...gateway.env, PATH: [...programs, Deno.env.get("PATH")].join(":") };
  for (const { block } of blocks) {
    const where = `${page}:${block.line}`;
    const problem = await run(block, { gateway, tree, env });
    console.log(problem === undefined ? `ok: ${where}` : `FAILED: ${where}\n${problem}`);
    if (problem === undefined) passed++;
    else failures.push(where);
  }
}
console.log(`${passed} passed, ${failures.length} failed`);
Deno.exit(failures.length > 0 ? 1 : 0);

async function allPages(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "*.md", ":!tests"],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

/** What stands in the pages as files of the reader. */
async function samples(tree: string): Promise<void> {
  await Deno.mkdir(`${tree}/data`);
  await Deno.writeTextFile(`${tree}/data/table.csv`, "a,b\n1,2\n");
  await Deno.writeFile(`${tree}/model.safetensors`, new Uint8Array(100_000));
}

/** Where the clients' programs are, a `deno` that is this one, and a `hugbucket`. */
async function programDirectories(): Promise<readonly string[]> {
  const directories: string[] = [];
  for (const client of CLIENTS.filter(({ name }) => CLIENT_NAMES.includes(name))) {
    await prepare(client);
    directories.push(`${Deno.cwd()}/.clients/${client.name}/bin`);
  }
  const own = await Deno.makeTempDir({ prefix: "hugbucket-docs-" });
  await Deno.symlink(Deno.execPath(), `${own}/deno`);
  const { words: [program, ...args] } = programCommand();
  const command = [program, ...args.map((word) => word === "main.ts" ? resolve(word) : word)];
  await Deno.writeTextFile(`${own}/hugbucket`, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`);
  await Deno.chmod(`${own}/hugbucket`, 0o755);
  addEventListener("unload", () => Deno.removeSync(own, { recursive: true }));
  // The last one's Python is the one that has boto3.
  return [own, ...directories.toSorted((one) => one.includes("boto3") ? -1 : 1)];
}

/** Runs a block; tells what went wrong, if something did. */
async function run(block: Block, place: Place): Promise<string | undefined> {
  const before = block.mark.kind === "run" && block.mark.after !== ""
    ? `${block.mark.after}\n`
    : "";
  const text = adapted(before + block.text, place.gateway);
  if (block.mark.kind === "until") return await runUntil(text, block.mark.text, place);
  const file = `${place.tree}/block${block.line}.${block.language === "js" ? "mjs" : "txt"}`;
  await Deno.writeTextFile(file, text);
  const commands: Readonly<Record<string, readonly string[]>> = {
    sh: ["bash", "-euo", "pipefail", file],
    python: ["python3", file],
    js: ["deno", "run", "-A", file],
  };
  const [program, ...args] = commands[block.language] ?? [];
  if (program === undefined) return `There is nothing to run ${block.language} with`;
  const { success, stdout, stderr } = await new Deno.Command("env", {
    args: [program, ...args],
    cwd: place.tree,
    env: place.env,
    stdin: "null",
    signal: AbortSignal.timeout(BLOCK_TIMEOUT_MS),
  }).output();
  const decoder = new TextDecoder();
  return success ? undefined : decoder.decode(stdout) + decoder.decode(stderr);
}

/** For a server: on ports of its own, until it says so; then SIGINT, as from a terminal, has to end it. */
async function runUntil(text: string, sign: string, place: Place): Promise<string | undefined> {
  const child = new Deno.Command("setsid", {
    args: ["bash", "-euo", "pipefail", "-c", text],
    cwd: place.tree,
    env: { ...place.env, HUGBUCKET_PORT: "0", HUGBUCKET_HUB_PORT: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const kill = (signal: Deno.Signal) => Deno.kill(-child.pid, signal);
  const timer = setTimeout(() => kill("SIGKILL"), BLOCK_TIMEOUT_MS);
  let output = "";
  let told = false;
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += piece;
    if (told || !output.includes(sign)) continue;
    told = true;
    kill("SIGINT");
  }
  await child.status;
  clearTimeout(timer);
  return told ? undefined : `It never said ${sign}: ${output}`;
}

/** With the addresses, keys and tokens of this gateway for those of the page. */
function adapted(text: string, { env }: GatewayProcess): string {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_ENDPOINT_URL = "" } = env;
  return text
    .replaceAll("http://127.0.0.1:9000", AWS_ENDPOINT_URL)
    .replaceAll("http://127.0.0.1:9080", env.HF_ENDPOINT ?? "")
    .replaceAll(
      /((?:aws_access_key_id|accessKeyId|AWS_ACCESS_KEY_ID)(?:=|: )"?)…/g,
      `$1${AWS_ACCESS_KEY_ID}`,
    )
    .replaceAll(
      /((?:aws_secret_access_key|secretAccessKey|AWS_SECRET_ACCESS_KEY)(?:=|: )"?)…/g,
      `$1${AWS_SECRET_ACCESS_KEY}`,
    )
    .replaceAll("hf_…", env.HF_TOKEN ?? "")
    .replaceAll(/\bteam\/data\b/g, "local/team-data")
    .replaceAll(/\bme\//g, "local/");
}

async function shell(command: string): Promise<void> {
  const { success } = await new Deno.Command("sh", { args: ["-c", command] }).output();
  if (!success) throw new Error(`${command} failed`);
}
