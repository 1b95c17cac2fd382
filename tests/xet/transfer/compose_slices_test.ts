import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
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
import type { TransferContext } from "../../../lib/xet/transfer/context.ts";
import { downloadFile } from "../../../lib/xet/transfer/download_file.ts";
import type { FileName, FileSlice } from "../../../lib/xet/transfer/file_part.ts";
import { uploadFile } from "../../../lib/xet/transfer/upload_file.ts";
import { collect, makeInput, periodic, splitmix, streamOf } from "./test_data.ts";

const MIB = 1 << 20;
const SIZE = 12 * MIB;

/** Transfers to and from an embedded hub. Nothing is known of it but what a test uploads in `known`. */
async function withHub(
  test: (context: TransferContext, hub: EmbeddedHub) => Promise<void>,
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
  });
  try {
    const context = { cas, budget: new MemoryBudget(64 * MIB) };
    await test(context, hub);
    assertEquals(context.budget.used, 0);
  } finally {
    cas.close();
    await hub.close();
  }
}

const slice = ({ hash, size }: FileName, first: number, last: number): FileSlice => ({
  hash,
  size,
  range: { first, last },
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** What has been read and sent since the last time, in bytes. */
function moved({ counters }: EmbeddedHub): { readonly read: number; readonly sent: number } {
  const read = counters.of("cas.data").bytesOut;
  const sent = counters.of("cas.xorb.post").bytesIn;
  counters.reset();
  return { read, sent };
}

const INPUTS: readonly (readonly [string, Uint8Array<ArrayBuffer>])[] = [
  ["random", splitmix(301, SIZE)],
  ["text", makeInput({ kind: "text", seed: 302, size: SIZE })],
  ["zeros", new Uint8Array(SIZE)],
  ["period 4096", periodic(4096, SIZE)],
];

for (const [name, bytes] of INPUTS) {
  Deno.test(`Slices of ${name} are composed to the hash of an upload in one piece`, () =>
    withHub(async (context) => {
      const limits = { xorbLength: 5 * MIB }; // so that there are several terms
      const file = await uploadFile({ ...context, limits }, streamOf(bytes, MIB));
      const { known: _, ...blank } = context;
      const place = fc.integer({ min: 0, max: SIZE - 1 });
      const range = fc.tuple(place, place).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(range, fc.boolean()), { minLength: 1, maxLength: 4 }),
          async (wanted) => {
            const parts = [];
            const pieces = [];
            for (const [[first = 0, last = 0], isSlice] of wanted) {
              // What is not a slice is a part of another kind.
              const piece = isSlice ? bytes.subarray(first, last + 1) : splitmix(first, 70_000);
              pieces.push(piece);
              parts.push(
                isSlice ? slice(file, first, last) : await uploadFile(blank, streamOf(piece)),
              );
            }
            const whole = new Uint8Array(
              await new Blob(pieces.map((p) => p.slice())).arrayBuffer(),
            );
            const composed = await composeFiles(context, parts);
            const expected = await uploadFile(blank, streamOf(whole, MIB));
            assertEquals(composed, { hash: expected.hash, size: whole.length });
          },
        ),
        { numRuns: 10, seed: 1 },
      );
    }));
}

Deno.test("Slices that follow one another are one, and all of a file is the file: nothing moves", () =>
  withHub(async (context, hub) => {
    const file = await uploadFile(context, streamOf(INPUTS[0]?.[1] ?? new Uint8Array(0), MIB));
    const step = MIB + 17;
    const slices = Array.from(
      { length: Math.ceil(SIZE / step) },
      (_, i) => slice(file, i * step, Math.min(SIZE, (i + 1) * step) - 1),
    );
    hub.counters.reset();
    assertEquals(await composeFiles(context, slices), { hash: file.hash, size: SIZE });
    assertEquals(hub.counters.all(), {});
  }));

Deno.test("Of a slice only its ends are sent, and at most one term at each end is read", () =>
  withHub(async (context, hub) => {
    const bytes = splitmix(303, 40 * MIB);
    const limits = { xorbLength: 4 * MIB };
    const file = await uploadFile({ ...context, limits }, streamOf(bytes, MIB));
    assert(file.terms.length >= 10);
    const [first, last] = [5 * MIB + 1, 33 * MIB + 7];
    const parts = [
      slice(file, first, last),
      await uploadFile(context, streamOf(bytes.slice(0, 99))),
    ];
    moved(hub);
    const composed = await composeFiles(context, parts);
    const { read, sent } = moved(hub);
    assert(sent < 5 * 131_072, `${sent} bytes were sent`);
    assert(read < 2 * 4.2 * MIB, `${read} bytes were read`);
    const back = await collect(downloadFile(context, composed));
    assert(equal(back.subarray(0, last + 1 - first), bytes.subarray(first, last + 1)));
  }));

Deno.test("What is known of xorbs spares reading their terms", () =>
  withHub(async (plain, hub) => {
    const context = { ...plain, known: new ChunkIndex(plain.budget) };
    const bytes = splitmix(304, 20 * MIB);
    const file = await uploadFile(context, streamOf(bytes, MIB));
    moved(hub);
    const range = [3 * MIB + 1, 15 * MIB] as const;
    const composed = await composeFiles(context, [slice(file, ...range)]);
    const { read, sent } = moved(hub);
    assert(read + sent < 12 * 131_072, `${read} bytes were read, ${sent} sent`);
    const back = await collect(downloadFile(context, composed));
    assert(equal(back, bytes.subarray(range[0], range[1] + 1)));
  }));

Deno.test("What is put behind a file, or before it, moves with one end of the file only", () =>
  withHub(async (context, hub) => {
    const [bytes, more] = [splitmix(305, 30 * MIB), splitmix(306, 100_000)];
    const limits = { xorbLength: 3 * MIB };
    const file = await uploadFile({ ...context, limits }, streamOf(bytes, MIB));
    const other = await uploadFile(context, streamOf(more));
    const whole = slice(file, 0, file.size - 1);
    for (
      const [parts, pieces] of [
        [[whole, other], [bytes, more]],
        [[other, whole], [more, bytes]],
      ] as const
    ) {
      moved(hub);
      const composed = await composeFiles(context, parts);
      const { sent, read } = moved(hub);
      assert(sent < 4 * 131_072 + 100_000, `${sent} bytes were sent`);
      assert(read < 4 * MIB, `${read} bytes were read`);
      const joined = new Uint8Array(await new Blob([...pieces]).arrayBuffer());
      assertEquals(composed.hash, (await uploadFile(context, streamOf(joined, MIB))).hash);
    }
  }));

Deno.test("A CAS without chunk hashes has all of a slice read, and no more of it sent", () =>
  withHub(async (context, hub) => {
    const bytes = splitmix(307, 10 * MIB);
    const file = await uploadFile(context, streamOf(bytes, MIB));
    moved(hub);
    const composed = await composeFiles(context, [slice(file, 1_000_001, 9 * MIB)]);
    const { sent } = moved(hub);
    assert(sent < 5 * 131_072, `${sent} bytes`);
    const { hash } = await uploadFile(context, streamOf(bytes.slice(1_000_001, 9 * MIB + 1), MIB));
    assertEquals(composed.hash, hash);
  }, { offered: { fileChunkHashes: false } }));

Deno.test("A slice of what the CAS does not have is refused", () =>
  withHub(async (context) => {
    const missing = { hash: "ab".repeat(32), size: 5 * MIB };
    const error = await assertRejects(
      () => composeFiles(context, [slice(missing, 1, 4 * MIB)]),
      CasError,
    );
    assertEquals(error.status, 404);
  }));
