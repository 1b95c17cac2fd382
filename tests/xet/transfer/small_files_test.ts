import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHub } from "../../../lib/create_embedded_hub.ts";
import { BucketClient } from "../../../lib/buckets/bucket_client.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { splitmix } from "./test_data.ts";

const ID = "local/small";

interface Setting {
  readonly hub: EmbeddedHub;
  readonly client: BucketClient;
  /** The calls of the CAS that the work made: xorbs and shards. */
  readonly counted: (work: () => Promise<unknown>) => Promise<readonly [number, number]>;
}

/** A hub that checks what it is sent, and a client that has its token and knows no latency. */
async function withHub(test: (setting: Setting) => Promise<void>): Promise<void> {
  const hub = await createEmbeddedHub();
  const client = new BucketClient({
    endpoint: hub.url,
    token: hub.token,
    sleep: () => Promise.resolve(),
  });
  try {
    await client.create(ID);
    await client.upload(ID, streamOf(splitmix(1, 10)));
    await test({
      hub,
      client,
      async counted(work) {
        hub.counters.reset();
        await work();
        return [hub.counters.of("cas.xorb.post").calls, hub.counters.of("cas.shards").calls];
      },
    });
  } finally {
    await client.close();
    await hub.close();
  }
}

const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> =>
  new Blob([bytes]).stream();

const contents = (count: number, size = 4096): readonly Uint8Array<ArrayBuffer>[] =>
  Array.from({ length: count }, (_, i) => new Uint8Array(splitmix(100 + i, size)));

Deno.test("small files that come together share xorbs and shards, and read back alone", () =>
  withHub(async ({ client, counted }) => {
    const bodies = contents(40);
    let recipes: readonly { readonly hash: string; readonly size: number }[] = [];
    const [xorbs, shards] = await counted(async () => {
      recipes = await Promise.all(bodies.map((body) => client.upload(ID, streamOf(body))));
    });
    assert(xorbs < 8 && shards === xorbs, `${xorbs} xorbs, ${shards} shards`);
    for (const [i, recipe] of recipes.entries()) {
      const alone = await client.upload(ID, streamOf(bodies[i] ?? new Uint8Array()));
      assertEquals([recipe.hash, recipe.size], [alone.hash, 4096]);
      assertEquals(await new Response(client.download(ID, recipe)).bytes(), bodies[i]);
    }
  }));

Deno.test("equal small files that come together are stored once", () =>
  withHub(async ({ hub, client, counted }) => {
    const [body = new Uint8Array()] = contents(1, 60_000);
    await counted(async () => {
      const recipes = await Promise.all(
        Array.from({ length: 20 }, () => client.upload(ID, streamOf(body))),
      );
      assertEquals(new Set(recipes.map(({ hash }) => hash)).size, 1);
    });
    // The first goes at once, alone; the others share.
    assert(hub.counters.of("cas.xorb.post").bytesIn < 4 * body.length);
  }));

Deno.test("one that goes away leaves those alone with whom it shares a call", () =>
  withHub(async ({ client }) => {
    const gone = new AbortController();
    const bodies = contents(12);
    const uploads = bodies.map((body, i) =>
      client.upload(ID, streamOf(body), i === 7 ? { signal: gone.signal } : {})
    );
    gone.abort(new DOMException("The client went away", "AbortError"));
    const outcomes = await Promise.allSettled(uploads);
    assertEquals(outcomes.flatMap(({ status }, i) => status === "rejected" ? [i] : []), [7]);
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === "rejected") continue;
      assertEquals(await new Response(client.download(ID, outcome.value)).bytes(), bodies[i]);
    }
  }));

Deno.test("what the CAS refuses in common is sent again for each alone", () =>
  withHub(async ({ hub, client }) => {
    // The first goes alone; the second shard is that of all the others.
    hub.switches.faults.add({ endpoint: "cas.shards", skip: 1, times: 2, status: 400 });
    const uploads = contents(10).map((body) => client.upload(ID, streamOf(body)));
    const failed = (await Promise.allSettled(uploads)).filter(({ status }) =>
      status === "rejected"
    );
    assertEquals(failed.length, 1);
  }));

Deno.test("an outage fails all that share a call, without a call for each", () =>
  withHub(async ({ hub, client, counted }) => {
    hub.switches.faults.add({ endpoint: "cas.xorb", status: 403 });
    const [xorbs] = await counted(() =>
      Promise.all(
        contents(20).map((body) =>
          assertRejects(() => client.upload(ID, streamOf(body)), CasError)
        ),
      )
    );
    assert(xorbs < 8, `${xorbs} xorbs`);
  }));
