import { BucketClient } from "../../lib/buckets/mod.ts";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { programCommand } from "../support/program.ts";

/** What a process printed and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program against a hub of its own. */
export interface CliTest {
  readonly hub: EmbeddedHub;
  readonly client: BucketClient;
  /** An empty directory. */
  readonly directory: string;
  /** Runs it to its end, with text on standard input. */
  run(args: readonly string[], input?: string): Promise<Ended>;
  /** Starts it, with nothing on standard input. */
  start(args: readonly string[], env?: Record<string, string>): Deno.ChildProcess;
}

/** Runs a test with all of that, and the buckets `local/one` and `local/two`. */
export async function withCli(test: (parts: CliTest) => Promise<void>): Promise<void> {
  const hub = await createEmbeddedHub();
  const client = new BucketClient({ endpoint: hub.url, token: hub.token, workers: 0 });
  const directory = await Deno.makeTempDir({ prefix: "hugbucket-cli-" });
  const { words: [program, ...words], env: own } = programCommand();
  const spawn = (
    args: readonly string[],
    stdin: "piped" | "null",
    env: Record<string, string> = {},
  ) =>
    new Deno.Command(program, {
      args: [...words, ...args],
      env: {
        ...own,
        HF_TOKEN: hub.token,
        HF_ENDPOINT: hub.url,
        HF_NAMESPACE: "",
        NO_COLOR: "1",
        ...env,
      },
      stdin,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  const run = async (args: readonly string[], input = "") => {
    const child = spawn(args, "piped");
    const writer = child.stdin.getWriter();
    // A command that reads nothing may be gone already.
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  };
  try {
    await client.create("local/one");
    await client.create("local/two");
    await test({ hub, client, directory, run, start: (args, env) => spawn(args, "null", env) });
  } finally {
    await Deno.remove(directory, { recursive: true });
    await client.close();
    await hub.close();
  }
}
