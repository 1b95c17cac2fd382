import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { DecoderPool } from "../../../lib/xet/engine/mod.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { ZERO_HASH } from "../../../lib/xet/hash/mod.ts";
import type { FileRecipe, TransferContext } from "../../../lib/xet/transfer/context.ts";
import { downloadFile } from "../../../lib/xet/transfer/download_file.ts";
import { ReadPool } from "../../../lib/xet/transfer/read_pool.ts";
import { uploadFile } from "../../../lib/xet/transfer/upload_file.ts";
import { TestCas } from "./test_cas.ts";
import { collect, makeInput, splitmix, streamOf } from "./test_data.ts";

const SIZE = 2_500_000;
/** Many spans and pieces, and no file small enough to be held until it is verified. */
const LIMITS = {
  spanLength: 300_000,
  windowLength: 300_000,
  smallWindowLength: 70_000,
  holdLength: 0,
  pieceLength: 100_000,
};

/** Text, random bytes, the text again and zeros: dedup, compression, several xorbs. */
function mixed(): Uint8Array<ArrayBuffer> {
  const text = makeInput({ kind: "text", seed: 51, size: 700_000 });
  const bytes = new Uint8Array(SIZE);
  bytes.set(text);
  bytes.set(splitmix(52, 800_000), 700_000);
  bytes.set(text, 1_500_000);
  return bytes;
}

async function stored(
  server: TestCas,
  bytes: Uint8Array = mixed(),
  limits: TransferContext["limits"] = LIMITS,
): Promise<TransferContext & { readonly recipe: FileRecipe }> {
  const context = { cas: server.client(), budget: new MemoryBudget(16 << 20), limits };
  const small = { ...context, limits: { ...limits, xorbLength: 600_000 } };
  return { ...context, recipe: await uploadFile(small, streamOf(bytes)) };
}

const isData = (request: Request) => request.url.includes("/data?");

/** An answer with a wrong bit in its first chunk. */
async function flipped(answer: () => Promise<Response>): Promise<Response> {
  const body = await (await answer()).bytes();
  body[100] = (body[100] ?? 0) ^ 1;
  return new Response(body, { status: 206 });
}

async function settled(context: TransferContext) {
  for (let i = 0; i < 100 && context.budget.used > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertEquals(context.budget.used, 0);
}

for (const v1Only of [false, true]) {
  Deno.test(`downloadFile() gives any range, with version ${v1Only ? 1 : 2} of the API`, async () => {
    await using server = new TestCas();
    server.v1Only = v1Only;
    const bytes = mixed();
    const context = await stored(server, bytes);
    assertEquals(await collect(downloadFile(context, context.recipe)), bytes);
    await fc.assert(
      fc.asyncProperty(fc.nat(SIZE - 1), fc.nat(SIZE - 1), async (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const stream = downloadFile(context, context.recipe, { range: { first, last } });
        assertEquals(await collect(stream), bytes.slice(first, last + 1));
      }),
      { numRuns: 30, examples: [[0, 0], [SIZE - 1, SIZE - 1], [0, SIZE - 1]] },
    );
    assertEquals(context.budget.used, 0);
  });
}

Deno.test("downloadFile() gives the same with workers", async () => {
  await using server = new TestCas();
  const decoders = new DecoderPool(1);
  await decoders.start();
  assert(decoders.isReady);
  const bytes = mixed();
  const { recipe, ...rest } = await stored(server, bytes);
  const pool = new ReadPool({ ...rest, decoders });
  for (const range of [undefined, { first: 123_456, last: 2_345_678 }, { first: 9, last: 9 }]) {
    const stream = downloadFile({ ...rest, pool }, recipe, { range });
    assertEquals(
      await collect(stream),
      range ? bytes.slice(range.first, range.last + 1) : bytes,
    );
  }
  const { holdLength: _, ...limits } = LIMITS;
  server.fault = (request, answer) => isData(request) ? flipped(answer) : undefined;
  const fresh = new ReadPool({ ...rest, decoders });
  await assertRejects(
    () => collect(downloadFile({ ...rest, limits, pool: fresh }, recipe)),
    XetFormatError,
  );
  await settled(rest);
  await decoders.close();
});

Deno.test("downloadFile() of the empty file asks nobody", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(1 << 20) };
  assertEquals((await collect(downloadFile(context, { hash: ZERO_HASH, size: 0 }))).length, 0);
  assertEquals(server.requests, []);
  await assertRejects(
    () => collect(downloadFile(context, { hash: "ab".repeat(32), size: 0 })),
    XetFormatError,
  );
});

Deno.test("downloadFile() refuses a range that is not in the file", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(1 << 20) };
  const file = { hash: "ab".repeat(32), size: 10 };
  for (const [first, last] of [[0, 10], [-1, 3], [4, 3], [0.5, 3]] as const) {
    assertThrows(() => downloadFile(context, file, { range: { first, last } }), RangeError);
  }
});

Deno.test("downloadFile() never gives out the end of a file with a wrong bit", async () => {
  await using server = new TestCas();
  const bytes = splitmix(53, SIZE);
  const context = await stored(server, bytes);
  for (const position of [100, 300_000, 450_000]) {
    server.fault = (request, answer) => {
      if (!isData(request)) return undefined;
      const [, from = "", to = ""] = /(\d+)-(\d+)/.exec(request.headers.get("range") ?? "") ?? [];
      if (Number(from) > position || Number(to) < position) return undefined;
      return answer().then(async (response) => {
        const body = await response.bytes();
        const at = position - Number(from);
        body[at] = (body[at] ?? 0) ^ 4;
        return new Response(body, { status: 206 });
      });
    };
    let received = 0;
    await assertRejects(async () => {
      for await (const piece of downloadFile(context, context.recipe)) received += piece.length;
    }, XetFormatError);
    assert(received < SIZE);
    await settled(context);
  }
});

Deno.test("downloadFile() of a small file fetches it once more when a bit is wrong", async () => {
  await using server = new TestCas();
  const bytes = splitmix(54, SIZE);
  const context = await stored(server, bytes, { ...LIMITS, holdLength: SIZE });
  let flips = 1;
  server.fault = (request, answer) => isData(request) && flips-- > 0 ? flipped(answer) : undefined;
  assertEquals(await collect(downloadFile(context, context.recipe)), bytes);
  assert(flips < 0);
  flips = Infinity;
  let received = 0;
  await assertRejects(async () => {
    for await (const piece of downloadFile(context, context.recipe)) received += piece.length;
  }, XetFormatError);
  assertEquals(received, 0);
  await settled(context);
});

Deno.test("downloadFile() fetches chunks whose hashes are known once more when a bit is wrong", async () => {
  await using server = new TestCas();
  const bytes = splitmix(57, SIZE);
  const { recipe, ...rest } = await stored(server, bytes);
  const context = { ...rest, pool: new ReadPool(rest) };
  context.pool.known.addFile(recipe);
  for (const range of [undefined, { first: 1_000_000, last: 2_000_000 }]) {
    let flips = 1;
    server.fault = (request, answer) =>
      isData(request) && flips-- > 0 ? flipped(answer) : undefined;
    assertEquals(
      await collect(downloadFile(context, recipe, { range })),
      range ? bytes.slice(range.first, range.last + 1) : bytes,
    );
    assert(flips < 0);
    flips = Infinity;
    context.pool.cache.clear();
    const stream = downloadFile(context, recipe, { range });
    await assertRejects(() => collect(stream), XetFormatError, "wrong hash");
    await settled(context);
  }
});

Deno.test("downloadFile() asks again when stored bytes break off, and errors when they always do", async () => {
  await using server = new TestCas();
  const bytes = mixed();
  const context = await stored(server, bytes);
  let broken = 0;
  const truncate = (answer: () => Promise<Response>) =>
    answer().then(async (response) => {
      broken++;
      const body = await response.bytes();
      return new Response(body.subarray(0, body.length - 1), { status: 206 });
    });
  server.fault = (request, answer) => isData(request) && broken < 2 ? truncate(answer) : undefined;
  assertEquals(await collect(downloadFile(context, context.recipe)), bytes);
  assertEquals(broken, 2);
  server.fault = (request, answer) => isData(request) ? truncate(answer) : undefined;
  const error = await assertRejects(
    () => collect(downloadFile(context, context.recipe)),
    CasError,
    "missing",
  );
  assert(!error.message.includes("secret"));
  await settled(context);
});

Deno.test("downloadFile() renews URLs that expired, and gives up when that does not help", async () => {
  await using server = new TestCas();
  const bytes = mixed();
  const context = await stored(server, bytes);
  let refused = 0;
  server.fault = (request) =>
    isData(request) && refused++ < 2
      ? Promise.resolve(new Response("expired", { status: 403 }))
      : undefined;
  assertEquals(await collect(downloadFile(context, context.recipe)), bytes);
  server.fault = (request) =>
    isData(request) ? Promise.resolve(new Response("expired", { status: 403 })) : undefined;
  const error = await assertRejects(
    () => collect(downloadFile(context, context.recipe)),
    CasError,
  );
  assertEquals([error.status, error.retryable], [undefined, true]);
  await settled(context);
});

Deno.test("downloadFile() takes a server that ignores ranges", async () => {
  await using server = new TestCas();
  const bytes = mixed();
  const context = await stored(server, bytes);
  server.fault = (request) => {
    if (!isData(request)) return undefined;
    const xorb = server.xorbs.get(new URL(request.url).searchParams.get("xorb") ?? "");
    return Promise.resolve(new Response(xorb?.bytes));
  };
  const range = { first: 100_000, last: 2_400_000 };
  assertEquals(
    await collect(downloadFile(context, context.recipe, { range })),
    bytes.slice(100_000, 2_400_001),
  );
});

Deno.test("downloadFile() errors on reconstructions that do not add up", async () => {
  await using server = new TestCas();
  const context = await stored(server);
  // deno-fmt-ignore
  const changes: readonly ((json: { terms: { unpacked_length: number; range: { start: number; end: number } }[]; offset_into_first_range: number; xorbs: object }) => void)[] = [
    (json) => json.terms.pop(),
    (json) => json.terms = [],
    (json) => json.terms.forEach((term) => term.unpacked_length += 1),
    (json) => json.terms.forEach((term) => term.range.end = term.range.start),
    (json) => json.terms.forEach((term) => term.range.end += 1),
    (json) => json.offset_into_first_range = 2 ** 40,
    (json) => json.offset_into_first_range += 1,
    (json) => json.offset_into_first_range = -1,
    (json) => json.xorbs = {},
  ];
  for (const change of changes) {
    server.fault = (request, answer) =>
      request.url.includes("/reconstructions/")
        ? answer().then(async (response) => {
          const json = await response.json();
          change(json);
          return Response.json(json);
        })
        : undefined;
    await assertRejects(
      () => collect(downloadFile(context, context.recipe)),
      XetFormatError,
      undefined,
      String(change),
    );
    await settled(context);
  }
});

Deno.test("downloadFile() errors when the hash is that of another file", async () => {
  await using server = new TestCas();
  const context = await stored(server);
  const other = await uploadFile(context, streamOf(splitmix(55, SIZE)));
  server.files.set(other.hash, server.files.get(context.recipe.hash) ?? []);
  await assertRejects(() => collect(downloadFile(context, other)), XetFormatError);
});

Deno.test("downloadFile() of an unknown file errors with 404", async () => {
  await using server = new TestCas();
  const context = { cas: server.client(), budget: new MemoryBudget(1 << 20) };
  const error = await assertRejects(
    () => collect(downloadFile(context, { hash: "ab".repeat(32), size: 5 })),
    CasError,
  );
  assertEquals([error.status, error.retryable], [404, false]);
});

Deno.test("downloadFile() fetches only while somebody reads, and stops when cancelled", async () => {
  await using server = new TestCas();
  const context = await stored(server);
  const before = server.requests.length;
  const stream = downloadFile(context, context.recipe);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(server.requests.length, before);
  const reader = stream.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(server.count(/GET \/v2\/reconstructions/), 1);
  assert(context.budget.used > 0 && context.budget.used < 1_500_000);
  await reader.cancel("enough");
  assertEquals(context.budget.used, 0);
});

Deno.test("downloadFile() stops when cancelled while it waits for the CAS", async () => {
  await using server = new TestCas();
  const context = await stored(server);
  const held = Promise.withResolvers<void>();
  server.fault = (request, answer) =>
    isData(request) ? held.promise.then(() => answer()) : undefined;
  const reader = downloadFile(context, context.recipe).getReader();
  const read = reader.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await reader.cancel("enough");
  assertEquals((await read).done, true);
  assertEquals(context.budget.used, 0);
  held.resolve();
});

Deno.test("downloadFile() errors when it is aborted, at any time", async () => {
  await using server = new TestCas();
  const context = await stored(server);
  const reason = new RangeError("enough");
  await assertRejects(
    () => collect(downloadFile(context, context.recipe, { signal: AbortSignal.abort(reason) })),
    RangeError,
  );
  for (const when of ["idle", "reading"]) {
    const abort = new AbortController();
    const reader = downloadFile(context, context.recipe, { signal: abort.signal }).getReader();
    await reader.read();
    const pending = when === "reading" ? reader.read() : undefined;
    abort.abort(reason);
    if (pending !== undefined) await pending.catch((error) => assertEquals(error, reason));
    await assertRejects(async () => {
      while (!(await reader.read()).done);
    }, RangeError);
    await settled(context);
  }
});

Deno.test("downloadFile() goes on block by block when there is no budget", async () => {
  await using server = new TestCas();
  const bytes = mixed();
  const context = await stored(server, bytes);
  const all = context.budget.tryAcquire(context.budget.limit);
  assertEquals(await collect(downloadFile(context, context.recipe)), bytes);
  all?.release();
  assertEquals(context.budget.used, 0);
});

Deno.test("Downloads that feed uploads do not wait for each other in a small budget", async () => {
  await using server = new TestCas();
  const { recipe, cas } = await stored(server);
  const context = { cas, budget: new MemoryBudget(1 << 20), limits: LIMITS };
  const copies = await Promise.all(
    Array.from({ length: 8 }, () => uploadFile(context, downloadFile(context, recipe))),
  );
  for (const { hash } of copies) assertEquals(hash, recipe.hash);
  assertEquals(context.budget.used, 0);
});

Deno.test("Whoever reads a download may overwrite its pieces", async () => {
  await using server = new TestCas();
  const unit = splitmix(56, 400_000);
  const bytes = new Uint8Array(5 * unit.length);
  for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
  const context = await stored(server, bytes, {});
  assert(context.recipe.terms.length > 1);
  let position = 0;
  for await (const piece of downloadFile(context, context.recipe)) {
    assertEquals(piece, bytes.subarray(position, position += piece.length));
    piece.fill(0);
  }
  assertEquals(position, bytes.length);
});
