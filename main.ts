/**
 * The program: the gateway, the embedded hub alone, and commands on buckets. The only place that
 * touches the environment, the server, cron, signals and the exit code.
 *
 * @module
 */

import denoJson from "./deno.json" with { type: "json" };
import type { AccessCredential } from "./lib/access/access_credential.ts";
import { CredentialSource } from "./lib/access/credential_source.ts";
import { type AccessKey, accessKeyOf } from "./lib/access_key.ts";
import type { Config } from "./lib/config/config.ts";
import { exposureProblem } from "./lib/config/exposure.ts";
import { ConfigError, readConfig } from "./lib/config/read_config.ts";
import type { Gateway } from "./lib/gateway_options.ts";
import { DenoConsole } from "./lib/cli/deno_console.ts";
import type { DoctorOptions, ProgramActions, ServeOptions } from "./lib/cli/program.ts";
import type { Session } from "./lib/cli/session.ts";
import { UsageError } from "./lib/cli/usage_error.ts";
import { NO_HUB_MESSAGE, startText } from "./lib/console_text.ts";
import { InFlight } from "./lib/http/in_flight.ts";
import { createConsoleLog, type Log } from "./lib/log.ts";
import type { GatewayMetrics } from "./lib/metrics/gateway_metrics.ts";
import type { EmbeddedHub } from "./lib/create_embedded_hub.ts";
import type { GatewayTracing } from "./lib/tracing/gateway_tracing.ts";
import { readSeed } from "./lib/seed/seed_argument.ts";

const MINUTE_MS = 60_000;
/** The token of the embedded hub's user when none is given. */
const LOCAL_TOKEN = "hf_local";
/** The exit code of a command line that is not understood. */
const USAGE = 2;
/** Those of a process that SIGINT and SIGPIPE end. */
const INTERRUPTED = 130;
const BROKEN_PIPE = 141;
/** How long batches that are under way may take when everything else is cut off. */
const FLUSH_MS = 10_000;
/** How often the file of key pairs is looked at. */
const LOOK_MS = 1000;
/** The task runner passes on a signal that the terminal has sent to the gateway already. */
const REPEATED_MS = 1000;

/** Before it, `Deno.serve` compresses answers unless they forbid it. */
const FIRST_WITHOUT_COMPRESSION = [2, 9] as const;

const output = new DenoConsole();

/** What is swept, once there is a gateway. */
let swept: { readonly gateway: Gateway; readonly log: Log } | undefined;
// Deno Deploy finds crons only at the top of the module. Undefined where the runtime was started without that feature.
Deno.cron?.("multipart sweep", "*/10 * * * *", sweepUploads);
Deno.cron?.("sidecar sweep", "17 3 * * *", sweepSidecars);
const actions: ProgramActions = {
  serve: (options) => telling((config) => serve(config, options)),
  hub: ({ seed }) => telling((config) => serveHub(config, seed)),
  health: () => checkHealth(settings()),
  doctor: diagnose,
  withSession,
  write: (text) => output.write(text),
  writeError: (text) => output.writeError(text),
};

try {
  // What reads a command line takes as long to load as much of the gateway.
  if (Deno.args.length === 0) await actions.serve({ embeddedHub: false, seed: [] });
  else {await (await import("./lib/cli/program.ts")).runProgram(
      Deno.args,
      denoJson.version,
      actions,
    );}
  output.flush();
} catch (error) {
  if (error instanceof UsageError) fail(`${error.message}\n\n--help tells more.`, USAGE);
  // Whoever read the output has had enough of it.
  if (error instanceof Deno.errors.BrokenPipe) Deno.exit(BROKEN_PIPE);
  throw error;
}

/** The gateway, with an embedded hub where one was asked for and there is no Hub token. */
async function serve(config: Config, { embeddedHub, seed }: ServeOptions): Promise<void> {
  const log = await createConsoleLog(config.logLevel);
  const accessKey = await chooseAccessKey(config, embeddedHub);
  const source = await credentialSource(config, accessKey);
  const credentials = await source.load();
  if (config.hfToken === undefined && !embeddedHub && !bringTokens(credentials)) {
    fail(NO_HUB_MESSAGE);
  }
  const problem = exposureProblem(config, credentials.length > 0);
  if (problem !== undefined && !config.isDeploy) fail(problem);
  // On Deno Deploy, where no address is out of reach, every request is refused instead.
  const isOpen = config.isDeploy ? config.allowAnonymous : problem === undefined;
  await checkCacheAccess(config);
  const hub = config.hfToken === undefined && embeddedHub
    ? await startHub(config, LOCAL_TOKEN, seed)
    : undefined;
  const token = config.hfToken ?? hub?.token;
  const kv = await openKv(config);
  const metrics = await loadMetrics(config);
  const tracing = await loadTracing(config);
  const { createGateway } = await import("./lib/create_gateway.ts");
  const gateway = createGateway({
    ...(kv && { kv, leaseMs: config.kvLeaseSeconds * 1000 }),
    ...(token !== undefined && { token }),
    endpoint: hub?.url ?? config.hfEndpoint,
    ...(config.hfNamespace !== undefined && { namespace: config.hfNamespace }),
    credentials,
    allowAnonymous: credentials.length === 0 && isOpen,
    noTransform: compresses(),
    region: config.region,
    domains: config.domains,
    corsOrigins: config.corsOrigins,
    storeChecksums: config.storeChecksums,
    redirect: config.redirect,
    console: config.console,
    sandbox: config.sandbox,
    lentBodies: true,
    memoryBudget: config.memoryBudget,
    memoryWaitSeconds: config.memoryWaitSeconds,
    maxRequests: config.maxRequests,
    ...(config.maxRequestsPerKey !== undefined && { maxRequestsPerKey: config.maxRequestsPerKey }),
    maxUploadsPerKey: config.maxUploadsPerKey,
    bodyTimeoutSeconds: config.bodyTimeoutSeconds,
    sendTimeoutSeconds: config.sendTimeoutSeconds,
    stallTimeoutSeconds: config.stallTimeoutSeconds,
    ...(config.cacheDir !== undefined && {
      diskCache: { directory: config.cacheDir, maxBytes: config.cacheSize },
    }),
    otherNamespaces: config.otherNamespaces,
    listedRepos: config.listedRepos,
    ...(config.workers !== undefined && { workers: config.workers }),
    multipartUploadTtlSeconds: config.multipartUploadTtlSeconds,
    ...(metrics && { metrics }),
    ...(tracing && { observers: [tracing] }),
    ...(config.metricsToken !== undefined && { metricsToken: config.metricsToken }),
    log,
  });
  swept = { gateway, log };
  if (Deno.cron === undefined) startTimers();
  followCredentials(source, gateway, log);
  const pairs = credentials.length;
  const stopped = stopSignal(log);
  const requests = new InFlight();
  const server = listening(
    () =>
      Deno.serve({
        hostname: config.host,
        port: config.port,
        automaticCompression: false,
        onListen: ({ hostname, port }) =>
          console.log(startText({ config, hostname, port, accessKey, pairs, hubUrl: hub?.url })),
      }, requests.wrap(gateway.handler, gateway.refuse)),
    `Port ${config.port} is taken: set HUGBUCKET_PORT to another port`,
  );
  const state = { stopping: false };
  const monitor = serveMonitor(config, gateway, state, log);
  await stopped;
  gateway.drain();
  state.stopping = true;
  await pause(config.shutdownDelaySeconds * 1000);
  if (!await requests.finish(config.shutdownGraceSeconds * 1000)) {
    log.warning("stopped with requests under way", { seconds: config.shutdownGraceSeconds });
    // What has been given to a batch is not left half done; the rest is cut off.
    await Promise.race([gateway.close(), pause(FLUSH_MS)]);
    return;
  }
  await server.shutdown();
  await monitor?.shutdown();
  await gateway.close();
  await tracing?.close().catch((error) => log.warning("the last traces were not sent", { error }));
  await hub?.close();
  kv?.close();
}

/** Where gateways keep what they share; a file needs the permissions to read and write it. */
async function openKv({ kv }: Config): Promise<Deno.Kv | undefined> {
  if (kv === undefined) return undefined;
  // Undefined where the runtime was started without that feature.
  if (Deno.openKv === undefined) {
    fail(`HUGBUCKET_KV ${kv} needs a runtime with Deno KV: --unstable-kv`);
  }
  try {
    return await Deno.openKv(kv === "default" ? undefined : kv);
  } catch (error) {
    fail(`HUGBUCKET_KV ${kv} cannot be opened: ${error instanceof Error ? error.message : error}`);
  }
}

/** What counts is loaded only where its figures can be seen. */
async function loadMetrics(config: Config): Promise<GatewayMetrics | undefined> {
  if (config.metricsPort === undefined && config.metricsToken === undefined) return undefined;
  const { createMetrics } = await import("./lib/metrics/create_metrics.ts");
  return await createMetrics({ version: denoJson.version });
}

/** What traces is loaded only where there is somewhere to send it. */
async function loadTracing(config: Config): Promise<GatewayTracing | undefined> {
  const { tracesEndpoint, tracesHeaders: headers, serviceName, tracesRatio: ratio } = config;
  if (tracesEndpoint === undefined) return undefined;
  const { createTracing } = await import("./lib/tracing/create_tracing.ts");
  const url = `${tracesEndpoint}/v1/traces`;
  return await createTracing({ url, headers, serviceName, ratio, version: denoJson.version });
}

/** The pages on a port of their own, if there is to be one. */
function serveMonitor(
  { metricsHost: hostname, metricsPort: port }: Config,
  gateway: Gateway,
  state: { readonly stopping: boolean },
  log: Log,
): Deno.HttpServer | undefined {
  if (port === undefined) return undefined;
  return listening(
    () =>
      Deno.serve({
        hostname,
        port,
        automaticCompression: false,
        onListen: ({ hostname, port }) => log.info("metrics", { hostname, port }),
      }, (request) => gateway.monitor(request, state)),
    `Port ${port} is taken: set HUGBUCKET_METRICS_PORT to another port`,
  );
}

/** Says what kept a command from its work: a port that is taken, a directory that is none. */
async function telling(work: (config: Config) => Promise<void>): Promise<void> {
  const config = settings();
  try {
    await work(config);
  } catch (error) {
    if (config.logLevel === "debug" || !(error instanceof Error)) throw error;
    fail(`HugBucket stopped: ${error.message}\n(HUGBUCKET_LOG_LEVEL=debug shows where.)`);
  }
}

/** Runs a command on buckets; SIGINT lets it end in good order, and a second one does not. */
async function withSession(work: (session: Session) => Promise<void>): Promise<void> {
  const config = settings();
  const { openSession, NO_TOKEN_MESSAGE } = await import("./lib/cli/session.ts");
  if (config.hfToken === undefined) fail(NO_TOKEN_MESSAGE);
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    if (stop.signal.aborted) Deno.exit(INTERRUPTED);
    stop.abort(new Error("Interrupted"));
  });
  const session = openSession({
    config: { ...config, hfToken: config.hfToken },
    console: output,
    signal: stop.signal,
    version: denoJson.version,
  });
  try {
    await work(session);
    await session.client.close();
  } catch (error) {
    if (error instanceof UsageError || error instanceof Deno.errors.BrokenPipe) throw error;
    output.flush();
    if (config.logLevel === "debug") console.error(error);
    const { errorText } = await import("./lib/cli/error_text.ts");
    fail(errorText(error), stop.signal.aborted ? INTERRUPTED : 1);
  }
}

/** Ends with 1 where something is wrong. */
async function diagnose(options: DoctorOptions): Promise<void> {
  const config = settings();
  const { doctor } = await import("./lib/cli/doctor_command.ts");
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort(new Error("Interrupted")));
  const isWell = await doctor({ config, console: output, signal: stop.signal }, options);
  output.flush();
  if (!isWell) Deno.exit(1);
}

/** The embedded hub alone, as a Hub for other tools. */
async function serveHub(config: Config, seed: readonly string[]): Promise<void> {
  const log = await createConsoleLog(config.logLevel);
  const stopped = stopSignal(log);
  const hub = await startHub(config, config.hfToken ?? LOCAL_TOKEN, seed);
  console.log(
    `Embedded hub on ${hub.url}, data in ${config.dataDir}\n\n` +
      `  export HF_ENDPOINT=${hub.url}\n  export HF_TOKEN=${hub.token}\n`,
  );
  await stopped;
  await hub.close();
}

/** Starts the embedded hub, with the repos that the command line names. */
async function startHub(
  config: Config,
  token: string,
  seed: readonly string[],
): Promise<EmbeddedHub> {
  const { createEmbeddedHub } = await import("./lib/create_embedded_hub.ts");
  const seeds = seed.map(readSeed);
  const hub = await listening(
    () =>
      createEmbeddedHub({
        directory: config.dataDir,
        hostname: "127.0.0.1",
        port: config.hubPort,
        users: [{ name: "local", token }],
      }),
    `Port ${config.hubPort} is taken: set HUGBUCKET_HUB_PORT to another port for the embedded hub`,
  );
  for (const seed of seeds) {
    const { commit } = await hub.seedRepo(seed);
    console.log(`${seed.type} ${seed.id} is at commit ${commit}`);
  }
  return hub;
}

/** Starts something that listens; an address that is taken ends the program with the message. */
function listening<T>(start: () => T, message: string): T {
  const tell = (error: unknown): never => {
    if (error instanceof Deno.errors.AddrInUse) fail(message);
    throw error;
  };
  try {
    const started = start();
    // What starts later fails later.
    return started instanceof Promise ? started.catch(tell) as T : started;
  } catch (error) {
    return tell(error);
  }
}

/** With the data directory at hand a pair is made on the first start and kept. */
async function chooseAccessKey(
  config: Config,
  mayUseDisk: boolean,
): Promise<AccessKey | undefined> {
  const hasOthers = config.credentials.length > 0 || config.credentialsFile !== undefined;
  if (config.credential !== undefined || hasOthers || !mayUseDisk) return config.credential;
  return await accessKeyOf(config.dataDir);
}

/** The key pairs of the environment and of the file that it names. */
async function credentialSource(
  { credentials, credentialsFile: file }: Config,
  accessKey: AccessKey | undefined,
): Promise<CredentialSource> {
  const fixed = [...accessKey ? [accessKey] : [], ...credentials];
  if (file === undefined) return new CredentialSource({ fixed });
  const { state } = await Deno.permissions.query({ name: "read", path: file });
  if (state !== "granted") fail(`HUGBUCKET_CREDENTIALS_FILE ${file} needs --allow-read`);
  const read = () => Deno.readTextFile(file);
  return new CredentialSource({ fixed, read, name: "HUGBUCKET_CREDENTIALS_FILE" });
}

function bringTokens(credentials: readonly AccessCredential[]): boolean {
  return credentials.length > 0 && credentials.every(({ hubToken }) => hubToken !== undefined);
}

/** Takes over what changes in the file of key pairs; what is not good is told, and the old pairs stay. */
function followCredentials(source: CredentialSource, gateway: Gateway, log: Log): void {
  const look = async () => {
    try {
      const credentials = await source.changed();
      if (credentials === undefined) return;
      gateway.setCredentials(credentials);
      log.info("key pairs replaced", { pairs: credentials.length });
    } catch (error) {
      log.error("key pairs not replaced", {
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  };
  const again = () => void look().finally(() => Deno.unrefTimer(setTimeout(again, LOOK_MS)));
  again();
}

/** A cache that may not be used would fail at each read. */
async function checkCacheAccess({ cacheDir }: Config): Promise<void> {
  if (cacheDir === undefined) return;
  for (const name of ["read", "write"] as const) {
    const { state } = await Deno.permissions.query({ name, path: cacheDir });
    if (state !== "granted") fail(`HUGBUCKET_CACHE_DIR ${cacheDir} needs --allow-${name}`);
  }
}

/** Does what cron does elsewhere. */
function startTimers(): void {
  Deno.unrefTimer(setInterval(sweepUploads, 10 * MINUTE_MS));
  Deno.unrefTimer(setInterval(sweepSidecars, 24 * 60 * MINUTE_MS));
}

async function sweepUploads(): Promise<void> {
  await sweeping("multipart sweep", async ({ gateway, log }) => {
    const removed = await gateway.sweep();
    if (removed > 0) log.info("multipart uploads expired", { removed });
  });
}

async function sweepSidecars(): Promise<void> {
  await sweeping("sidecar sweep", async ({ gateway, log }) => {
    const removed = await gateway.sweepSidecars();
    if (removed > 0) log.info("sidecars without an object deleted", { removed });
  });
}

/** A sweep that fails is logged, and done again when its time comes. */
async function sweeping(
  name: string,
  work: (swept: { readonly gateway: Gateway; readonly log: Log }) => Promise<void>,
): Promise<void> {
  try {
    if (swept !== undefined) await work(swept);
  } catch (error) {
    swept?.log.error(`${name} failed`, {
      error: error instanceof Error ? error : new Error(String(error)),
    });
  }
}

/** Whether the runtime's server compresses answers by itself. */
function compresses(): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  const [since, sinceMinor] = FIRST_WITHOUT_COMPRESSION;
  return major < since || (major === since && minor < sinceMinor);
}

/** Resolves on SIGINT or SIGTERM; another one later ends the process at once. */
function stopSignal(log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  let stoppedAt: number | undefined;
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      if (stoppedAt === undefined) {
        stoppedAt = performance.now();
        log.info("stopping", { signal });
        resolve();
      } else if (performance.now() - stoppedAt > REPEATED_MS) {
        Deno.exit(INTERRUPTED);
      }
    });
  }
  return promise;
}

/** For container health checks. */
async function checkHealth(config: Config): Promise<void> {
  const { healthProblem } = await import("./lib/cli/health_check.ts");
  const problem = await healthProblem(config);
  if (problem !== undefined) fail(problem);
  console.log("healthy");
}

function settings(): Config {
  try {
    return readConfig((name) => Deno.env.get(name));
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function fail(message: string, code = 1): never {
  console.error(message);
  Deno.exit(code);
}

// A cron job or a keep-alive connection must not keep a stopped gateway alive.
Deno.exit(0);
