/** Child processes of a bench, and what the kernel says of them. Linux only, for `/proc`. */

import { fileURLToPath } from "node:url";
import type { HubOptions } from "./hub.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Of `/proc/<pid>/stat`: 100 on every Linux that Deno runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS_A_SECOND = 100;
const START_MS = 30_000;

/** A server in a process of its own. Disposing of it kills it. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** Seconds of CPU, user and system, of all its threads since it started. */
  cpuSeconds(): number;
  /** The most memory that was resident so far (VmHWM), in bytes. */
  peakRss(): number;
  /** The memory that is resident now (VmRSS), in bytes. */
  rss(): number;
}

/** A hub in a process of its own, and the token of its user. */
export interface HubProcess extends ServerProcess {
  readonly token: string;
}

/**
 * Starts an embedded hub.
 *
 * @param options Without any it keeps its data in memory, unchecked.
 */
export async function startHub(options: HubOptions = {}): Promise<HubProcess> {
  const args = ["run", "-A", "bench/hub.ts", JSON.stringify(options)];
  const { process, ready } = await start(args, jsonLine);
  return { ...process, url: ready.url ?? "", token: ready.token ?? "" };
}

/** Starts the gateway as a user would, without key pair, with the permissions that it needs. */
export async function startGateway(
  hub: Pick<HubProcess, "url" | "token">,
): Promise<ServerProcess> {
  const { process, ready } = await start(
    ["run", "--allow-net", "--allow-env", "main.ts"],
    (line) => /^ *S3 endpoint +(?<url>\S+)$/.exec(line)?.groups,
    {
      HF_TOKEN: hub.token,
      HF_ENDPOINT: hub.url,
      HF_NAMESPACE: "",
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      HUGBUCKET_HOST: "127.0.0.1",
      HUGBUCKET_PORT: "0",
      HUGBUCKET_MEMORY_BUDGET: "",
      HUGBUCKET_LOG_LEVEL: "warning",
    },
  );
  return { ...process, url: ready.url ?? "" };
}

/** A transfer: speed in MB/s (10⁶ bytes), CPU of one process in nanoseconds a byte. */
export interface Speed {
  readonly megabytesPerSecond: number;
  readonly cpu: number;
}

/** Does work that moves bytes, and tells how fast it was and what a process spent on it. */
export async function cpuOf(
  process: ServerProcess,
  bytes: number,
  work: () => Promise<unknown>,
): Promise<Speed> {
  const [cpu, start] = [process.cpuSeconds(), performance.now()];
  await work();
  const ms = performance.now() - start;
  return {
    megabytesPerSecond: bytes / ms / 1000,
    cpu: (process.cpuSeconds() - cpu) * 1e9 / bytes,
  };
}

/** Starts a relay that gives objects of a hub by the Hub's own URLs. */
export async function startHubRelay(hub: HubProcess): Promise<ServerProcess> {
  const args = ["run", "-A", "bench/relay.ts", "hub", hub.url, hub.token];
  const { process, ready } = await start(args, jsonLine);
  return { ...process, url: ready.url ?? "" };
}

/** Starts the relay, or with no origin given the origin that it relays to and from. */
export async function startRelay(origin?: string): Promise<ServerProcess> {
  const role = origin === undefined ? ["origin"] : ["relay", origin];
  const { process, ready } = await start(["run", "-A", "bench/relay.ts", ...role], jsonLine);
  return { ...process, url: ready.url ?? "" };
}

type Ready = Readonly<Record<string, string>>;

/** Starts Deno and waits for the line by which the child says that it is ready. */
async function start(
  args: readonly string[],
  readyLine: (line: string) => Ready | undefined,
  env: Readonly<Record<string, string>> = {},
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { ...env },
    stdout: "piped",
  }).spawn();
  const process = {
    cpuSeconds: () => cpuSeconds(child.pid),
    peakRss: () => memoryOf(child.pid, "VmHWM"),
    rss: () => memoryOf(child.pid, "VmRSS"),
    async [Symbol.asyncDispose]() {
      await kill(child);
      await output;
    },
  };
  const ready = Promise.withResolvers<Ready>();
  const output = readLines(child.stdout, (line) => {
    const found = readyLine(line);
    if (found !== undefined) ready.resolve(found);
  }).finally(() => ready.reject(new Error(`deno ${args.join(" ")} ended before it was ready`)));
  const timer = setTimeout(() => child.kill(), START_MS);
  try {
    return { process, ready: await ready.promise };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Reads to the end, since a child whose output nobody reads stands still in the end. */
async function readLines(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
}

async function kill(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
  }
  await child.status;
}

function jsonLine(line: string): Ready | undefined {
  return line.startsWith("{") ? JSON.parse(line) : undefined;
}

/** Seconds of CPU, user and system, of the first thread of a process, where its JavaScript runs. */
export function mainThreadSeconds(pid: number): number {
  return ticks(`/proc/${pid}/task/${pid}/stat`) / TICKS_A_SECOND;
}

function cpuSeconds(pid: number): number {
  return ticks(`/proc/${pid}/stat`) / TICKS_A_SECOND;
}

function ticks(path: string): number {
  const text = Deno.readTextFileSync(path);
  // The second field is the name in parentheses, which may hold spaces (proc(5)).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function memoryOf(pid: number, field: string): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  if (kib === undefined) throw new Error(`The kernel tells no ${field} of process ${pid}`);
  return Number(kib) * 1024;
}
