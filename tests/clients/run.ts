/**
 * Runs the clients of other languages against a gateway with an embedded hub, each in an environment of its
 * own under `.clients/`. Arguments name the clients to run; none means all, `--core` those that are quick to
 * install and to run, `--log=info` shows what the gateway logs. A client that cannot be installed is skipped, and
 * counts as failed where it was asked for.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { type Client, CLIENTS } from "./clients.ts";
import { programCommand } from "../support/program.ts";
import { type Environment, prepare, Unavailable } from "./environment.ts";
import { startGateway } from "./server.ts";

/** A client that takes longer is stopped and counted as failed. */
const CLIENT_TIMEOUT_MS = 300_000;

interface Outcome {
  readonly client: Client;
  readonly version: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: string;
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { core: { type: "boolean" }, log: { type: "string" } },
});
const names = new Set(positionals);
const unknown = [...names].filter((name) => !CLIENTS.some((client) => client.name === name));
if (unknown.length > 0) {
  console.error(
    `Unknown: ${unknown.join(", ")}; there are ${CLIENTS.map((c) => c.name).join(", ")}`,
  );
  Deno.exit(2);
}

/** Who asks for the core or for clients by name counts on them: one that is missing has failed. */
const mayBeSkipped = names.size === 0 && !flags.core;

const outcomes: Outcome[] = [];
for (const client of CLIENTS) {
  if (names.size > 0 ? names.has(client.name) : client.core || !flags.core) {
    outcomes.push(await run(client));
  }
}

console.log(`\nClients on ${new Date().toISOString().slice(0, 10)}:\n`);
console.log("| client | version | result |\n| --- | --- | --- |");
for (const { client, version, passed, failed, skipped } of outcomes) {
  const result = skipped === undefined
    ? `${passed} passed, ${failed} failed`
    : `skipped: ${skipped}`;
  console.log(`| ${client.name} | ${version} | ${result} |`);
}
const sum = (key: "passed" | "failed") => outcomes.reduce((total, one) => total + one[key], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
Deno.exit(sum("failed") > 0 ? 1 : 0);

async function run(client: Client): Promise<Outcome> {
  console.log(`\n== ${client.name}`);
  try {
    const environment = await prepare(client);
    return { client, version: environment.version, ...await check(environment) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`skipped: ${error.message}`);
    return { client, version: "", passed: 0, failed: mayBeSkipped ? 0 : 1, skipped: error.message };
  }
}

/** Runs the checks against a gateway of their own; ending without a count is a failure more. */
async function check({ command: [program, ...args], env }: Environment) {
  await using gateway = await startGateway(flags.log ?? "warning");
  const own = programCommand();
  const child = new Deno.Command(program, {
    args,
    clearEnv: true,
    env: {
      ...inheritedEnv(),
      DENO: Deno.execPath(),
      // For those that run the command line: the command as JSON, and what it needs.
      PROGRAM: JSON.stringify({ words: own.words, env: own.env }),
      ...gateway.env,
      ...env,
      HF_HOME: `${gateway.directory}/hf_home`,
    },
    stdout: "piped",
    stderr: "inherit",
    signal: AbortSignal.timeout(CLIENT_TIMEOUT_MS),
  }).spawn();
  const output = await echo(child.stdout);
  const { success } = await child.status;
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  const miscounted = passed === undefined || (Number(failed) === 0) !== success;
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 0) + (miscounted ? 1 : 0) };
}

/** The runner's own variables, less a machine's AWS settings: the clients run with their defaults. */
function inheritedEnv(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject());
  return Object.fromEntries(all.filter(([name]) => !name.startsWith("AWS_")));
}

/** Shows the output while it comes and returns all of it. */
async function echo(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(piece));
    text += piece;
  }
  return text;
}
