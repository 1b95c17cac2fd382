import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createCas } from "../../../lib/embedded_hub/cas/create_cas.ts";
import { openStorage } from "../../../lib/embedded_hub/storage/open_storage.ts";
import { readVector } from "../../support/vector_chunks.ts";
import {
  chunkData,
  chunkRecord,
  concat,
  fileOf,
  makeShard,
  makeXorb,
  recordOf,
} from "./made_content.ts";
import { NOON } from "./start_cas.ts";

/** A CAS without a server, so that thousands of requests take no time. */
function open() {
  const storage = openStorage(undefined);
  const errors: unknown[] = [];
  const cas = createCas({
    ...storage,
    publicUrl: () => "http://cas.test",
    now: () => NOON,
    onError: (error) => errors.push(error),
  });
  const token = cas.tokens.issue({ scope: "write", repo: "bucket", exp: NOON });
  return {
    errors,
    async post(path: string, body: Uint8Array<ArrayBuffer>): Promise<number> {
      const request = new Request(`http://cas.test${path}`, {
        method: "POST",
        body,
        headers: { authorization: `Bearer ${token}` },
      });
      const answer = await cas.handle(request, path, "");
      await answer.body?.cancel();
      return answer.status;
    },
    [Symbol.dispose]: () => storage.close(),
  };
}

/** Some bytes replaced, some cut off the end, some put in. */
function mutations(good: Uint8Array<ArrayBuffer>) {
  return fc.tuple(
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 5 }),
    fc.oneof(fc.constant(good.length), fc.nat(good.length)),
    fc.uint8Array({ maxLength: 60 }),
    fc.nat(good.length),
  ).map(([changes, end, inserted, at]) => {
    const bytes = good.slice();
    for (const [place, value] of changes) bytes[place] = value;
    const cut = bytes.subarray(0, end);
    return concat([cut.subarray(0, at), inserted, cut.subarray(at)]);
  });
}

Deno.test("changed xorbs are refused or are footers that do not count", async () => {
  using cas = open();
  const hash = "578bc584869daa37ae4d81a912bd37073507f31057ee2692a85702f7c7764b0b";
  const whole = readVector("xorb-auto-footer.bin");
  const chunk = new DataView(whole.buffer).getUint32(0, true) >>> 8;
  // The first chunk alone, so that a change always falls into something that matters.
  const good = whole.slice(0, 8 + chunk);
  await fc.assert(
    fc.asyncProperty(mutations(good), async (bytes) => {
      assertEquals(await cas.post(`/v1/xorbs/default/${hash}`, bytes), 400);
    }),
    { numRuns: 300 },
  );
  assertEquals(cas.errors, []);
});

Deno.test("random bytes are neither a xorb nor a shard", async () => {
  using cas = open();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (random) => {
      const bytes = random.slice();
      assertEquals(await cas.post(`/v1/xorbs/default/${"ab".repeat(32)}`, bytes), 400);
      assertEquals(await cas.post("/v1/shards", bytes), 400);
      assertEquals(await cas.post("/v2/shards", bytes), 400);
    }),
    { numRuns: 300 },
  );
  assertEquals(cas.errors, []);
});

Deno.test("changed shards are refused, or say the same or less", async () => {
  using cas = open();
  const xorb = makeXorb(chunkData(1, [9000, 8000, 1]));
  assertEquals(await cas.post(`/v1/xorbs/default/${xorb.hash}`, xorb.body), 200);
  const good = makeShard([fileOf([[xorb, 0, 2], [xorb, 2, 3]])], [recordOf(xorb)]);
  await fc.assert(
    fc.asyncProperty(mutations(good), async (bytes) => {
      const status = await cas.post("/v1/shards", bytes);
      assert(status === 400 || status === 200, `${status}`);
    }),
    { numRuns: 1000 },
  );
  assertEquals(cas.errors, []);
});

Deno.test("counts that announce gigabytes are refused at once", async () => {
  using cas = open();
  const shard = makeShard([{ hash: "ab".repeat(32), terms: [] }], []);
  new DataView(shard.buffer).setUint32(48 + 36, 0xffffffff, true);
  assertEquals(await cas.post("/v1/shards", shard), 400);
  const xorbs = makeShard([], [{ hash: "ab".repeat(32), bytes: 0, chunks: [] }]);
  new DataView(xorbs.buffer).setUint32(96 + 36, 0xffffffff, true);
  assertEquals(await cas.post("/v1/shards", xorbs), 400);
});

Deno.test("a decompression bomb is bounded by its chunks", async () => {
  using cas = open();
  const zeros = new Uint8Array(131_072);
  const bomb = chunkRecord(bombFrame(), { scheme: 1, length: zeros.length });
  const body = concat(Array.from({ length: 64 }, () => bomb));
  const { hash } = makeXorb(Array.from({ length: 64 }, () => zeros));
  assertEquals(await cas.post(`/v1/xorbs/default/${hash}`, body), 200);
  const larger = chunkRecord(bombFrame(), { scheme: 1, length: zeros.length - 1 });
  assertEquals(await cas.post(`/v1/xorbs/default/${hash}`, larger), 400);
  assertEquals(cas.errors, []);
});

/** A frame of a few hundred bytes for 128 KiB of zeros. */
function bombFrame(): Uint8Array<ArrayBuffer> {
  const length = 131_072 - 1 - 5 - 19;
  const run = Uint8Array.from({ length: Math.floor(length / 255) }, () => 255);
  const block = concat([
    Uint8Array.of(0x1f, 0, 1, 0),
    run,
    Uint8Array.of(length % 255, 0x50, 0, 0, 0, 0, 0),
  ]);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, block.length, true);
  return concat([
    Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x50, 0xfb),
    size,
    block,
    new Uint8Array(4),
  ]);
}
