import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { programCommand } from "../support/program.ts";

/** What the program is told besides the Hub, the KV and the port. */
export interface ProcessOptions {
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of `deno run` before the permissions, such as `--preload`. */
  readonly flags?: readonly string[];
  /** Permissions for the disk. Default: those for the KV's file. */
  readonly disk?: readonly string[];
}

/** A gateway in a process of its own. */
export interface GatewayProcess {
  readonly url: string;
  readonly child: Deno.ChildProcess;
  /** What it has written to the standard error so far. */
  readonly errors: () => string;
  /** Ends it without warning, and waits until it has ended. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** A hub, and a KV for processes that share it. */
export interface ProcessCourse extends AsyncDisposable {
  readonly hub: EmbeddedHub;
  /** The file of the KV. */
  readonly kv: string;
  /** Starts one more gateway. */
  start(options?: ProcessOptions): Promise<GatewayProcess>;
}

/** Where processes are killed under their locks, others do not wait for long: all of them have this lease then. */
export const SHORT_LEASE = { HUGBUCKET_KV_LEASE: "3" };

/**
 * Starts a hub for gateways in processes of their own; they are killed at the end.
 *
 * @param wrap Stands between the gateways and the hub.
 */
export async function startProcessCourse(
  wrap: (handler: Deno.ServeHandler) => Deno.ServeHandler = (handler) => handler,
): Promise<ProcessCourse> {
  const hub = await createEmbeddedHub({ serve: false });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, automaticCompression: false, onListen() {} },
    wrap((request) => hub.handler(request)),
  );
  const directory = await Deno.makeTempDir();
  const kv = `${directory}/kv.sqlite`;
  const running: GatewayProcess[] = [];
  return {
    hub,
    kv,
    async start(options = {}) {
      const endpoint = `http://127.0.0.1:${server.addr.port}`;
      const started = await startProcess(options, {
        HF_TOKEN: hub.token,
        HF_ENDPOINT: endpoint,
        HUGBUCKET_KV: kv,
      }, directory);
      running.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const one of running) await one.kill();
      await server.shutdown();
      await hub.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

async function startProcess(
  { env = {}, flags = [], disk }: ProcessOptions,
  given: Readonly<Record<string, string>>,
  directory: string,
): Promise<GatewayProcess> {
  const allowed = disk ?? [`--allow-read=${directory}`, `--allow-write=${directory}`];
  const { words: [program, ...args], env: own } = programCommand([
    "--no-prompt",
    "--allow-net",
    "--allow-env",
    ...allowed,
    ...flags,
  ]);
  const child = new Deno.Command(program, {
    args,
    env: {
      ...own,
      HF_NAMESPACE: "",
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      HUGBUCKET_PORT: "0",
      HUGBUCKET_WORKERS: "0",
      HUGBUCKET_LOG_LEVEL: "error",
      NO_COLOR: "1",
      ...given,
      ...env,
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let errors = "";
  const reading = collect(child.stderr, (text) => {
    errors += text;
  });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let url: string | undefined;
  while (url === undefined) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The program ended: ${text}${errors}`);
    text += value;
    url = /S3 endpoint +(http\S+)\s/.exec(text)?.[1];
  }
  const rest = drain(reader);
  const end = async (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([child.status, rest, reading]);
  };
  return {
    url,
    child,
    errors: () => errors,
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  add: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
