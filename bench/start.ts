/**
 * How long a start takes: from the start of the process to the first answer, against a Deno server that does nothing.
 *
 * @module
 */

import type { Table } from "./table.ts";

/** Starts of each program, one after the other in turns, so that what else the machine does meets all alike. */
const ROUNDS = 11;
const POLL_MS = 2;

const EMPTY_SERVER =
  `Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("HUGBUCKET_PORT")), onListen() {} }, () => new Response("healthy\\n"));`;

/** A program that is started. */
interface Program {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Measures starts.
 *
 * @param directory For the bundle; empty.
 * @param signal Ends it.
 */
export async function measureStart(
  directory: string,
  signal: AbortSignal,
): Promise<readonly Table[]> {
  const empty = `${directory}/empty.ts`;
  await Deno.writeTextFile(empty, EMPTY_SERVER);
  const bundle = `${directory}/hugbucket.js`;
  await run(["run", "-A", "tools/bundle.ts", bundle], signal);
  const allowed = ["run", "--no-prompt", "--allow-net", "--allow-env"];
  const programs: readonly Program[] = [
    { name: "an empty Deno server", args: [...allowed, empty] },
    { name: "main.ts", args: [...allowed, "main.ts"] },
    { name: "the bundle", args: [...allowed, bundle] },
  ];
  const times = new Map<Program, number[]>(programs.map((program) => [program, []]));
  // The first round fills the caches of the disk and of compiled code.
  for (let round = -1; round < ROUNDS; round++) {
    for (const program of programs) {
      signal.throwIfAborted();
      const ms = await timeToAnswer(program.args, signal);
      if (round >= 0) times.get(program)?.push(ms);
    }
  }
  const medians = programs.map((program) => median(times.get(program) ?? []));
  const [least = 1] = medians;
  return [{
    title: `Time to the first answer, median of ${ROUNDS} starts`,
    rows: [
      ["", "ms", "÷ empty server"],
      ...programs.map(({ name }, i) => {
        const ms = medians[i] ?? Number.NaN;
        return [name, ms.toFixed(0), (ms / least).toFixed(1)];
      }),
    ],
  }];
}

async function timeToAnswer(args: readonly string[], signal: AbortSignal): Promise<number> {
  const port = freePort();
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    // Nothing is asked of the Hub before there is a request for S3.
    env: { HUGBUCKET_PORT: String(port), HF_TOKEN: "hf_none", HF_ENDPOINT: "http://127.0.0.1:9" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (!await answers(port)) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return performance.now() - startedAt;
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/-/health`);
    return await response.text() === "healthy\n";
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function run(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdout: "null",
    signal,
  }).spawn().status;
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
