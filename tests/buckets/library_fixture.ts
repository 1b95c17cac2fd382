import { BucketClient, type BucketClientOptions } from "../../lib/buckets/bucket_client.ts";
import {
  createEmbeddedHub,
  type EmbeddedHub,
  type EmbeddedHubOptions,
} from "../../lib/create_embedded_hub.ts";

/** A hub in memory, a client of it, and a directory that is gone afterwards. */
export interface LibraryFixture {
  readonly hub: EmbeddedHub;
  readonly client: BucketClient;
  readonly directory: string;
}

/** Runs a test with the bucket `local/data`. */
export async function withLibrary(
  test: (fixture: LibraryFixture) => Promise<void>,
  options: {
    readonly client?: Partial<BucketClientOptions>;
    readonly hub?: EmbeddedHubOptions;
  } = {},
): Promise<void> {
  const hub = await createEmbeddedHub(options.hub);
  const client = new BucketClient({
    endpoint: hub.url,
    token: hub.token,
    sleep: () => Promise.resolve(),
    ...options.client,
  });
  const directory = await Deno.makeTempDir();
  try {
    await client.create("data");
    hub.counters.reset();
    await test({ hub, client, directory });
  } finally {
    await client.close();
    await hub.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** The names of the files of `local/data`. */
export async function pathsOf(client: BucketClient, name = "local/data"): Promise<string[]> {
  return (await Array.fromAsync(client.listTree(name))).map(({ path }) => path).sort();
}
