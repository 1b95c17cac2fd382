import { programCommand } from "../support/program.ts";
import { writeSeeds } from "./seeds.ts";

/** A gateway process with an embedded hub, and the settings that clients find it with. */
export interface GatewayProcess extends AsyncDisposable {
  /** Variables for the clients: the S3 endpoint and keys, the Hub endpoint and token. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder that is removed at the end. */
  readonly directory: string;
}

const START_TIMEOUT_MS = 30_000;

/**
 * Starts the program as `deno task start` does, on free ports, with its data in a folder of its own. What it
 * prints is shown where more than warnings is asked for.
 */
export async function startGateway(logLevel: string): Promise<GatewayProcess> {
  const directory = await Deno.makeTempDir({ prefix: "hugbucket-clients-" });
  const [port, hubPort] = freePorts(2);
  const keys = { AWS_ACCESS_KEY_ID: "clients", AWS_SECRET_ACCESS_KEY: "clients-secret" };
  const seeds = await writeSeeds(`${directory}/repos`);
  const { words: [program, ...words], env } = programCommand();
  const child = new Deno.Command(program, {
    args: [...words, "--embedded-hub", ...seeds],
    env: {
      ...env,
      ...keys,
      HF_TOKEN: "",
      HUGBUCKET_PORT: String(port),
      HUGBUCKET_HUB_PORT: String(hubPort),
      HUGBUCKET_DATA_DIR: `${directory}/data`,
      HUGBUCKET_LOG_LEVEL: logLevel,
    },
    stdout: logLevel === "warning" ? "null" : "inherit",
    stderr: "inherit",
  }).spawn();
  const endpoint = `http://127.0.0.1:${port}`;
  await untilAnswers(`${endpoint}/robots.txt`);
  return {
    directory,
    env: {
      ...keys,
      AWS_ENDPOINT_URL: endpoint,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: `${directory}/no_config`,
      AWS_SHARED_CREDENTIALS_FILE: `${directory}/no_credentials`,
      HF_ENDPOINT: `http://127.0.0.1:${hubPort}`,
      HF_TOKEN: "hf_local",
      HUB_REPOS: `${directory}/repos`,
      HF_HUB_DISABLE_PROGRESS_BARS: "1",
      HF_HUB_DISABLE_TELEMETRY: "1",
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

function freePorts(count: number): readonly number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  return listeners.map((listener) => {
    listener.close();
    return listener.addr.port;
  });
}

async function untilAnswers(url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (true) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
