/**
 * Runs the clients of other languages against a gateway with an embedded hub, each in an environment of its
 * own under `.clients/`. Arguments name the clients to run; none means all.
 *
 * @module
 */

import { type Client, CLIENTS } from "./clients.ts";
import { prepare, Unavailable } from "./environment.ts";
import { startGateway } from "./server.ts";

interface Outcome {
  readonly client: Client;
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: string;
}

const names = new Set(Deno.args);
const unknown = [...names].filter((name) => !CLIENTS.some((client) => client.name === name));
if (unknown.length > 0) {
  console.error(
    `Unknown: ${unknown.join(", ")}; there are ${CLIENTS.map((c) => c.name).join(", ")}`,
  );
  Deno.exit(2);
}

const outcomes: Outcome[] = [];
for (const client of CLIENTS) {
  if (names.size === 0 || names.has(client.name)) outcomes.push(await run(client));
}

console.log("\nClients:");
for (const { client, passed, failed, skipped } of outcomes) {
  const result = skipped === undefined
    ? `${passed} passed, ${failed} failed`
    : `skipped: ${skipped}`;
  console.log(`  ${client.name.padEnd(20)}${result}`);
}
const sum = (key: "passed" | "failed") => outcomes.reduce((total, one) => total + one[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
Deno.exit(sum("failed") > 0 ? 1 : 0);

async function run(client: Client): Promise<Outcome> {
  console.log(`\n== ${client.name}`);
  try {
    const environment = await prepare(client);
    await using gateway = await startGateway();
    const command = new Deno.Command(environment.python, {
      args: [`tests/clients/${client.script}`],
      env: { ...gateway.env, ...environment.env, HF_HOME: `${gateway.directory}/hf_home` },
      stdout: "piped",
      stderr: "inherit",
    });
    const child = command.spawn();
    const output = await echo(child.stdout);
    const { success } = await child.status;
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
    if (passed === undefined || (Number(failed) === 0) !== success) {
      return { client, passed: Number(passed ?? 0), failed: Number(failed ?? 0) + 1 };
    }
    return { client, passed: Number(passed), failed: Number(failed) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`skipped: ${error.message}`);
    return { client, passed: 0, failed: 0, skipped: error.message };
  }
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
