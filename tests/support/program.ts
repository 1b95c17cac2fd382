import { dirname, resolve } from "node:path";
import { PERMISSIONS } from "../../tools/permissions.ts";

/**
 * The program that tests start: `main.ts`, or what the variable `HUGBUCKET_PROGRAM` names, a bundle (`.js`) or an
 * executable.
 */
export const PROGRAM = Deno.env.get("HUGBUCKET_PROGRAM") || "main.ts";

/** The Deno that runs it: this one, or what the variable `HUGBUCKET_RUNTIME` names. */
const RUNTIME = Deno.env.get("HUGBUCKET_RUNTIME") || Deno.execPath();

/** Whether it is an executable, which has its permissions inside and takes no flags of the runtime. */
export const IS_EXECUTABLE = !/\.[jt]s$/.test(PROGRAM);

/** The permissions of an executable, which have to do for everything. */
const OF_AN_EXECUTABLE = ["--no-prompt", ...PERMISSIONS.map((name) => `--allow-${name}`)];

/** A command and the variables that it needs. */
export interface ProgramCommand {
  /** What is to be run, and its first arguments. */
  readonly words: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How the program is started.
 *
 * @param flags Flags of `deno run`: permissions, `--preload`. An executable ignores them.
 * @returns The beginning of the command, to which the program's own arguments are added. A bundle gets a cache of its own
 * beside it and may load nothing that is not in there.
 */
export function programCommand(flags: readonly string[] = OF_AN_EXECUTABLE): ProgramCommand {
  if (IS_EXECUTABLE) return { words: [resolve(PROGRAM)], env: {} };
  // Another version would write another lock file.
  const lock = RUNTIME === Deno.execPath() ? [] : ["--no-lock"];
  const words = [RUNTIME, "run", ...lock, ...flags] as const;
  if (PROGRAM.endsWith(".ts")) return { words: [...words, PROGRAM], env: {} };
  const file = resolve(PROGRAM);
  return {
    words: [...words, "--cached-only", file],
    env: { DENO_DIR: `${dirname(file)}/deno_dir` },
  };
}
