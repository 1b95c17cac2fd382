/** Reads Dockerfiles of the plain kind: one instruction a line. */

/** An instruction: its name and what follows. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/**
 * The instructions of a Dockerfile.
 *
 * @param text The Dockerfile.
 * @throws {Error} If a line is neither an instruction nor a comment nor empty.
 */
export function parseDockerfile(text: string): readonly Instruction[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [, name, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`No instruction: ${line}`);
    return { name, rest };
  });
}

/**
 * A command in the form that is run without a shell.
 *
 * @param rest What follows ENTRYPOINT or CMD.
 * @throws {Error} If it is in another form.
 */
export function words(rest: string): readonly string[] {
  const list: unknown = rest.startsWith("[") ? JSON.parse(rest) : undefined;
  if (!Array.isArray(list) || !list.every((word) => typeof word === "string")) {
    throw new Error(`Needs a shell: ${rest}`);
  }
  return list;
}
