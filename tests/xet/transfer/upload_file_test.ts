import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { EncoderPool } from "../../../lib/xet/engine/mod.ts";
import { ZERO_HASH } from "../../../lib/xet/hash/mod.ts";
import { uploadFile } from "../../../lib/xet/transfer/upload_file.ts";
import { TestCas } from "./test_cas.ts";
import { collect, type Input, makeInput, splitmix, streamOf } from "./test_data.ts";
import { downloadFile } from "../../../lib/xet/transfer/download_file.ts";

interface FileVector {
  readonly name: string;
  readonly input: Input;
  readonly file_hash: string;
  readonly lengths: readonly number[];
}

async function vector<T>(name: string): Promise<T> {
  const url = new URL(`../../vectors/xet/${name}`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

type Encoding = { readonly encoders?: EncoderPool };

/** Each test holds where bytes are encoded in place and where a worker does it. */
function test(name: string, run: (server: TestCas, encoding: Encoding) => Promise<void>): void {
  Deno.test(`${name}, in place`, async () => {
    await using server = new TestCas();
    await run(server, {});
  });
  Deno.test(`${name}, in a worker`, async () => {
    await using server = new TestCas();
    const encoders = new EncoderPool(1);
    await encoders.start();
    assert(encoders.isReady);
    await run(server, { encoders });
    await encoders.close();
  });
}

test("uploadFile() gives the hashes that hf_xet gives", async (server, encoding) => {
  const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(64 << 20) };
  for (const { name, input, file_hash, lengths } of await vector<FileVector[]>("files.json")) {
    const recipe = await uploadFile(context, streamOf(makeInput(input), 100_000));
    assertEquals(recipe.hash, file_hash, name);
    assertEquals(recipe.size, input.size);
    assertEquals(recipe.chunks.count, lengths.length);
    assert(server.files.has(file_hash));
  }
  assertEquals(context.budget.used, 0);
});

test(
  "uploadFile() of 130 MiB gives the hash that hf_xet gives, in several xorbs",
  async (server, encoding) => {
    const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(256 << 20) };
    const { input, file_hash } = await vector<FileVector>("file-130mib.json");
    const bytes = makeInput(input);
    const recipe = await uploadFile(context, streamOf(bytes, 65_536));
    assertEquals(recipe.hash, file_hash);
    assert(server.xorbs.size >= 3);
    for (const { bytes, chunks } of server.xorbs.values()) {
      assert(bytes.length <= 64 << 20 && chunks.totalSize <= 64 << 20);
    }
    assertEquals(context.budget.used, 0);
    const back = await collect(downloadFile(context, recipe));
    assert(equal(back, bytes));
    assertEquals(context.budget.used, 0);
  },
);

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

test(
  "uploadFile() of nothing registers the empty file and stores no xorb",
  async (server, encoding) => {
    const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(1 << 20) };
    const recipe = await uploadFile(context, streamOf(new Uint8Array(0)));
    assertEquals([recipe.hash, recipe.size, recipe.terms.length], [ZERO_HASH, 0, 0]);
    assertEquals(server.files.get(ZERO_HASH), []);
    assertEquals(server.xorbs.size, 0);
  },
);

test(
  "uploadFile() sends equal chunks once and refers to them in few terms",
  async (server, encoding) => {
    const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(64 << 20) };
    const unit = splitmix(5, 3 << 20);
    const twice = new Uint8Array(2 * unit.length);
    twice.set(unit);
    twice.set(unit, unit.length);
    const recipe = await uploadFile(context, streamOf(twice));
    const stored = [...server.xorbs.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert(stored < 3.5 * (1 << 20));
    assert(recipe.terms.length <= 4);
    assertEquals(await collect(downloadFile(context, recipe)), twice);
  },
);

test("uploadFile() keeps the terms of zeros few", async (server, encoding) => {
  const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(64 << 20) };
  const recipe = await uploadFile(context, streamOf(new Uint8Array(64 << 20), 1 << 20));
  assertEquals(recipe.chunks.count, 512);
  assert(recipe.terms.length < 100, `${recipe.terms.length} terms`);
});

test("uploadFile() cuts xorbs at both limits", async (server, encoding) => {
  const budget = new MemoryBudget(64 << 20);
  const cas = server.client();
  await uploadFile(
    { ...encoding, cas, budget, limits: { xorbLength: 300_000 } },
    streamOf(splitmix(6, 1e6)),
  );
  assert(server.xorbs.size >= 4);
  for (const { bytes, chunks } of server.xorbs.values()) {
    assert(bytes.length <= 300_000 && chunks.totalSize <= 300_000);
  }
  server.xorbs.clear();
  await uploadFile(
    { ...encoding, cas, budget, limits: { xorbChunks: 2 } },
    streamOf(splitmix(6, 1e6)),
  );
  for (const { chunks } of server.xorbs.values()) assert(chunks.count <= 2);
});

test("Sixteen uploads share a tiny budget without waiting for ever", async (server, encoding) => {
  const budget = new MemoryBudget(1 << 20);
  const context = {
    ...encoding,
    cas: server.client(),
    budget,
    blocks: budget.blocks,
    limits: { blockLength: 256 << 10 },
  };
  let most = 0;
  server.fault = () => {
    most = Math.max(most, context.budget.used);
    return undefined;
  };
  const inputs = Array.from({ length: 16 }, (_, i) => splitmix(100 + i, 2_000_000));
  const recipes = await Promise.all(inputs.map((bytes) => uploadFile(context, streamOf(bytes))));
  for (const [i, recipe] of recipes.entries()) {
    assert(equal(await collect(downloadFile(context, recipe)), inputs[i] ?? new Uint8Array(0)));
  }
  assert(most <= budget.limit);
  assertEquals([budget.used, budget.blocks.used], [0, 0]);
});

test(
  "An upload whose sender falls silent lets others have the budget",
  async (server, encoding) => {
    const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(2 << 20) };
    const slow = new TransformStream<Uint8Array, Uint8Array>();
    const writer = slow.writable.getWriter();
    const first = splitmix(7, 2_000_000);
    const slowUpload = uploadFile(context, slow.readable);
    await writer.write(first);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert(context.budget.used > 1.6 * (1 << 20)); // so that the other one cannot even begin
    const signal = AbortSignal.timeout(5000);
    await uploadFile(context, streamOf(splitmix(8, 3 << 20)), { signal });
    await writer.close();
    assertEquals((await slowUpload).size, first.length);
    assertEquals(context.budget.used, 0);
  },
);

test(
  "uploadFile() fails, registers nothing and cancels the body when a xorb is refused",
  async (server, encoding) => {
    const context = {
      ...encoding,
      cas: server.client(),
      budget: new MemoryBudget(8 << 20),
      limits: { xorbLength: 200_000 },
    };
    server.fault = (request, answer) =>
      request.url.includes("/v1/xorbs/")
        ? request.bytes().then(() => new Response("no", { status: 403 }))
        : answer();
    let cancelled: unknown;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(crypto.getRandomValues(new Uint8Array(65_536))),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const error = await assertRejects(() => uploadFile(context, endless), CasError);
    assertEquals([error.status, error.retryable], [403, false]);
    assert(cancelled !== undefined);
    assertEquals(server.files.size, 0);
    assertEquals(context.budget.used, 0);
  },
);

test("uploadFile() ends with the error of its body", async (server, encoding) => {
  const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(8 << 20) };
  let pulls = 0;
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ > 30) return controller.error(new RangeError("the sender broke"));
      controller.enqueue(splitmix(pulls, 65_536));
    },
  });
  await assertRejects(() => uploadFile(context, broken), RangeError, "the sender broke");
  assertEquals([server.files.size, context.budget.used], [0, 0]);
});

test(
  "uploadFile() ends when it is aborted, also while its body is silent",
  async (server, encoding) => {
    const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(8 << 20) };
    let cancelled = false;
    const silent = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(splitmix(9, 300_000)),
      cancel: () => {
        cancelled = true;
      },
    });
    const abort = new AbortController();
    const upload = uploadFile(context, silent, { signal: abort.signal });
    setTimeout(() => abort.abort(new RangeError("enough")), 20);
    await assertRejects(() => upload, RangeError, "enough");
    assert(cancelled);
    assertEquals(context.budget.used, 0);
    const early = streamOf(splitmix(9, 10));
    await assertRejects(() => uploadFile(context, early, { signal: abort.signal }), RangeError);
  },
);

test("uploadFile() repeats what fails for a while", async (server, encoding) => {
  const context = { ...encoding, cas: server.client(), budget: new MemoryBudget(8 << 20) };
  const failed = new Set<string>();
  server.fault = (request, answer) => {
    const { pathname } = new URL(request.url);
    if (failed.has(pathname)) return answer();
    failed.add(pathname);
    return request.bytes().then(() => new Response("busy", { status: 503 }));
  };
  const bytes = splitmix(10, 500_000);
  const recipe = await uploadFile(context, streamOf(bytes));
  assertEquals(await collect(downloadFile(context, recipe)), bytes);
});
