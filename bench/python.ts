/** Python with hf_xet, in an environment of its own that is gone with its directory. */

/** What a bench gets of Python. */
export interface Python {
  /** Runs `native.py` and gives what it prints. */
  run(args: readonly string[]): Promise<unknown>;
}

/** The versions that are compared with. */
const PACKAGES = ["hf_xet==1.8.0"];
const SCRIPT = new URL("native.py", import.meta.url).pathname;

/**
 * Makes the environment.
 *
 * @param directory Where to.
 * @param signal Ends it, and what runs in it.
 * @returns Python, or why there is none.
 */
export async function preparePython(
  directory: string,
  signal: AbortSignal,
): Promise<Python | string> {
  const python = `${directory}/venv/bin/python`;
  try {
    await output("python3", ["-m", "venv", `${directory}/venv`], {}, signal);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await output(python, [...install, ...PACKAGES], {}, signal);
  } catch (error) {
    signal.throwIfAborted();
    return `${error instanceof Error ? error.message : error}`;
  }
  // What hf_xet remembers of earlier uploads would spare it sending anything.
  const env = { HF_HOME: `${directory}/hf`, HF_XET_LOG_LEVEL: "error" };
  return {
    run: async (args) => JSON.parse(await output(python, [SCRIPT, ...args], env, signal)),
  };
}

async function output(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const child = new Deno.Command(command, {
    args: [...args],
    env: { ...env },
    stdout: "piped",
    stderr: "piped",
    signal,
  });
  const { success, stdout, stderr } = await child.output();
  if (success) return new TextDecoder().decode(stdout);
  const [last = ""] = new TextDecoder().decode(stderr).trim().split("\n").slice(-1);
  throw new Error(`${command} ${args[0]} failed: ${last}`);
}
