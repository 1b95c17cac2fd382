import { assertEquals } from "@std/assert";
import { BucketClient, createEmbeddedHub } from "../../../mod.ts";
import { readShard } from "../../../lib/xet/format/mod.ts";

Deno.test("a hub on disk keeps xorbs and shards in files named by hashes", async () => {
  const directory = await Deno.makeTempDir();
  const hub = await createEmbeddedHub({ directory });
  const buckets = new BucketClient({ token: hub.token, endpoint: hub.url });
  await buckets.create("local/kept");
  const body = () => new Blob([new Uint8Array(100_000).fill(7)]).stream();
  const { hash, terms } = await buckets.upload("local/kept", body());
  await buckets.close();
  await hub.close();
  const [xorb] = await filesIn(`${directory}/xorbs`);
  assertEquals(xorb?.split("/").at(-1), terms[0]?.xorbHash);
  const [shard = "", ...more] = await filesIn(`${directory}/shards`);
  assertEquals(more, []);
  const { files, xorbs } = readShard(await Deno.readFile(shard));
  assertEquals(files.map((file) => file.hash), [hash]);
  assertEquals(xorbs.map((each) => each.hash), [terms[0]?.xorbHash]);
  await Deno.remove(directory, { recursive: true });
});

async function filesIn(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const folder of Deno.readDir(directory)) {
    for await (const file of Deno.readDir(`${directory}/${folder.name}`)) {
      found.push(`${directory}/${folder.name}/${file.name}`);
    }
  }
  return found;
}
