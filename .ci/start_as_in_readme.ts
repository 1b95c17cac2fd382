/**
 * Does what the README says, in a copy of the tree: runs its start command, takes the settings that it
 * prints, stores and reads an object with them, and ends it as Ctrl-C does.
 */

import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { assert, assertEquals } from "@std/assert";

const START_TIMEOUT_MS = 60_000;

const readme = await Deno.readTextFile("README.md");
const [start] = readme.match(/^npx -y deno@[0-9.]+ task start$/m) ?? [];
assert(start !== undefined, "the README names no start command");
const copy = await Deno.makeTempDir();
await shell(`git ls-files -z | xargs -0 cp --parents -t ${copy}`);

const [port, hubPort] = [19000, 19080];
// `setsid` makes a group of its own, so that npx, the task runner and the gateway all get the signal.
const child = new Deno.Command("setsid", {
  args: start.split(" "),
  cwd: copy,
  env: {
    HF_TOKEN: "",
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
    HUGBUCKET_PORT: String(port),
    HUGBUCKET_HUB_PORT: String(hubPort),
  },
  stdout: "piped",
}).spawn();
const timer = setTimeout(() => killGroup("SIGKILL"), START_TIMEOUT_MS);
addEventListener("unload", () => killGroup("SIGKILL"));
const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
const printed = await readUntil(/region_name[^]*\)\n/);
console.log(printed);

const setting = (name: string): string => {
  const value = new RegExp(`export ${name}=(\\S+)`).exec(printed)?.[1];
  assert(value !== undefined, `${name} was not printed`);
  return value;
};
const s3 = new S3Client({
  endpoint: setting("AWS_ENDPOINT_URL_S3"),
  region: setting("AWS_DEFAULT_REGION"),
  forcePathStyle: true,
  credentials: {
    accessKeyId: setting("AWS_ACCESS_KEY_ID"),
    secretAccessKey: setting("AWS_SECRET_ACCESS_KEY"),
  },
});
const where = { Bucket: "first-light", Key: "hello.txt" };
await s3.send(new CreateBucketCommand({ Bucket: where.Bucket }));
await s3.send(new PutObjectCommand({ ...where, Body: "first light" }));
const { Body } = await s3.send(new GetObjectCommand(where));
assertEquals(await Body?.transformToString(), "first light");
assert((await Deno.stat(`${copy}/.hugbucket`)).isDirectory);
await shell("git check-ignore -q .hugbucket/");

killGroup("SIGINT");
await child.status;
clearTimeout(timer);
const stillThere = await fetch(setting("AWS_ENDPOINT_URL_S3")).then(() => true, () => false);
assert(!stillThere, "the gateway did not stop");
await Deno.remove(copy, { recursive: true });
console.log("README start command: works");
Deno.exit(0);

function killGroup(signal: Deno.Signal): void {
  try {
    Deno.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function readUntil(pattern: RegExp): Promise<string> {
  let text = "";
  while (!pattern.test(text)) {
    const { value, done } = await output.read();
    if (done) throw new Error(`It ended early: ${text}`);
    text += value;
  }
  return text;
}

async function shell(command: string): Promise<void> {
  const { success } = await new Deno.Command("sh", { args: ["-c", command] }).output();
  assert(success, command);
}
