import { assert, assertEquals, assertRejects } from "@std/assert";
import { BucketClient, type BucketClientOptions } from "../../lib/buckets/bucket_client.ts";
import {
  createEmbeddedHub,
  type EmbeddedHub,
  type EmbeddedHubOptions,
} from "../../lib/create_embedded_hub.ts";
import { MemoryBudget } from "../../lib/flow/memory_budget.ts";
import { randomBytes, sha256 } from "../support/random_bytes.ts";

const ID = "local/data";
const MIB = 1 << 20;

interface Setting {
  readonly client: BucketClient;
  readonly hub: EmbeddedHub;
  readonly budget: MemoryBudget;
}

/** A hub, a client and a bucket; at the end nothing of the budget may be in use. */
async function withBucket(
  test: (setting: Setting) => Promise<void>,
  options: {
    readonly budget?: number;
    readonly hub?: EmbeddedHubOptions;
    readonly client?: Partial<BucketClientOptions>;
  } = {},
): Promise<void> {
  const hub = await createEmbeddedHub(options.hub);
  const budget = new MemoryBudget(options.budget ?? 32 * MIB);
  const client = new BucketClient({
    endpoint: hub.url,
    token: hub.token,
    memoryBudget: budget,
    sleep: () => Promise.resolve(),
    ...options.client,
  });
  try {
    await client.create(ID);
    await test({ client, hub, budget });
    assertEquals(budget.used, 0);
  } finally {
    await client.close();
    await hub.close();
  }
}

/** A body in pieces; `before` is told of each piece's number. */
function bodyOf(
  bytes: Uint8Array,
  before: (piece: number) => void = () => {},
  length = 256 << 10,
): ReadableStream<Uint8Array> {
  let piece = 0;
  return new ReadableStream({
    pull(controller) {
      before(piece);
      const start = piece++ * length;
      if (start >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(start, start + length));
    },
  }, { highWaterMark: 0 });
}

async function digestOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await sha256(await new Response(stream).bytes());
}

/** Uploads, and makes sure that the same comes back. */
async function roundTrip(client: BucketClient, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const file = await client.upload(ID, bodyOf(bytes));
  assertEquals(await digestOf(client.download(ID, file)), await sha256(bytes));
}

Deno.test("64 small uploads at once with their commits", async () => {
  await withBucket(async ({ client, hub }) => {
    await Promise.all(Array.from({ length: 64 }, async (_, number) => {
      const bytes = randomBytes(1 + number * 500, number);
      const { hash, size } = await client.upload(ID, bodyOf(bytes));
      const path = `small/${number}`;
      const operation = { type: "addFile", path, xetHash: hash, mtime: 0 } as const;
      assertEquals(await client.commit(ID, [operation]), [{ kind: "applied", path }]);
      assertEquals(await digestOf(client.download(ID, { hash, size })), await sha256(bytes));
    }));
    assertEquals(hub.counters.of("hub.xet-write-token").calls, 1);
    assert(hub.counters.of("hub.batch").calls < 64);
    assertEquals((await client.info(ID)).totalFiles, 64);
  });
});

Deno.test("16 uploads, copies, slow readers and broken transfers share 32 MiB", async () => {
  await withBucket(async ({ client, budget }) => {
    const large = randomBytes(40 * MIB, 1);
    const digest = await sha256(large);
    const file = await client.upload(ID, bodyOf(large));
    // They hold what they read ahead until all others are done.
    const slow = Array.from({ length: 6 }, () => client.download(ID, file).getReader());
    const begun = await Promise.all(slow.map((reader) => reader.read()));
    const uploads = Array.from({ length: 16 }, async (_, number) => {
      const bytes = randomBytes(5 * MIB + number, 100 + number);
      await roundTrip(client, bytes);
    });
    const copies = Array.from({ length: 4 }, async () => {
      const copy = await client.upload(ID, client.download(ID, file));
      assertEquals(copy.hash, file.hash);
    });
    const broken = Array.from({ length: 4 }, async (_, number) => {
      const abort = new AbortController();
      const { signal } = abort;
      const body = bodyOf(large, (piece) => piece === 30 + number && abort.abort(new RangeError()));
      await assertRejects(() => client.upload(ID, body, { signal }), RangeError);
      const failing = bodyOf(large, (piece) => {
        if (piece === 40) throw new SyntaxError();
      });
      await assertRejects(() => client.upload(ID, failing), SyntaxError);
      const reader = client.download(ID, file).getReader();
      await reader.read();
      await reader.cancel();
    });
    await Promise.all([...uploads, ...copies, ...broken]);
    assert(budget.used <= budget.limit / 2, "only readers are left");
    for (const [index, reader] of slow.entries()) {
      const pieces = [begun[index]?.value ?? new Uint8Array(0)];
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        pieces.push(next.value);
      }
      assertEquals(await sha256(await new Blob(pieces.map((one) => one.slice())).bytes()), digest);
    }
  });
});

Deno.test("transfers survive lost answers, bursts of 503 and broken connections", async () => {
  await withBucket(async ({ client, hub }) => {
    const { faults } = hub.switches;
    const calls = [
      "cas.xorb.post",
      "cas.shards",
      "cas.reconstruction",
      "cas.data",
      "hub.xet-read-token",
      "hub.xet-write-token",
    ];
    for (const when of ["before", "after"] as const) {
      for (const endpoint of calls) {
        // Three and four attempts are allowed at the least.
        faults.add({ endpoint, when, status: 503, times: 2, retryAfter: 1 });
        faults.add({ endpoint, when, status: "reset", times: 1 });
      }
      const before = hub.counters.of("*").statuses[503] ?? 0;
      await roundTrip(client, randomBytes(3 * MIB, when.length));
      await Promise.all([1, 2, 3].map((seed) => roundTrip(client, randomBytes(2 * MIB, seed))));
      assert((hub.counters.of("*").statuses[503] ?? 0) >= before + 8, "the faults took place");
      faults.clear();
    }
  });
});

Deno.test("tokens that end during an upload are renewed, by our clock and by the CAS's", async () => {
  for (const sameClock of [true, false]) {
    let now = Date.now();
    const hubNow = () => now;
    await withBucket(
      async ({ client, hub }) => {
        const bytes = randomBytes(4 * MIB, 7);
        // The small budget makes many xorbs, so that calls are made all along.
        const body = bodyOf(bytes, () => void (now += 1_000));
        const file = await client.upload(ID, body);
        const issued = hub.counters.of("hub.xet-write-token").calls;
        assert(issued > 2, `${issued} tokens`);
        const reader = client.download(ID, file);
        now += 3_000;
        assertEquals(await digestOf(reader), await sha256(bytes));
      },
      {
        budget: MIB,
        hub: { now: hubNow, tokenLifetimeSeconds: 3 },
        client: sameClock ? { now: hubNow } : {},
      },
    );
  }
});

Deno.test("URLs that end during a download are renewed", async () => {
  let now = Date.now();
  let fetches = 0;
  const slow: typeof fetch = async (input, init) => {
    // Some fetches of stored bytes begin after the end of their URLs.
    if (String(input).includes("/cas/data/") && [1, 9].includes(++fetches)) now += 2_000;
    return await fetch(input, init);
  };
  await withBucket(async ({ client, hub }) => {
    const bytes = randomBytes(20 * MIB, 8);
    const file = await client.upload(ID, bodyOf(bytes));
    assertEquals(await digestOf(client.download(ID, file)), await sha256(bytes));
    assert((hub.counters.of("cas.data").statuses[403] ?? 0) > 0);
  }, { hub: { now: () => now, urlLifetimeSeconds: 1 }, client: { fetch: slow } });
});
