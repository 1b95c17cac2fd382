/**
 * Mixed load by real clients on a gateway process while faults come and go behind it. At the end every object is read and compared, and
 * memory and descriptors of the gateway must not have grown. It prints what it has seen.
 *
 *     deno task test:soak [--minutes N] [--seed S]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { CLIENTS } from "../clients/clients.ts";
import { prepare, Unavailable } from "../clients/environment.ts";
import { FAULT_KINDS, HubClock } from "../faults/fault_kinds.ts";
import { Rng } from "../model/rng.ts";
import { programCommand } from "../support/program.ts";
import { loadByJs, type LoadResult } from "./load_js.ts";
import { median, type ProcessSample, sampleProcess } from "./process_sample.ts";

const BUCKET = "soak";
const SAMPLE_MS = 10_000;
/** Faults come for so long, and then there are none for as long. */
const FAULTY_MS = 5_000;
/** Shorter runs say nothing of memory: caches fill up. */
const LEAST_SECONDS = 600;
/** What memory may grow by from the second quarter to the last. */
const MOST_GROWTH_MIB = 64;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
  },
});
const seconds = Number(values.minutes) * 60;
const seed = Number(values.seed);
const directory = await Deno.makeTempDir({ prefix: "hugbucket-soak-" });
const hub = await createEmbeddedHub({ directory: `${directory}/hub` });
const gateway = await startGateway(hub);
const env = {
  AWS_ENDPOINT_URL: gateway.endpoint,
  AWS_ACCESS_KEY_ID: "soak",
  AWS_SECRET_ACCESS_KEY: "soak-secret",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: `${directory}/no_config`,
  AWS_SHARED_CREDENTIALS_FILE: `${directory}/no_credentials`,
};
await createBucket(hub);
const start = Date.now();
const until = start + seconds * 1000;
const samples: ProcessSample[] = [];
const sampling = setInterval(() => {
  sampleProcess(gateway.child.pid, (Date.now() - start) / 1000)
    .then((sample) => sample && samples.push(sample), (error) => console.error(error));
}, SAMPLE_MS);
const healed = Promise.withResolvers<void>();
const faults = comeAndGo(hub);
const messages = new Map<string, number>();
const results = await Promise.allSettled([
  byScript("boto3", "boto3", ["tests/soak/load_boto3.py", BUCKET, String(seed), String(seconds)]),
  byScript("awscli-v1", "AWS CLI", [
    "tests/soak/load_sync.py",
    "{AWS_CLI}",
    BUCKET,
    String(seed + 1),
    String(seconds),
  ]),
  byScript("rclone-debian", "rclone", [
    "tests/soak/load_sync.py",
    "{RCLONE}",
    BUCKET,
    String(seed + 2),
    String(seconds),
  ]),
  named(
    "AWS SDK for JavaScript",
    loadByJs(gateway.endpoint, BUCKET, {
      seed: seed + 3,
      until,
      healed: healed.promise,
      onError: (error) => note(error instanceof Error ? error.name : String(error)),
    }),
  ),
  end(),
]);
clearInterval(sampling);
await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
const rest = await sampleProcess(gateway.child.pid, (Date.now() - start) / 1000);
gateway.child.kill("SIGTERM");
await gateway.child.status;
const { calls, statuses } = hub.counters.of("*");
await hub.close();
await Deno.remove(directory, { recursive: true });
report();

async function end(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, until - Date.now()));
  faults.stop();
  healed.resolve();
}

function note(message: string): void {
  messages.set(message, (messages.get(message) ?? 0) + 1);
}

async function named(name: string, load: Promise<LoadResult>): Promise<void> {
  const { operations, errors, verified } = await load;
  console.log(`${name}: ${operations} operations, ${errors} failed, ${verified} verified`);
}

/** Runs a load that is a program of its own; it says when it has ended, and is told when the faults have. */
async function byScript(client: string, name: string, words: readonly string[]): Promise<void> {
  const found = CLIENTS.find((one) => one.name === client);
  if (found === undefined) throw new Error(`There is no client ${client}`);
  const prepared = await prepare(found).catch((error) => {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`${name}: not here (${error.message})`);
  });
  if (prepared === undefined) return;
  const child = new Deno.Command(prepared.command[0], {
    args: words.map((word) => prepared.env[word.replace(/^\{(.*)\}$/, "$1")] ?? word),
    env: { ...prepared.env, ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(text);
      if (match !== null) return match[0];
      const { value, done } = await reader.read();
      if (done) throw new Error(`${name} ended: ${(await complaints).slice(-2000)}`);
      text += value;
    }
  };
  await read(/loaded\n/);
  await healed.promise;
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("go on\n"));
  await writer.close();
  const result: LoadResult = JSON.parse(await read(/\{.*\}/));
  await child.status;
  for (const line of (await complaints).split("\n")) if (line !== "") note(line.slice(0, 100));
  await named(name, Promise.resolve(result));
}

/** Faults of one kind after another, with rests in between. */
function comeAndGo({ switches }: EmbeddedHub): { stop(): void; readonly rounds: number } {
  const kinds = FAULT_KINDS.filter((kind) =>
    kind.proxy === undefined && !kind.impatient && kind.codes === undefined && !kind.halves &&
    !kind.collects && !kind.name.endsWith("expire")
  );
  const rng = new Rng(seed);
  let rounds = 0;
  const timer = setInterval(() => {
    switches.faults.clear();
    const kind = rounds++ % 2 === 0 ? rng.pick(kinds) : undefined;
    kind?.install({ hub, rng, clock: new HubClock() });
  }, FAULTY_MS);
  return {
    stop() {
      clearInterval(timer);
      switches.faults.clear();
    },
    get rounds() {
      return rounds;
    },
  };
}

async function startGateway({ url, token }: EmbeddedHub) {
  const { words: [program, ...words], env: own } = programCommand();
  const child = new Deno.Command(program, {
    args: words,
    env: {
      ...own,
      HF_ENDPOINT: url,
      HF_TOKEN: token,
      AWS_ACCESS_KEY_ID: "soak",
      AWS_SECRET_ACCESS_KEY: "soak-secret",
      HUGBUCKET_PORT: "0",
      HUGBUCKET_LOG_LEVEL: "error",
      NO_COLOR: "1",
    },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  for (;;) {
    const endpoint = /S3 endpoint +(http\S+)/.exec(text)?.[1];
    if (endpoint !== undefined) {
      // What it logs is not looked at; it must not wait for that.
      reader.releaseLock();
      child.stdout.pipeTo(new WritableStream()).catch((error) => console.error(error));
      return { child, endpoint };
    }
    const { value, done } = await reader.read();
    if (done) throw new Error(`The gateway ended: ${text}`);
    text += decoder.decode(value);
  }
}

async function createBucket({ url, token }: EmbeddedHub): Promise<void> {
  const answer = await fetch(`${url}/api/buckets/local/${BUCKET}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  await answer.body?.cancel();
}

function report(): void {
  const failed = Object.entries(statuses).filter(([status]) => Number(status) >= 400);
  console.log(`hub: ${calls} calls, ${failed.map(([name, n]) => `${n} × ${name}`).join(", ")}`);
  for (const [message, count] of messages) console.log(`  ${count} × ${message}`);
  const every = Math.max(1, Math.floor(samples.length / 12));
  for (const { seconds, rssMiB, fds } of samples.filter((_, i) => i % every === 0)) {
    console.log(`  ${seconds.toFixed(0)} s: ${rssMiB.toFixed(0)} MiB, ${fds} descriptors`);
  }
  const quarter = Math.floor(samples.length / 4);
  const early = median(samples.slice(quarter, 2 * quarter).map(({ rssMiB }) => rssMiB));
  const late = median(samples.slice(3 * quarter).map(({ rssMiB }) => rssMiB));
  console.log(
    `memory: median ${early.toFixed(0)} MiB in the second quarter, ${
      late.toFixed(0)
    } MiB in the last; ` +
      `at rest ${rest?.rssMiB.toFixed(0)} MiB, ${rest?.fds} descriptors`,
  );
  const lost = results.filter((result) => result.status === "rejected");
  for (const { reason } of lost) console.error(reason);
  const grew = seconds >= LEAST_SECONDS && late - early > MOST_GROWTH_MIB;
  console.log(lost.length === 0 && !grew ? "every object as written" : "FAILED");
  if (lost.length > 0 || grew) Deno.exit(1);
}
