import { assertEquals } from "@std/assert";
import { programCommand } from "./program.ts";

/** The only permissions that a gateway needs. */
export const NET_AND_ENV = ["--no-prompt", "--allow-net", "--allow-env"];

/** A program that runs. */
export interface Started {
  readonly child: Deno.ChildProcess;
  /** What it printed until the pattern was found. */
  readonly text: string;
  /** Waits until it has printed something else as well. */
  until(more: RegExp): Promise<void>;
  /** Waits for the end and returns the rest of the output. */
  end(): Promise<{ readonly code: number; readonly text: string }>;
}

function command(
  permissions: readonly string[] | undefined,
  args: readonly string[],
  env: Record<string, string>,
) {
  const { words: [program, ...words], env: own } = programCommand(permissions);
  return new Deno.Command(program, {
    args: [...words, ...args],
    env: {
      ...own,
      HF_TOKEN: "",
      HF_ENDPOINT: "",
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      HUGBUCKET_PORT: "0",
      HUGBUCKET_HUB_PORT: "0",
      NO_COLOR: "1",
      ...env,
    },
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the program to its end. */
export async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  permissions?: readonly string[],
) {
  const { code, stdout, stderr } = await command(permissions, args, env).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Starts a process and waits until its output matches. */
export async function start(
  until: RegExp,
  args: readonly string[],
  env: Record<string, string>,
  permissions?: readonly string[],
): Promise<Started> {
  const child = command(permissions, args, env).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readUntil = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`It ended before it printed ${pattern}: ${text}${await errors}`);
      text += value;
    }
  };
  await readUntil(until);
  const first = text;
  return {
    child,
    text: first,
    async until(more) {
      await readUntil(more);
    },
    async end() {
      let rest = text.slice(first.length);
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        rest += piece.value;
      }
      const { code } = await child.status;
      return { code, text: rest + await errors };
    },
  };
}

/** The S3 endpoint that it printed. */
export const endpointOf = (text: string): string => /S3 endpoint +(http\S+)/.exec(text)?.[1] ?? "";
/** The value of a variable that it printed. */
export const variable = (text: string, name: string): string =>
  new RegExp(`export ${name}=(\\S+)`).exec(text)?.[1] ?? "";

/** Creates the bucket of a URL. */
export async function createBucket(url: string): Promise<void> {
  const response = await fetch(url, { method: "PUT" });
  assertEquals([response.status, await response.text()], [200, ""]);
}

/** Works in a directory that is removed afterwards. */
export async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
