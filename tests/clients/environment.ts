import type { Client, GoProgram } from "./clients.ts";

/** Thrown when a client cannot be had on this machine; the message says why. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** What a client's script runs with. */
export interface Environment {
  /** The program that runs the checks and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Further variables. */
  readonly env: Readonly<Record<string, string>>;
  /** The client's version, as its package has it. */
  readonly version: string;
}

/** Installs what the client needs, once. */
export async function prepare(client: Client): Promise<Environment> {
  const folder = `${Deno.cwd()}/.clients/${client.name}`;
  const bin = `${folder}/bin`;
  const versions: string[] = [];
  if (client.requirements !== undefined) versions.push(await virtualEnvironment(client));
  if (client.npm !== undefined) versions.push(await npmPackages(client.name, client.npm));
  if (client.debian !== undefined) versions.push(await debianPackage(client.debian));
  if (client.go !== undefined) versions.push(await goProgram(client.go, bin));
  const command = await commandFor(client, bin, versions);
  const env = Object.entries(client.env ?? {}).map(([name, value]) => [
    name,
    value.replace("{bin}", bin).replace("{folder}", folder),
  ]);
  return { command, env: Object.fromEntries(env), version: versions.join(", ") };
}

/** What runs the client's script; a Go module is built, and its version noted. */
async function commandFor(
  client: Client,
  bin: string,
  versions: string[],
): Promise<Environment["command"]> {
  const script = `tests/clients/${client.script}`;
  if (script.endsWith(".go")) {
    versions.push(await goModule(script, `${bin}/run`));
    return [`${bin}/run`];
  }
  if (script.endsWith(".cjs")) return ["node", script];
  return [client.requirements === undefined ? "python3" : `${bin}/python`, script];
}

async function virtualEnvironment(client: Client): Promise<string> {
  const requirements = `tests/clients/${client.requirements}`;
  const text = await Deno.readTextFile(requirements);
  const directory = `${Deno.cwd()}/.clients/${client.name}`;
  const stamp = `${directory}/installed.txt`;
  if (await readOrEmpty(stamp) !== text) {
    await Deno.remove(directory, { recursive: true }).catch(ignoreMissing);
    await must("python3", ["-m", "venv", directory]);
    await must(`${directory}/bin/pip`, ["install", "--quiet", "--requirement", requirements]);
    await Deno.writeTextFile(stamp, text);
  }
  return text.trim().split(/\s+/).map((line) => line.replace("==", " ")).join(", ");
}

/** Installs into the client's folder, where `NODE_PATH` finds it. */
async function npmPackages(client: string, manifest: string): Promise<string> {
  const text = await Deno.readTextFile(`tests/clients/${manifest}`);
  const directory = `${Deno.cwd()}/.clients/${client}`;
  const stamp = `${directory}/installed.txt`;
  if (await readOrEmpty(stamp) !== text) {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeTextFile(`${directory}/package.json`, text);
    await must("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", directory]);
    await Deno.writeTextFile(stamp, text);
  }
  return [...text.matchAll(/"(@?[\w-]+(?:\/[\w-]+)?)": "([\d.]+)"/g)]
    .map(([, name, version]) => `${name} ${version}`).join(", ");
}

async function debianPackage({ package: name, program }: NonNullable<Client["debian"]>) {
  if (await Deno.stat(program).catch(ignoreMissing) === undefined) {
    await must("apt-get", ["update", "-qq"]);
    await must("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name]);
  }
  return `${name} ${await must("dpkg-query", ["-W", "-f", "${Version}", name])}`;
}

async function goProgram({ package: name, version }: GoProgram, bin: string): Promise<string> {
  const stamp = `${bin}/installed.txt`;
  const wanted = `${name}@${version}`;
  if (await readOrEmpty(stamp) !== wanted) {
    await Deno.mkdir(bin, { recursive: true });
    await must("go", ["install", wanted], { env: { GOBIN: bin } });
    await Deno.writeTextFile(stamp, wanted);
  }
  return wanted.replace("@", " ");
}

/** Builds the module that the script is in, and tells the version of the first module it requires. */
async function goModule(script: string, program: string): Promise<string> {
  const cwd = script.slice(0, script.lastIndexOf("/"));
  await must("go", ["build", "-o", program, "."], { cwd });
  const [, name, version] = /^\s*(?:require )?(\S+\.\S+\/\S+) (v\S+)$/m.exec(
    await Deno.readTextFile(`${cwd}/go.mod`),
  ) ?? [];
  return `${name} ${version}`;
}

/** Runs an installer, shows what it has to complain about, and returns what it printed. */
async function must(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<string> {
  try {
    const command = new Deno.Command(program, { args: [...args], ...options });
    const { success, code, stdout, stderr } = await command.output();
    if (success) return new TextDecoder().decode(stdout);
    const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
    throw new Unavailable(`${program} ${args.join(" ")} ended with ${code}: ${reason.trim()}`);
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
