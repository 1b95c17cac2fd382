import type { Client } from "./clients.ts";

/** Thrown when a client cannot be had on this machine; the message says why. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** What a client's script runs with. */
export interface Environment {
  /** The Python to run it with. */
  readonly python: string;
  /** Further variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Installs what the client needs, once. */
export async function prepare(client: Client): Promise<Environment> {
  const bin = client.requirements === undefined ? undefined : await virtualEnvironment(client);
  if (client.debian !== undefined) await debianPackage(client.debian);
  const env = Object.entries(client.env ?? {}).map(([name, value]) => [
    name,
    value.replace("{bin}", bin ?? ""),
  ]);
  return { python: bin === undefined ? "python3" : `${bin}/python`, env: Object.fromEntries(env) };
}

async function virtualEnvironment(client: Client): Promise<string> {
  const requirements = `tests/clients/${client.requirements}`;
  const text = await Deno.readTextFile(requirements);
  const directory = `${Deno.cwd()}/.clients/${client.name}`;
  const stamp = `${directory}/installed.txt`;
  if (await readOrEmpty(stamp) !== text) {
    await Deno.remove(directory, { recursive: true }).catch(ignoreMissing);
    await must("python3", "-m", "venv", directory);
    await must(`${directory}/bin/pip`, "install", "--quiet", "--requirement", requirements);
    await Deno.writeTextFile(stamp, text);
  }
  return `${directory}/bin`;
}

async function debianPackage({ package: name, program }: NonNullable<Client["debian"]>) {
  if (await Deno.stat(program).catch(ignoreMissing) !== undefined) return;
  await must("apt-get", "update", "-qq");
  await must("apt-get", "install", "-y", "-qq", "--no-install-recommends", name);
}

async function must(program: string, ...args: readonly string[]): Promise<void> {
  try {
    const command = new Deno.Command(program, { args: [...args], stdout: "null" });
    const { success, code } = await command.output();
    if (!success) throw new Unavailable(`${program} ${args.join(" ")} ended with ${code}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Unavailable(`there is no ${program} here`);
    throw error;
  }
}

async function readOrEmpty(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(ignoreMissing) ?? "";
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
