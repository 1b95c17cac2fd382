import type { GatewayOptions } from "../../lib/gateway_options.ts";
import { programCommand } from "./program.ts";

/** The options of a gateway that the program has variables for; lists are written with commas. */
const VARIABLES = {
  token: "HF_TOKEN",
  endpoint: "HF_ENDPOINT",
  namespace: "HF_NAMESPACE",
  otherNamespaces: "HUGBUCKET_NAMESPACES",
  listedRepos: "HUGBUCKET_REPOS",
  region: "HUGBUCKET_REGION",
  storeChecksums: "HUGBUCKET_STORE_CHECKSUMS",
  domains: "HUGBUCKET_DOMAIN",
  corsOrigins: "HUGBUCKET_CORS_ORIGINS",
  redirect: "HUGBUCKET_REDIRECT",
  sandbox: "HUGBUCKET_SANDBOX",
  maxRequests: "HUGBUCKET_MAX_REQUESTS",
  maxRequestsPerKey: "HUGBUCKET_MAX_REQUESTS_PER_KEY",
  maxUploadsPerKey: "HUGBUCKET_MAX_UPLOADS_PER_KEY",
  bodyTimeoutSeconds: "HUGBUCKET_BODY_TIMEOUT",
  sendTimeoutSeconds: "HUGBUCKET_SEND_TIMEOUT",
  memoryBudget: "HUGBUCKET_MEMORY_BUDGET",
  stallTimeoutSeconds: "HUGBUCKET_STALL_TIMEOUT",
  workers: "HUGBUCKET_WORKERS",
  multipartUploadTtlSeconds: "HUGBUCKET_MULTIPART_UPLOAD_TTL",
} as const satisfies Partial<Record<keyof GatewayOptions, unknown>>;

/** Options that the program chooses itself, or that follow from others. */
const OWN = new Set(["lentBodies", "allowAnonymous", "credentials"]);

/** A gateway in a process of its own. */
export interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  /** Ends it as a service manager would, and fails if it does not end well. */
  stop(): Promise<void>;
}

/**
 * Starts the program on a free port.
 *
 * @throws {Error} If an option has no variable, or the program ends instead of listening.
 */
export async function startGatewayProcess(options: GatewayOptions): Promise<GatewayProcess> {
  const { words: [program, ...args], env: own } = programCommand([
    "--no-prompt",
    "--allow-net",
    "--allow-env",
  ]);
  const child = new Deno.Command(program, {
    args,
    env: {
      ...own,
      ...variablesOf(options),
      HUGBUCKET_PORT: "0",
      HUGBUCKET_LOG_LEVEL: "error",
      NO_COLOR: "1",
    },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let url: string | undefined;
  while (url === undefined) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The program ended: ${text}`);
    text += value;
    url = /S3 endpoint +(http\S+)\s/.exec(text)?.[1];
  }
  const rest = drain(reader);
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await rest;
      const { code } = await child.status;
      if (code !== 0) throw new Error(`The program ended with ${code}`);
    },
  };
}

function variablesOf(options: GatewayOptions): Record<string, string> {
  const [pair, ...others] = options.credentials ?? [];
  const found: Record<string, string> = {
    HF_NAMESPACE: "",
    HUGBUCKET_CREDENTIALS: others.length === 0 ? "" : JSON.stringify(others),
    AWS_ACCESS_KEY_ID: pair?.accessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: pair?.secretAccessKey ?? "",
  };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || OWN.has(name)) continue;
    const variable = new Map<string, string>(Object.entries(VARIABLES)).get(name);
    if (variable === undefined) throw new Error(`The program has no variable for ${name}`);
    found[variable] = String(value);
  }
  return found;
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
