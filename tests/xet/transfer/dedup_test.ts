import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  createEmbeddedHub,
  type EmbeddedHub,
  type EmbeddedHubOptions,
} from "../../../lib/create_embedded_hub.ts";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { ChunkIndex } from "../../../lib/xet/transfer/chunk_index.ts";
import { composeFiles } from "../../../lib/xet/transfer/compose_files.ts";
import type { FileRecipe, TransferContext } from "../../../lib/xet/transfer/context.ts";
import { downloadFile } from "../../../lib/xet/transfer/download_file.ts";
import { uploadFile } from "../../../lib/xet/transfer/upload_file.ts";
import { collect, splitmix, streamOf } from "./test_data.ts";

const MIB = 1 << 20;

interface Setting {
  readonly hub: EmbeddedHub;
  readonly context: TransferContext & { readonly known: ChunkIndex };
  /** The same with nothing known, as in another process. */
  readonly other: () => TransferContext & { readonly known: ChunkIndex };
}

async function withHub(
  test: (setting: Setting) => Promise<void>,
  options: EmbeddedHubOptions = {},
): Promise<void> {
  const hub = await createEmbeddedHub(options);
  const authorization = `Bearer ${hub.token}`;
  const bucket = `${hub.url}/api/buckets/local/transfers`;
  const created = await fetch(bucket, { method: "POST", headers: { authorization } });
  await created.body?.cancel();
  const cas = new CasClient({
    token: async (scope) => {
      const answer = await fetch(`${bucket}/xet-${scope}-token`, { headers: { authorization } });
      return await answer.json();
    },
    retry: { attempts: 2, baseMs: 1, maxMs: 2 },
  });
  const budget = new MemoryBudget(128 * MIB);
  const other = () => ({ cas, budget, known: new ChunkIndex(budget) });
  try {
    await test({ hub, context: other(), other });
    assertEquals(budget.used, 0);
  } finally {
    cas.close();
    await hub.close();
  }
}

/** Bytes that were sent as xorbs since the last time. */
function sent(hub: EmbeddedHub): number {
  const { bytesIn } = hub.counters.of("cas.xorb.post");
  hub.counters.reset();
  return bytesIn;
}

async function upload(context: TransferContext, bytes: Uint8Array): Promise<FileRecipe> {
  const recipe = await uploadFile(context, streamOf(bytes, MIB));
  assert(equal(await collect(downloadFile(context, recipe)), bytes));
  return recipe;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function insert(bytes: Uint8Array, at: number, more: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + more.length);
  result.set(bytes.subarray(0, at));
  result.set(more, at);
  result.set(bytes.subarray(at), at + more.length);
  return result;
}

Deno.test("The same file again sends nothing, and one with an insertion hardly more than that", () =>
  withHub(async ({ hub, context }) => {
    const bytes = splitmix(201, 48 * MIB);
    const first = await upload(context, bytes);
    assert(sent(hub) > bytes.length);
    const again = await upload(context, bytes);
    assertEquals(again.hash, first.hash);
    assertEquals(again.terms.length, first.terms.length);
    assertEquals(sent(hub), 0);
    const more = insert(bytes, 20 * MIB + 12_345, splitmix(202, 50_000));
    const changed = await upload(context, more);
    assert(changed.terms.length <= first.terms.length + 4);
    assert(sent(hub) < 50_000 + 5 * 131_072);
    // It has the hash that it has where nothing is known.
    const { known: _, ...blank } = context;
    assertEquals((await upload(blank, more)).hash, changed.hash);
  }));

Deno.test("Known chunks in another order make no more than a term for eight of them", () =>
  withHub(async ({ hub, context }) => {
    const bytes = splitmix(200, 24 * MIB);
    const { chunks } = await upload(context, bytes);
    sent(hub);
    const pieces: Uint8Array[] = [];
    for (let i = 0, at = 0; i < chunks.count; at += chunks.size(i++)) {
      pieces.push(bytes.subarray(at, at + chunks.size(i)));
    }
    /** The pieces in runs of that length, the last run first. */
    const reversed = (length: number) => {
      const runs = [];
      for (let i = 0; i < pieces.length; i += length) runs.unshift(...pieces.slice(i, i + length));
      return new Blob(runs.map((piece) => piece.slice())).bytes();
    };
    const shredded = await upload(context, await reversed(1));
    assert(shredded.terms.length < 20 + shredded.chunks.count / 8, `${shredded.terms.length}`);
    sent(hub);
    const inRuns = await upload(context, await reversed(16));
    assert(inRuns.terms.length < 2 * inRuns.chunks.count / 16 + 20, `${inRuns.terms.length}`);
    assert(sent(hub) < bytes.length / 4);
  }));

Deno.test("Only what has been registered is referred to", () =>
  withHub(async ({ hub, context }) => {
    const bytes = splitmix(203, 3 * MIB);
    hub.switches.faults.add({ endpoint: "cas.shards", status: 403, times: 1 });
    await assertRejects(() => uploadFile(context, streamOf(bytes)), CasError);
    sent(hub);
    await upload(context, bytes);
    assert(sent(hub) > bytes.length);
  }));

Deno.test("What another process has uploaded is found by asking for the first chunk", () =>
  withHub(async ({ hub, context, other }) => {
    const bytes = splitmix(204, 20 * MIB);
    const { hash } = await upload(context, bytes);
    hub.counters.reset();
    assertEquals((await uploadFile(other(), streamOf(bytes, MIB))).hash, hash);
    assertEquals(hub.counters.of("cas.chunks").calls, 1);
    assertEquals(sent(hub), 0);
  }));

Deno.test("Small files ask nothing, large ones for few chunks, and what is new is not found", () =>
  withHub(async ({ hub, context }) => {
    await upload(context, splitmix(205, 4 * MIB - 1));
    assertEquals(hub.counters.of("cas.chunks").calls, 0);
    await upload(context, splitmix(206, 64 * MIB));
    // The first, and in about 1,000 chunks one more at times.
    const { calls, statuses } = hub.counters.of("cas.chunks");
    assert(calls >= 1 && calls <= 4, `${calls} queries`);
    assertEquals(statuses, { 404: calls });
  }));

Deno.test("Queries that fail, or are refused for their number, are asked once and cost nothing else", () =>
  withHub(async ({ hub, context, other }) => {
    const bytes = splitmix(207, 5 * MIB);
    await upload(context, bytes);
    for (const status of [429, 500, "reset"] as const) {
      hub.counters.reset();
      hub.switches.faults.add({ endpoint: "cas.chunks", status, retryAfter: 60 });
      await upload(other(), bytes);
      assertEquals(hub.counters.of("cas.chunks").calls, 1);
      assert(sent(hub) > bytes.length);
      hub.switches.faults.clear();
    }
  }));

Deno.test("Answers are not used when they have expired", async () => {
  const now = Date.now();
  await withHub(async ({ hub, context, other }) => {
    const bytes = splitmix(208, 5 * MIB);
    await upload(context, bytes);
    const late = { ...other(), known: new ChunkIndex(context.budget, () => now + 8 * 86_400_000) };
    hub.counters.reset();
    await uploadFile(late, streamOf(bytes, MIB));
    assertEquals(hub.counters.of("cas.chunks").statuses, { 200: 1 });
    assert(sent(hub) > bytes.length);
  }, { now: () => now });
});

/** Has the CAS forget every xorb that a file is made of. */
function forget(hub: EmbeddedHub, file: FileRecipe | undefined): void {
  assert(file !== undefined);
  for (const xorb of new Set(file.terms.map(({ xorbHash }) => xorbHash))) hub.forgetXorb(xorb);
}

for (const size of [100_000, 3 * MIB, 30 * MIB]) {
  Deno.test(`A xorb that is gone is noticed, and its ${size} bytes are sent`, () =>
    withHub(async ({ hub, context }) => {
      const bytes = splitmix(209, size);
      const first = await upload(context, bytes);
      forget(hub, first);
      sent(hub);
      const again = await upload(context, bytes);
      assertEquals(again.hash, first.hash);
      assert(sent(hub) > size);
      await upload(context, bytes);
      assertEquals(sent(hub), 0);
    }));
}

Deno.test("Of several xorbs only the one that is gone is sent again", () =>
  withHub(async ({ hub, context }) => {
    const small = { ...context, limits: { xorbLength: 3 * MIB } };
    const bytes = splitmix(210, 12 * MIB);
    const first = await upload(small, bytes);
    const [, second] = first.terms;
    assert(second !== undefined && first.terms.length >= 4);
    hub.forgetXorb(second.xorbHash);
    sent(hub);
    assertEquals((await upload(small, bytes)).hash, first.hash);
    const again = sent(hub);
    assert(again > 2.5 * MIB && again < 3.1 * MIB, `${again} bytes`);
  }));

Deno.test("A file that is refused although its xorbs are there is sent whole", () =>
  withHub(async ({ hub, context }) => {
    const bytes = splitmix(211, 2 * MIB);
    const first = await upload(context, bytes);
    hub.switches.faults.add({ endpoint: "cas.shards", status: 400, times: 1 });
    sent(hub);
    assertEquals((await upload(context, bytes)).hash, first.hash);
    assert(sent(hub) > bytes.length);
  }));

Deno.test("A large file whose xorb goes at the last moment is refused once, and sent the next time", () =>
  withHub(async ({ hub, context }) => {
    const bytes = splitmix(212, 30 * MIB);
    const first = await upload(context, bytes);
    const body = streamOf(bytes, MIB).pipeThrough(
      new TransformStream({ flush: () => forget(hub, first) }),
    );
    sent(hub);
    const error = await assertRejects(() => uploadFile(context, body), CasError);
    assertEquals(error.status, 400);
    assertEquals(sent(hub), 0);
    assertEquals((await upload(context, bytes)).hash, first.hash);
    assert(sent(hub) > bytes.length);
  }));

Deno.test("A CAS that does not say which xorbs it has is taken at its word", () =>
  withHub(async ({ hub, context }) => {
    const bytes = splitmix(213, 20 * MIB);
    await upload(context, bytes);
    hub.switches.faults.add({ endpoint: "cas.xorb.head", status: 405 });
    sent(hub);
    await upload(context, bytes);
    assertEquals(sent(hub), 0);
    hub.switches.faults.clear();
    // While one that fails is not relied on.
    hub.switches.faults.add({ endpoint: "cas.xorb.head", status: 500 });
    await upload(context, bytes);
    assert(sent(hub) > 10 * MIB);
  }));

Deno.test("Sixteen uploads of known files share a small budget", async () => {
  await withHub(async ({ hub, context }) => {
    const budget = new MemoryBudget(8 * MIB);
    const small = { ...context, budget, known: new ChunkIndex(budget) };
    const inputs = Array.from({ length: 4 }, (_, i) => splitmix(214 + i, 4 * MIB));
    const first = await Promise.all(inputs.map((bytes) => uploadFile(small, streamOf(bytes))));
    hub.counters.reset();
    const again = await Promise.all(
      Array.from(
        { length: 16 },
        (_, i) => uploadFile(small, streamOf(inputs[i % 4] ?? new Uint8Array(0))),
      ),
    );
    again.forEach(({ hash }, i) => assertEquals(hash, first[i % 4]?.hash));
    assertEquals(sent(hub), 0);
    assertEquals(budget.used, 0);
  });
});

Deno.test("What waits for more of a file, and for answers, lets others have the budget", async () => {
  await withHub(async ({ context, hub }) => {
    const budget = new MemoryBudget(2 * MIB);
    const small = { ...context, budget, known: new ChunkIndex(budget) };
    const known = splitmix(230, 90_000);
    const { hash } = await uploadFile(small, streamOf(known));
    for (const first of [splitmix(231, 1_800_000), known]) {
      hub.switches.latency.set("cas.xorb.head", 20);
      const slow = new TransformStream<Uint8Array, Uint8Array>();
      const writer = slow.writable.getWriter();
      const slowUpload = uploadFile(small, slow.readable);
      await writer.write(first);
      // What is known needs no budget; of the other it is waited for, as long as the machine takes.
      do await new Promise((resolve) => setTimeout(resolve, 50)); while (
        first !== known && budget.used <= 0.9 * first.length
      );
      const signal = AbortSignal.timeout(10_000);
      await uploadFile(small, streamOf(splitmix(232, 3 * MIB)), { signal });
      await writer.close();
      const { size, hash: other } = await slowUpload;
      assertEquals([size, other === hash], [first.length, first === known]);
    }
    assertEquals(budget.used, 0);
  });
});

Deno.test("Sixteen uploads that wait for answers do not wait for one another in a tiny budget", async () => {
  await withHub(async ({ hub, context }) => {
    hub.switches.latency.set("cas.chunks", 30);
    hub.switches.latency.set("cas.xorb.head", 30);
    const budget = new MemoryBudget(2 * MIB);
    const small = { ...context, budget, known: new ChunkIndex(budget) };
    const inputs = Array.from({ length: 8 }, (_, i) => splitmix(220 + i, 5 * MIB));
    const signal = AbortSignal.timeout(60_000);
    const uploadAll = () =>
      Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          uploadFile(small, streamOf(inputs[i % 8] ?? new Uint8Array(0)), { signal })),
      );
    const first = await uploadAll();
    const second = await uploadAll();
    assertEquals(second.map(({ hash }) => hash), first.map(({ hash }) => hash));
    assertEquals(budget.used, 0);
  });
});

Deno.test("An upload alone does not wait for itself in a budget smaller than what it would gather", async () => {
  await withHub(async ({ context }) => {
    for (const size of [3_900_000, 9_000_000]) {
      const budget = new MemoryBudget(2 * MIB);
      const small = { ...context, budget, known: new ChunkIndex(budget) };
      const signal = AbortSignal.timeout(20_000);
      const bytes = splitmix(240, size);
      const { hash } = await uploadFile(small, streamOf(bytes), { signal });
      assertEquals((await uploadFile(small, streamOf(bytes), { signal })).hash, hash);
      assertEquals(budget.used, 0);
    }
  });
});

Deno.test("A composition is made although what its borders were deduplicated against is gone", () =>
  withHub(async ({ hub, context }) => {
    const bytes = splitmix(250, 12 * MIB);
    const { known: _, ...blank } = context;
    const parts: FileRecipe[] = [];
    for (const [from, to] of [[0, 4], [4, 8], [8, 12]] as const) {
      parts.push(await uploadFile(blank, streamOf(bytes.slice(from * MIB, to * MIB), MIB)));
    }
    sent(hub);
    const first = await composeFiles(context, parts);
    const borders = sent(hub);
    assert(borders > 0);
    assertEquals(await composeFiles(context, parts), first);
    assertEquals(sent(hub), 0);
    const { terms } = await context.cas.reconstruction(first.hash);
    const ofParts = new Set(parts.flatMap(({ terms }) => terms.map(({ xorbHash }) => xorbHash)));
    for (const { xorbHash } of terms) if (!ofParts.has(xorbHash)) hub.forgetXorb(xorbHash);
    assertEquals(await composeFiles(context, parts), first);
    assertEquals(sent(hub), borders);
    assert(equal(await collect(downloadFile(context, first)), bytes));
    forget(hub, parts[1]);
    const error = await assertRejects(() => composeFiles(context, parts), CasError);
    assert([400, 404].includes(error.status ?? 0));
  }));
