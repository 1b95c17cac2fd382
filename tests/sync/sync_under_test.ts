import { dirname, join } from "node:path";
import { BucketClient, type BucketClientOptions } from "../../lib/buckets/mod.ts";
import { isPartName } from "../../lib/buckets/part_files.ts";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";

/** The bucket of most tests. */
export const ID = "local/data";
/** The same as a place. */
export const BUCKET = `hf://buckets/${ID}`;

/** A hub, a client, a bucket and an empty directory. */
export interface SyncTest {
  readonly hub: EmbeddedHub;
  readonly client: BucketClient;
  readonly directory: string;
}

/** Runs a test with all of that and clears it away. */
export async function withSync(
  test: (parts: SyncTest) => Promise<void>,
  options: Partial<BucketClientOptions> = {},
): Promise<void> {
  const hub = await createEmbeddedHub();
  const client = new BucketClient({ endpoint: hub.url, token: hub.token, workers: 0, ...options });
  const directory = await Deno.makeTempDir({ prefix: "hugbucket-sync-" });
  try {
    await client.create(ID);
    await test({ hub, client, directory });
  } finally {
    await Deno.remove(directory, { recursive: true });
    await client.close();
    await hub.close();
  }
}

/** Contents by path. */
export type Tree = Readonly<Record<string, string>>;

/** A time of the past, in milliseconds. */
export const THEN = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Writes files, all with the same time. */
export async function writeTree(directory: string, tree: Tree, mtime = THEN): Promise<void> {
  for (const [path, text] of Object.entries(tree)) {
    const place = join(directory, path);
    await Deno.mkdir(dirname(place), { recursive: true });
    await Deno.writeTextFile(place, text);
    await Deno.utime(place, new Date(mtime), new Date(mtime));
  }
}

/** All files below a directory, but for what downloads have left unfinished; links to files are read. */
export async function readTree(directory: string, below = ""): Promise<Tree> {
  const tree: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(directory, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isPartName(name)) continue;
    if (isDirectory) Object.assign(tree, await readTree(directory, path));
    else tree[path] = await Deno.readTextFile(join(directory, path));
  }
  return tree;
}

/** Puts files into a bucket, all with the same time. */
export async function putTree(
  client: BucketClient,
  tree: Tree,
  { id = ID, mtime = THEN }: { id?: string; mtime?: number } = {},
): Promise<void> {
  const operations = await Promise.all(
    Object.entries(tree).map(async ([path, text]) => {
      const { hash } = await client.upload(id, new Blob([text]).stream());
      return { type: "addFile" as const, path, xetHash: hash, mtime };
    }),
  );
  for (const outcome of await client.commit(id, operations)) {
    if (outcome.kind === "failed") throw outcome.error;
  }
}

/** All files of a bucket. */
export async function bucketTree(client: BucketClient, id = ID): Promise<Tree> {
  const tree: Record<string, string> = {};
  for await (const item of client.listTree(id)) {
    if (item.type !== "file") continue;
    const body = client.download(id, { hash: item.xetHash, size: item.size });
    tree[item.path] = await new Response(body).text();
  }
  return tree;
}
