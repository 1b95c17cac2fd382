import { assert, assertEquals } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHubOptions } from "../../../lib/create_embedded_hub.ts";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import { composeFiles } from "../../../lib/xet/transfer/compose_files.ts";
import { downloadFile } from "../../../lib/xet/transfer/download_file.ts";
import { uploadFile } from "../../../lib/xet/transfer/upload_file.ts";
import type { TransferContext } from "../../../lib/xet/transfer/context.ts";
import { collect, makeInput, splitmix, streamOf } from "./test_data.ts";

/** Transfers to and from an embedded hub, whose CAS shares no reader and no check with them. */
async function withHub(
  options: EmbeddedHubOptions,
  test: (context: TransferContext) => Promise<void>,
) {
  const hub = await createEmbeddedHub(options);
  const authorization = `Bearer ${hub.token}`;
  const bucket = `${hub.url}/api/buckets/local/transfers`;
  const created = await fetch(bucket, { method: "POST", headers: { authorization } });
  assert(created.ok);
  await created.body?.cancel();
  const cas = new CasClient({
    token: async (scope) => {
      const answer = await fetch(`${bucket}/xet-${scope}-token`, { headers: { authorization } });
      return await answer.json();
    },
    retry: { attempts: 2, baseMs: 1, maxMs: 2 },
  });
  try {
    const context = { cas, budget: new MemoryBudget(32 << 20) };
    await test(context);
    assertEquals(context.budget.used, 0);
  } finally {
    cas.close();
    await hub.close();
  }
}

Deno.test("Uploads, downloads and compositions against an embedded hub", async () => {
  await withHub({}, async (context) => {
    const bytes = new Uint8Array(9_000_000);
    bytes.set(splitmix(71, 4_000_000));
    bytes.set(makeInput({ kind: "text", seed: 72, size: 2_000_000 }), 4_000_000);
    const small = { ...context, limits: { xorbLength: 1_000_000, windowLength: 700_000 } };
    const whole = await uploadFile(small, streamOf(bytes));
    assertEquals(await collect(downloadFile(small, whole)), bytes);
    const range = { first: 3_900_000, last: 6_100_000 };
    assertEquals(
      await collect(downloadFile(context, whole, { range })),
      bytes.slice(range.first, range.last + 1),
    );
    const parts = [];
    for (const [from, to] of [[0, 3_000_000], [3_000_000, 3_000_001], [3_000_001, 9_000_000]]) {
      parts.push(await uploadFile(context, streamOf(bytes.subarray(from, to))));
    }
    const composed = await composeFiles(context, parts);
    assertEquals(composed.hash, whole.hash);
    assertEquals(await context.cas.fileSize(whole.hash), bytes.length);
    assertEquals(await context.cas.fileSize("ab".repeat(32)), undefined);
    const empty = await uploadFile(context, streamOf(new Uint8Array(0)));
    assertEquals((await collect(downloadFile(context, empty))).length, 0);
  });
});

Deno.test("Downloads from an embedded hub that offers only version 1", async () => {
  await withHub({ offered: { reconstructionsV2: false, shardsV2: false } }, async (context) => {
    const bytes = splitmix(73, 1_500_000);
    const file = await uploadFile(context, streamOf(bytes));
    assertEquals(await collect(downloadFile(context, file)), bytes);
  });
});
