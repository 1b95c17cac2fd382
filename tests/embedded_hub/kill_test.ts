import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { BucketClient } from "../../lib/buckets/bucket_client.ts";
import { CasError } from "../../lib/xet/cas/cas_error.ts";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import { randomBytes } from "../support/random_bytes.ts";

const CHILD = fileURLToPath(new URL("kill_child.ts", import.meta.url));
const ID = "local/killed";
const ROUNDS = 5;
const WRITERS = 4;
/** So many writes are acknowledged in a round at least; the kill comes within a moment after. */
const WRITES = 8;

/** What a path may hold: what was acknowledged last, or what has been on its way since. */
interface Written {
  acknowledged: Content | undefined;
  underWay: Content | undefined;
}

interface Content {
  readonly seed: number;
  readonly size: number;
  readonly hash: string;
}

/** Starts a hub in a process of its own. */
async function startChild(directory: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, directory],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let line = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    line += text;
    if (line.includes("\n")) break;
  }
  return { child, url: line.trim() };
}

const clientOf = (endpoint: string): BucketClient =>
  new BucketClient({
    endpoint,
    token: "hf_local",
    memoryBudget: 32 << 20,
    retry: { attempts: 1 },
    sleep: () => Promise.resolve(),
  });

/** Writes contents of up to 6 MB, some in place of older ones, until the hub is gone. */
async function writeUntilKilled(
  client: BucketClient,
  writer: number,
  files: Map<string, Written>,
  acknowledge: () => void,
): Promise<void> {
  for (let number = 0;; number++) {
    const path = `${writer}/${number % 3}`;
    const seed = Math.floor(Math.random() * 2 ** 31);
    const size = number % 4 === 3 ? 7 : 100_000 + seed % 6_000_000;
    const file = files.get(path) ?? { acknowledged: undefined, underWay: undefined };
    files.set(path, file);
    try {
      const { hash } = await client.upload(ID, new Blob([randomBytes(size, seed)]).stream());
      const content = { seed, size, hash };
      file.underWay = content;
      const mtime = Date.now();
      const [outcome] = await client.commit(ID, [{ type: "addFile", path, xetHash: hash, mtime }]);
      if (outcome?.kind !== "applied") throw outcome?.error;
      file.acknowledged = content;
      file.underWay = undefined;
      acknowledge();
    } catch (error) {
      if (error instanceof CasError || error instanceof HubError) {
        // Only a connection that broke has no status; an answer would be a failure of the test.
        assertEquals(error.status, undefined, String(error));
        return;
      }
      throw error;
    }
  }
}

async function round(directory: string, files: Map<string, Written>): Promise<void> {
  const { child, url } = await startChild(directory);
  const client = clientOf(url);
  await client.create(ID, { existOk: true });
  let writes = 0;
  const enough = Promise.withResolvers<void>();
  const acknowledge = () => {
    if (++writes === WRITES) enough.resolve();
  };
  const writing = Array.from(
    { length: WRITERS },
    (_, writer) => writeUntilKilled(client, writer, files, acknowledge),
  );
  await Promise.race([enough.promise, ...writing]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
  child.kill("SIGKILL");
  await Promise.all([...writing, child.status]);
  await client.close();
}

/** Every acknowledged content is there, and everything that is there is whole. */
async function verify(directory: string, files: Map<string, Written>): Promise<void> {
  const hub = await createEmbeddedHub({ directory });
  const client = clientOf(hub.url);
  try {
    assertEquals([...Deno.readDirSync(`${directory}/tmp`)], []);
    const found = new Map<string, string>();
    for await (const item of client.listTree(ID, { recursive: true })) {
      if (item.type === "file") found.set(item.path, item.xetHash);
    }
    for (const [path, { acknowledged, underWay }] of files) {
      const hash = found.get(path);
      found.delete(path);
      if (hash === undefined) {
        assertEquals(acknowledged, undefined, `${path} was acknowledged and is lost`);
        continue;
      }
      const content = [acknowledged, underWay].find((one) => one?.hash === hash);
      assert(content !== undefined, `${path} holds what was not written last`);
      const { seed, size } = content;
      const bytes = await new Response(client.download(ID, { hash, size })).bytes();
      assert(sameBytes(bytes, randomBytes(size, seed)), `${path} has other bytes`);
      // What is seen after a restart stays.
      files.set(path, { acknowledged: content, underWay: undefined });
    }
    assertEquals([...found.keys()], [], "what nobody wrote is visible");
  } finally {
    await client.close();
    await hub.close();
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

Deno.test("a hub killed during uploads has every acknowledged file, byte for byte", async () => {
  const directory = await Deno.makeTempDir();
  const files = new Map<string, Written>();
  try {
    for (let count = 0; count < ROUNDS; count++) {
      await round(directory, files);
      await verify(directory, files);
    }
    assert([...files.values()].some(({ acknowledged }) => acknowledged !== undefined));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
