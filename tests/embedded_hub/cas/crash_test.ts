import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createCas } from "../../../lib/embedded_hub/cas/create_cas.ts";
import { openStorage } from "../../../lib/embedded_hub/storage/open_storage.ts";
import { chunkData, fileOf, makeShard, makeXorb, recordOf } from "./made_content.ts";

const CHILD = fileURLToPath(new URL("crash_child.ts", import.meta.url));
const ROUNDS = 5;
const UPLOADERS = 3;

/** A file that was sent, and whether its registration was acknowledged. */
interface Sent {
  readonly hash: string;
  readonly bytes: Uint8Array;
  acknowledged: boolean;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return text.trim();
}

/** Uploads one file after another until the server is gone. */
async function uploadUntilKilled(
  url: string,
  token: string,
  seeds: Iterator<number>,
  sent: Sent[],
) {
  const headers = { authorization: `Bearer ${token}` };
  const post = async (path: string, body: Uint8Array<ArrayBuffer>): Promise<void> => {
    const answer = await fetch(url + path, { method: "POST", headers, body });
    assertEquals(answer.status, 200, await answer.text());
  };
  for (;;) {
    const seed: number = seeds.next().value;
    const xorb = makeXorb(chunkData(seed, [40_000, 90_000, 300_000 % 131_072]));
    const file = fileOf([[xorb]]);
    const entry = { hash: file.hash, bytes: file.bytes, acknowledged: false };
    sent.push(entry);
    try {
      await post(`/v1/xorbs/default/${xorb.hash}`, xorb.body);
      await post("/v1/shards", makeShard([file], [recordOf(xorb)]));
      entry.acknowledged = true;
    } catch (error) {
      // What fetch throws for a connection that broke; anything else is a failure of the test.
      if (!(error instanceof TypeError)) throw error;
      return;
    }
  }
}

async function round(directory: string, seeds: Iterator<number>, delay: number): Promise<Sent[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, directory],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [port, token = ""] = (await firstLine(child.stdout)).split(" ");
  const sent: Sent[] = [];
  const url = `http://127.0.0.1:${port}`;
  const uploads = Array.from(
    { length: UPLOADERS },
    () => uploadUntilKilled(url, token, seeds, sent),
  );
  await new Promise((resolve) => setTimeout(resolve, delay));
  child.kill("SIGKILL");
  await Promise.all([...uploads, child.status]);
  return sent;
}

function* counter(): Generator<number, never> {
  for (let seed = 1;; seed++) yield seed;
}

Deno.test("a CAS killed while it writes has every acknowledged file, and no half one", async () => {
  const directory = await Deno.makeTempDir();
  const seeds = counter();
  const sent: Sent[] = [];
  try {
    for (let count = 0; count < ROUNDS; count++) {
      sent.push(...await round(directory, seeds, 40 + Math.random() * 150));
      const storage = openStorage(directory);
      assertEquals([...Deno.readDirSync(`${directory}/tmp`)], []);
      const cas = createCas({ ...storage, publicUrl: () => "" });
      for (const { hash, bytes, acknowledged } of sent) {
        if (cas.file(hash) === undefined) {
          assert(!acknowledged, `${hash} was acknowledged and is lost`);
          continue;
        }
        assertEquals(await new Response(cas.readFile(hash)).bytes(), bytes);
      }
      await cas.close();
      storage.close();
    }
    assert(sent.some(({ acknowledged }) => acknowledged));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
