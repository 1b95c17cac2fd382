/** What reading costs, counted at the embedded hub, and what readers notice of failures: nothing. */

import { createHash } from "node:crypto";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BucketClient, type BucketClientOptions } from "../../lib/buckets/bucket_client.ts";
import type { ContentName } from "../../lib/buckets/content_part.ts";
import type { DownloadOptions } from "../../lib/buckets/transfers.ts";
import {
  createEmbeddedHub,
  type EmbeddedHub,
  type EmbeddedHubOptions,
} from "../../lib/create_embedded_hub.ts";
import { MemoryBudget } from "../../lib/flow/memory_budget.ts";
import { XetFormatError } from "../../lib/xet/error.ts";
import { randomBytes, sha256 } from "../support/random_bytes.ts";

const ID = "local/data";
const KIB = 1 << 10;
const MIB = 1 << 20;
/** The longest chunk with its header. */
const MAX_CHUNK = 128 * KIB + 8;

interface Setting {
  readonly hub: EmbeddedHub;
  readonly budget: MemoryBudget;
  /** A client that has written nothing and so knows nothing of chunks. */
  readonly reader: BucketClient;
  /** Stores content by another client. */
  readonly store: (bytes: Uint8Array) => Promise<ContentName>;
}

async function withReader(
  test: (setting: Setting) => Promise<void>,
  options: {
    readonly budget?: number;
    readonly hub?: EmbeddedHubOptions;
    readonly reader?: Partial<BucketClientOptions>;
  } = {},
): Promise<void> {
  const hub = await createEmbeddedHub(options.hub);
  const budget = new MemoryBudget(options.budget ?? 128 * MIB);
  const common = { endpoint: hub.url, token: hub.token, sleep: () => Promise.resolve() };
  const writer = new BucketClient(common);
  const reader = new BucketClient({ ...common, memoryBudget: budget, ...options.reader });
  try {
    await writer.create(ID);
    await test({
      hub,
      budget,
      reader,
      async store(bytes) {
        const { hash, size } = await writer.upload(ID, new Blob([bytes.slice()]).stream());
        hub.counters.reset();
        return { hash, size };
      },
    });
    assertEquals(budget.used, 0);
  } finally {
    await writer.close();
    await reader.close();
    await hub.close();
  }
}

async function read(client: BucketClient, file: ContentName, options: DownloadOptions = {}) {
  return await new Response(client.download(ID, file, options)).bytes();
}

/** Takes away what is kept in memory. */
function flush(budget: MemoryBudget): void {
  const all = budget.tryAcquire(budget.limit);
  assert(all !== undefined, "a cache does not count as used");
  all.release();
}

/** Calls of reconstructions and of stored bytes, and how many of the latter came. */
function counts({ counters }: EmbeddedHub) {
  const data = counters.of("cas.data");
  return [counters.of("cas.reconstruction").calls, data.calls, data.bytesOut] as const;
}

Deno.test("a file is read with one reconstruction and one fetch for each xorb", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(100 * MIB, 1);
    const file = await store(bytes);
    const digest = await sha256(await read(reader, file));
    const [reconstructions, fetches, fetched] = counts(hub);
    assertEquals([reconstructions, fetches], [1, 2]);
    assert(fetched >= bytes.length && fetched < 1.001 * bytes.length, `${fetched} bytes`);
    assertEquals(digest, await sha256(bytes));
  });
});

Deno.test("a range fetches the chunks that touch it and no others", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(70 * MIB, 2);
    const file = await store(bytes);
    const ranges = [[0, 0], [bytes.length - 1, bytes.length - 1], [5_000_000, 5_065_535]] as const;
    for (const [first, last] of [...ranges, [60 * MIB, 69 * MIB]] as const) {
      hub.counters.reset();
      const range = { first, last };
      assertEquals(await read(reader, file, { range }), bytes.slice(first, last + 1));
      const [reconstructions, fetches, fetched] = counts(hub);
      assertEquals(reconstructions, 1);
      assertEquals(fetches, first === 60 * MIB ? 2 : 1); // it crosses the border of two xorbs
      const most = (last - first + 1) * (1 + 8 / (8 * KIB)) + 2 * MAX_CHUNK;
      assert(fetched < most, `${fetched} bytes for ${last - first + 1}`);
    }
  });
});

Deno.test("a small object is read with two calls, and again with none", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(4 * KIB, 3);
    const file = await store(bytes);
    assertEquals(await read(reader, file), bytes);
    assertEquals(counts(hub).slice(0, 2), [1, 1]);
    for (const range of [undefined, { first: 100, last: 2_000 }]) {
      hub.counters.reset();
      await read(reader, file, { range });
      // The reconstruction of a range is another one, the chunk is the same.
      assertEquals(counts(hub), [range ? 1 : 0, 0, 0]);
    }
  });
});

Deno.test("a reconstruction is used again while its URLs are good, and renewed when they are not", async () => {
  let now = Date.now();
  await withReader(async ({ budget, hub, reader, store }) => {
    const bytes = randomBytes(12 * MIB, 4);
    const file = await store(bytes);
    for (const [seconds, reconstructions] of [[0, 1], [3000, 0], [3000, 1]] as const) {
      flush(budget);
      now += seconds * 1000;
      hub.counters.reset();
      assertEquals(await sha256(await read(reader, file)), await sha256(bytes));
      assertEquals(counts(hub).slice(0, 2), [reconstructions, 1]);
      assertEquals(hub.counters.of("cas.data").statuses, { 206: 1 });
    }
  }, { hub: { now: () => now }, reader: { now: () => now } });
});

Deno.test("64 readers of one object fetch it once", async () => {
  await withReader(async ({ hub, reader, store }) => {
    for (const size of [3 * MIB, 34 * MIB]) {
      const bytes = randomBytes(size, size);
      const digest = await sha256(bytes);
      const file = await store(bytes);
      const digests = await Promise.all(Array.from({ length: 64 }, async () => {
        const hash = createHash("sha256");
        for await (const piece of reader.download(ID, file, { pieces: "shared" })) {
          hash.update(piece);
        }
        return hash.digest("hex");
      }));
      assertEquals(new Set(digests), new Set([digest]));
      const [reconstructions, fetches, fetched] = counts(hub);
      assertEquals([reconstructions, fetches], [1, 1]);
      assert(fetched < 1.001 * size);
    }
  }, { budget: 32 * MIB });
});

Deno.test("readers of ranges that share a source share its fetch", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(20 * MIB, 5);
    const file = await store(bytes);
    const range = { first: 3 * MIB, last: 9 * MIB };
    const wanted = await sha256(bytes.slice(range.first, range.last + 1));
    const digests = await Promise.all(
      Array.from({ length: 16 }, async () => await sha256(await read(reader, file, { range }))),
    );
    assertEquals(new Set(digests), new Set([wanted]));
    assertEquals(counts(hub).slice(0, 2), [1, 1]);
  });
});

Deno.test("a reader that stops does not hold up another one, and reads on where it was", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(60 * MIB, 6);
    const digest = await sha256(bytes);
    const file = await store(bytes);
    const slow = reader.download(ID, file).getReader();
    const pieces = [(await slow.read()).value ?? new Uint8Array(0)];
    assertEquals(await sha256(await read(reader, file)), digest);
    for (let next = await slow.read(); !next.done; next = await slow.read()) {
      pieces.push(next.value);
    }
    assertEquals(await sha256(await new Blob(pieces.map((one) => one.slice())).bytes()), digest);
    // What it had missed it asked for by itself, from where it was.
    const [reconstructions, fetches] = counts(hub);
    assert(reconstructions <= 3 && fetches <= 3, `${reconstructions} and ${fetches} calls`);
  });
});

Deno.test("a slow reader holds little, a fast one is read ahead of", async () => {
  await withReader(async ({ budget, reader, store }) => {
    const bytes = randomBytes(60 * MIB, 7);
    const file = await store(bytes);
    const peak = async (pauseMs: number) => {
      const stream = reader.download(ID, file, { pieces: "shared" }).getReader();
      let most = 0;
      for (let taken = 0; taken < 20 * MIB;) {
        taken += (await stream.read()).value?.length ?? 0;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        if (taken > 8 * MIB) most = Math.max(most, budget.used);
      }
      await stream.cancel();
      return most;
    };
    const slow = await peak(300);
    assert(slow > 0 && slow <= 3 * MIB, `${slow} bytes for a slow reader`);
    assert(await peak(2) >= 6 * MIB);
  });
});

Deno.test("what is kept in memory is given up when somebody needs it", async () => {
  await withReader(async ({ budget, hub, reader, store }) => {
    const bytes = randomBytes(2 * MIB, 8);
    const file = await store(bytes);
    await read(reader, file);
    flush(budget);
    hub.counters.reset();
    assertEquals(await read(reader, file), bytes);
    assertEquals(counts(hub).slice(0, 2), [0, 1]); // the reconstruction is still known
  }, { budget: 16 * MIB });
});

Deno.test("of a file that is too large to keep, the beginning is kept", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(20 * MIB, 18);
    const file = await store(bytes);
    for (const most of [1.001, 0.85, 0.85]) {
      hub.counters.reset();
      assertEquals(await sha256(await read(reader, file)), await sha256(bytes));
      const [, fetches, fetched] = counts(hub);
      assertEquals(fetches, 1);
      assert(fetched < most * bytes.length, `${fetched} bytes`);
    }
  }, { budget: 32 * MIB });
});

Deno.test("one large file does not drive out what is read again and again", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const [small, large] = [randomBytes(1 * MIB, 9), randomBytes(40 * MIB, 10)];
    const file = await store(small);
    for (let i = 0; i < 3; i++) await read(reader, file);
    await read(reader, await store(large));
    hub.counters.reset();
    assertEquals(await read(reader, file), small);
    assertEquals(counts(hub), [0, 0, 0]);
  }, { budget: 32 * MIB });
});

/** Changes answers with stored bytes; they are numbered from 1. */
function changing(
  change: (
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    answer: number,
    signal: AbortSignal,
  ) => BodyInit,
): Partial<BucketClientOptions> {
  let answers = 0;
  return {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).includes("/cas/data/") || response.body === null) return response;
      const signal = init?.signal ?? new AbortController().signal;
      return new Response(change(response.body, ++answers, signal), { status: response.status });
    },
  };
}

/** Passes so many bytes on; then `end` decides what happens. */
function after(
  length: number,
  end: (controller: TransformStreamDefaultController<Uint8Array>) => void | Promise<void>,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = length;
  return new TransformStream({
    async transform(piece, controller) {
      const wanted = piece.subarray(0, left);
      left -= wanted.length;
      if (wanted.length > 0) controller.enqueue(wanted);
      if (wanted.length < piece.length) await end(controller);
    },
  });
}

Deno.test("a fetch that stands still is begun anew, and the reader notices nothing", async () => {
  for (const at of [0, 10 * MIB]) {
    const stall = changing((body, answer, signal) => {
      const stopped = new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
      return answer === 1 ? body.pipeThrough(after(at, () => stopped)) : body;
    });
    await withReader(async ({ hub, reader, store }) => {
      const bytes = randomBytes(20 * MIB, 11);
      const file = await store(bytes);
      assertEquals(await sha256(await read(reader, file)), await sha256(bytes));
      const [reconstructions, fetches, fetched] = counts(hub);
      // Nothing has arrived: the same again. Otherwise just the rest of the file.
      assertEquals([reconstructions, fetches], at === 0 ? [1, 2] : [2, 2]);
      if (at > 0) assert(fetched < 32 * MIB);
    }, { reader: { ...stall, stallMs: 300 } });
  }
});

Deno.test("a reader that takes its time is not taken for a fetch that stands still", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(20 * MIB, 12);
    const file = await store(bytes);
    const stream = reader.download(ID, file).getReader();
    let length = (await stream.read()).value?.length ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let next = await stream.read(); !next.done; next = await stream.read()) {
      length += next.value.length;
    }
    assertEquals([length, ...counts(hub).slice(0, 2)], [bytes.length, 1, 1]);
  }, { reader: { stallMs: 100 } });
});

Deno.test("stored bytes that break off are fetched from where they broke off", async () => {
  const cut = changing((body, answer) =>
    answer <= 3 ? body.pipeThrough(after(5 * MIB, (controller) => controller.terminate())) : body
  );
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(20 * MIB, 13);
    const file = await store(bytes);
    assertEquals(await sha256(await read(reader, file)), await sha256(bytes));
    assertEquals(counts(hub).slice(0, 2), [4, 4]);
  }, { reader: cut });
});

/** Changes a bit of an answer. */
function flipAt(body: ReadableStream<Uint8Array<ArrayBuffer>>, position: number) {
  let at = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        const index = position - at;
        at += piece.length;
        if (index >= 0 && index < piece.length) piece[index] = (piece[index] ?? 0) ^ 1;
        controller.enqueue(piece);
      },
    }),
  );
}

Deno.test("a wrong bit in a small object, or where the hashes are known, costs one more fetch", async () => {
  for (const size of [200 * KIB, 20 * MIB]) {
    let flip = 1;
    const flips = changing((body, answer) => answer === flip ? flipAt(body, size - 50_000) : body);
    await withReader(async ({ budget, hub, reader, store }) => {
      const bytes = randomBytes(size, 14);
      const file = await store(bytes);
      if (size > MIB) {
        // A whole file that was read and verified makes its hashes known.
        flip = 2;
        await read(reader, file);
        flush(budget);
        hub.counters.reset();
      }
      assertEquals(await sha256(await read(reader, file)), await sha256(bytes));
      assertEquals(counts(hub)[1], 2);
    }, { reader: flips });
  }
});

Deno.test("a wrong bit in a large object that nobody has read breaks the stream before its end", async () => {
  const flips = changing((body) => flipAt(body, 3 * MIB));
  await withReader(async ({ reader, store }) => {
    const file = await store(randomBytes(20 * MIB, 15));
    let received = 0;
    await assertRejects(async () => {
      for await (const piece of reader.download(ID, file)) received += piece.length;
    }, XetFormatError);
    assert(received < file.size);
  }, { reader: flips });
});

Deno.test("what was not verified is not kept", async () => {
  const flips = changing((body, answer) => answer === 1 ? flipAt(body, 50_000) : body);
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(MIB, 16);
    const file = await store(bytes);
    // The CAS does not tell the hashes of a range's chunks: nobody can know that this is wrong.
    const range = { first: 0, last: 500_000 };
    const wrong = await read(reader, file, { range });
    assertEquals(wrong.filter((byte, i) => byte !== bytes[i]).length, 1);
    hub.counters.reset();
    assertEquals(await read(reader, file, { range }), bytes.slice(0, 500_001));
    assertEquals(counts(hub).slice(0, 2), [0, 1]);
  }, { reader: flips });
});

Deno.test("what was read and verified stays on disk, for the same token only", async () => {
  const directory = await Deno.makeTempDir();
  const diskCache = { directory, maxBytes: 40 * MIB };
  try {
    await withReader(async ({ budget, hub, reader, store }) => {
      const bytes = randomBytes(20 * MIB, 19);
      const file = await store(bytes);
      const digest = await sha256(bytes);
      assertEquals(await sha256(await read(reader, file)), digest);
      await reader.close();
      const again = async (token: string, options: DownloadOptions = {}) => {
        flush(budget);
        hub.counters.reset();
        const client = new BucketClient({ endpoint: hub.url, token, diskCache });
        await new Promise((resolve) => setTimeout(resolve, 100)); // it looks at the directory
        const got = await read(client, file, options);
        await client.close();
        return { digest: await sha256(got), counts: counts(hub).slice(0, 2) };
      };
      assertEquals(await again(hub.token), { digest, counts: [1, 0] });
      assertEquals(await again("hf_other"), { digest, counts: [1, 1] });
      const range = { first: 7 * MIB, last: 9 * MIB };
      assertEquals(await again(hub.token, { range }), {
        digest: await sha256(bytes.slice(range.first, range.last + 1)),
        counts: [1, 0],
      });
      for await (const path of filesIn(directory)) {
        const content = await Deno.readFile(path);
        content[1000] = (content[1000] ?? 0) ^ 1;
        await Deno.writeFile(path, content);
      }
      assertEquals((await again(hub.token)).digest, digest);
    }, {
      hub: { users: [{ name: "local", token: "hf_local" }, { name: "local", token: "hf_other" }] },
      reader: { diskCache },
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

async function* filesIn(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* filesIn(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}

Deno.test("clients share nothing", async () => {
  await withReader(async ({ hub, reader, store }) => {
    const bytes = randomBytes(10 * KIB, 17);
    const file = await store(bytes);
    await read(reader, file);
    const other = new BucketClient({ endpoint: hub.url, token: hub.token });
    try {
      hub.counters.reset();
      assertEquals(await read(other, file), bytes);
      assertEquals(counts(hub).slice(0, 2), [1, 1]);
    } finally {
      await other.close();
    }
  });
});
