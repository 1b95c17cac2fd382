/**
 * Does what the Dockerfiles say, without Docker: each COPY and RUN in a scratch folder on a copy of the tree, then the
 * image's start command, in the finished root file system, which is read-only but for its volume, as the image's user and
 * as process 1. Stores an object there, reads it, asks for health and ends it by SIGTERM. Needs root and Linux; where
 * processes cannot have namespaces of their own it is built and not started, and that is said.
 */

import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assert, assertEquals } from "@std/assert";
import { type Instruction, parseDockerfile, words } from "../tools/dockerfile.ts";

/** A stage: its root file system, and what the instructions have said so far. */
interface Stage {
  readonly root: string;
  directory: string;
  user: string;
  entrypoint: readonly string[];
  health: readonly string[];
  readonly volumes: string[];
  readonly env: Record<string, string>;
}

const KEYS = { AWS_ACCESS_KEY_ID: "image", AWS_SECRET_ACCESS_KEY: "image-secret" };
const START_TIMEOUT_MS = 30_000;

const obstacle = await obstacleToStart();
const scratch = await Deno.makeTempDir({ prefix: "hugbucket-image-" });
try {
  const tree = `${scratch}/tree`;
  await Deno.mkdir(tree);
  await run("sh", "-c", `git ls-files -z | xargs -0 cp --parents -t ${tree}`);
  const image = await build("Dockerfile", tree);
  await check(image, "9000");
  tell("Dockerfile");
  const space = `${scratch}/space`;
  await run("cp", "-r", `${tree}/space`, space);
  await run("cp", `${image.root}/app/hugbucket.js`, space);
  const spaceImage = await build("Dockerfile", space);
  // A Space's disk can be written to, but for the directories of root.
  spaceImage.volumes.push("/tmp");
  await check(spaceImage, "7860");
  tell("space/Dockerfile");
} finally {
  await Deno.remove(scratch, { recursive: true });
}

function tell(file: string): void {
  console.log(
    obstacle === undefined
      ? `${file}: built, started read-only, healthy, ended by SIGTERM`
      : `${file}: built, NOT STARTED: ${obstacle}`,
  );
}

/** What keeps a container from being started here. */
async function obstacleToStart(): Promise<string | undefined> {
  try {
    await run("sh", "-c", "command -v curl nsenter");
    const script = "mount --make-rprivate / && ip link set lo up";
    await run("unshare", "--mount", "--pid", "--net", "--fork", "sh", "-ec", script);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function build(file: string, context: string): Promise<Stage> {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const instruction of parseDockerfile(await Deno.readTextFile(`${context}/${file}`))) {
    if (instruction.name === "FROM") {
      const [base = "", as] = instruction.rest.split(" AS ");
      stage = await begin(base);
      stages.set(as ?? "", stage);
    } else {
      assert(stage !== undefined, "FROM comes first");
      console.log(`${instruction.name} ${instruction.rest}`);
      await follow(instruction, { stage, stages, context });
    }
  }
  assert(stage !== undefined);
  return stage;
}

/** The base images hold Deno, the C library and certificates; this machine's stand in for them. */
async function begin(base: string): Promise<Stage> {
  const [, version] =
    /^(?:--platform=\$BUILDPLATFORM )?denoland\/deno:(?:distroless-)?([\d.]+)$/.exec(base) ?? [];
  assertEquals(Deno.version.deno, version, `${base} holds another Deno than this one`);
  const root = await Deno.makeTempDir({ dir: scratch });
  await run("mkdir", "-p", `${root}/bin`, `${root}/etc`, `${root}/proc`, `${root}/tmp`);
  await run("cp", Deno.execPath(), `${root}/bin/deno`);
  const libraries = (await outputOf("ldd", Deno.execPath())).match(/\/\S+/g) ?? [];
  for (const library of new Set(libraries)) await run("cp", "-L", "--parents", library, root);
  await run("chmod", "755", root);
  return {
    root,
    directory: "/",
    user: "0:0",
    entrypoint: [],
    health: [],
    volumes: [],
    env: { DENO_DIR: "/deno-dir/", DENO_USE_CGROUPS: "1", PATH: "/bin" },
  };
}

interface Building {
  readonly stage: Stage;
  readonly stages: ReadonlyMap<string, Stage>;
  readonly context: string;
}

async function follow({ name, rest }: Instruction, building: Building): Promise<void> {
  const { stage } = building;
  switch (name) {
    case "WORKDIR":
      stage.directory = rest;
      return await run("mkdir", "-p", stage.root + rest);
    case "COPY":
      return await copy(rest, building);
    case "RUN":
      // With this machine's shell and programs, but nothing of its caches.
      return await run(
        "env",
        "-C",
        stage.root + stage.directory,
        ...onHost(stage),
        "sh",
        "-ec",
        rest,
      );
    case "ENV":
      for (const pair of rest.split(" ")) {
        const [variable = "", value = ""] = pair.split("=");
        stage.env[variable] = value;
      }
      return;
    case "USER":
      stage.user = rest;
      return;
    case "VOLUME":
      stage.volumes.push(rest);
      return;
    case "ENTRYPOINT":
      stage.entrypoint = words(rest);
      return;
    case "HEALTHCHECK":
      stage.health = words(rest.replace(/^.* CMD /, ""));
      return;
    case "EXPOSE":
      return;
    default:
      throw new Error(`This does not know ${name}`);
  }
}

function onHost({ root }: Stage): readonly string[] {
  return [`DENO_DIR=${root}/deno-dir`, `PATH=${root}/bin:${Deno.env.get("PATH")}`];
}

async function copy(rest: string, { stage, stages, context }: Building): Promise<void> {
  const parts = rest.split(" ");
  const flags = parts.filter((part) => part.startsWith("--"));
  const [target = "", ...sources] = parts.slice(flags.length).toReversed();
  const flag = (name: string) => flags.find((one) => one.startsWith(name))?.slice(name.length);
  const from = flag("--from=");
  const source = from === undefined ? context : stages.get(from)?.root;
  assert(source !== undefined, `There is no stage ${from}`);
  const place = `${stage.root}/${target.startsWith("/") ? target : `${stage.directory}/${target}`}`;
  await run("mkdir", "-p", /\/$/.test(place) ? place : place.replace(/\/[^/]*$/, ""));
  for (const name of sources) {
    const path = `${source}/${name}`;
    // A folder's content is copied, not the folder.
    const isFolder = (await Deno.stat(path)).isDirectory;
    if (isFolder) await run("mkdir", "-p", place);
    await run("cp", "-r", isFolder ? `${path}/.` : path, place);
  }
  const owner = flag("--chown=");
  if (owner !== undefined) await run("chown", "-R", owner, place);
}

/** What the image is for: the embedded hub with its volume, and the gateway alone with nothing to write to. */
async function check(stage: Stage, port: string): Promise<void> {
  assertEquals(stage.env.HUGBUCKET_PORT ?? "9000", port);
  if (obstacle !== undefined) return;
  const url = `http://127.0.0.1:${port}`;
  const local = await start(stage, { args: ["--embedded-hub"], hasVolume: true });
  assertEquals((await local.exec(stage.health)).trim(), "healthy");
  const s3 = new S3Client({
    endpoint: url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: {
      accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
      secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
    },
  });
  const curl = (...args: readonly string[]) => local.reach("curl", "-sS", "--fail", ...args);
  const where = { Bucket: "bucket", Key: "key" };
  await curl("-X", "PUT", await getSignedUrl(s3, new CreateBucketCommand(where)));
  const put = await getSignedUrl(s3, new PutObjectCommand(where));
  await curl("-X", "PUT", "--data-binary", "an object", put);
  assertEquals(await curl(await getSignedUrl(s3, new GetObjectCommand(where))), "an object");
  s3.destroy();
  await local.stop();
  const alone = await start(stage, { env: { HF_TOKEN: "hf_x" }, hasVolume: false });
  assertEquals((await alone.exec(stage.health)).trim(), "healthy");
  await alone.stop();
}

interface Container {
  /** Runs a command of the image in it. */
  exec(command: readonly string[]): Promise<string>;
  /** Runs a command of this machine in its network. */
  reach(...command: readonly string[]): Promise<string>;
  /** Sends SIGTERM, which must end it well. */
  stop(): Promise<void>;
}

interface Start {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly hasVolume: boolean;
}

/** Process 1 in namespaces of its own, as the image's user, on a root that cannot be written to. */
async function start(
  { root, user, env, directory, volumes, entrypoint }: Stage,
  { args = [], env: more = {}, hasVolume }: Start,
): Promise<Container> {
  const [uid, gid] = user.split(":");
  const volume = await Deno.makeTempDir({ dir: scratch });
  await run("chown", user, volume);
  const inside = ["env", "-i", ...pairs({ ...env, ...KEYS, ...more })];
  const mounts = hasVolume ? volumes.map((path) => `mount --bind ${volume} ${root}${path}`) : [];
  const script = `
    mount --make-rprivate /
    ip link set lo up
    mount --bind ${root} ${root}
    ${mounts.join("\n")}
    mount --rbind /dev ${root}/dev
    mount -t proc proc ${root}/proc
    mount -o remount,ro,bind ${root}
    if touch ${root}/written 2>/dev/null; then exit 9; fi
    exec "$@"`;
  await run("mkdir", "-p", `${root}/dev`);
  const child = new Deno.Command("unshare", {
    args: [
      ...["--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-ec", script, "sh"],
      ...[...inside, "unshare", `--root=${root}`, `--wd=${directory}`],
      ...[`--setgid=${gid}`, `--setuid=${uid}`, ...entrypoint, ...args],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const end = () => child.kill("SIGKILL");
  addEventListener("unload", end);
  const timer = setTimeout(end, START_TIMEOUT_MS);
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("S3 endpoint")) {
    const { value, done } = await output.read();
    assert(!done, `It ended early: ${text}`);
    text += value;
  }
  clearTimeout(timer);
  const first = (await Deno.readTextFile(`/proc/${child.pid}/task/${child.pid}/children`)).trim();
  const enter = ["nsenter", `--target=${first}`, "--net"];
  return {
    exec: (command) =>
      outputOf(
        ...inside,
        ...enter,
        ...["--mount", "--pid", `--setuid=${uid}`, `--setgid=${gid}`, "--root", "--wd", ...command],
      ),
    reach: (...command) => outputOf(...enter, ...command),
    async stop() {
      await run("kill", "-TERM", first);
      for (let piece = await output.read(); !piece.done; piece = await output.read()) {
        text += piece.value;
      }
      const { code } = await child.status;
      removeEventListener("unload", end);
      assertEquals(code, 0, text);
      assert(!/NotCapable|Uncaught|panicked/.test(text), text);
    },
  };
}

function pairs(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

async function run(...command: readonly string[]): Promise<void> {
  await outputOf(...command);
}

async function outputOf(...[program = "", ...args]: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  assert(success, `${program} ${args.join(" ")}: ${text}${decoder.decode(stderr)}`);
  return text;
}
