import { assert, assertEquals } from "@std/assert";
import { dedupAnswer } from "../../../lib/embedded_hub/cas/dedup_answer.ts";
import { XorbTable } from "../../../lib/embedded_hub/cas/xorb_table.ts";
import { hashModulo, parseHash, printHash } from "../../../lib/xet/hash/hash.ts";
import { chunkHash, hmacHash } from "../../../lib/xet/hash/tree.ts";
import { packXorbTable } from "../../../lib/embedded_hub/cas/xorb_table.ts";
import { readJsonVector, readVector } from "../../support/vector_chunks.ts";
import { splitmixBytes } from "../../support/vector_input.ts";
import { chunkData, fileOf, type MadeXorb, makeShard, makeXorb, recordOf } from "./made_content.ts";
import { json, NOON, refusal, startCas, type StartedCas } from "./start_cas.ts";

interface Vector {
  readonly chunk_hashes: readonly string[];
  readonly lengths: readonly number[];
  readonly hmac_key: string;
  readonly xorb_hash: string;
}

Deno.test("the answer has the sections of the vectors' keyed shard", () => {
  const vector = readJsonVector<Vector>("xorb-and-shards.json");
  let end = 0;
  const entries = vector.chunk_hashes.map((hash, index) => {
    end += vector.lengths[index] ?? 0;
    return { hash: parseHash(hash), storedEnd: 331_820, uncompressedEnd: end };
  });
  const made = dedupAnswer([{ hash: vector.xorb_hash, table: packXorbTable(entries) }], {
    key: parseHash(vector.hmac_key),
    created: 1,
    expires: 2,
    eligible: () => false,
  });
  const native = readVector("shard-keyed.bin");
  // The native one leaves the stored length out.
  new DataView(native.buffer).setUint32(96 + 44, 331_820, true);
  const sections = 48 * (4 + entries.length);
  assertEquals(made.slice(0, sections), native.slice(0, sections));
  const view = new DataView(made.buffer);
  const words = [0, 8, 16, 24, 32, 40, 48, 56, 64].map((at) =>
    Number(view.getBigUint64(sections + at, true))
  );
  assertEquals(words, [1, 48, 96, sections, 0, sections, 0, sections, 0]);
  assertEquals(printHash(made, sections + 72), vector.hmac_key);
  const tail = [104, 112, 168, 176, 184, 192].map((at) =>
    Number(view.getBigUint64(sections + at, true))
  );
  assertEquals(tail, [1, 2, 331_820, end, 331_820, sections]);
  assertEquals(made.length, sections + 200);
  assert(new XorbTable(packXorbTable(entries).bytes).count === 9);
});

/** A chunk whose hash is 0 modulo 1024. */
function eligibleChunk(): Uint8Array<ArrayBuffer> {
  for (let seed = 0;; seed++) {
    const data = splitmixBytes(seed, 64);
    if (hashModulo(chunkHash(data), 1024) === 0) return data;
  }
}

async function store(cas: StartedCas, xorb: MadeXorb): Promise<void> {
  await json(cas.send("POST", `/v1/xorbs/default/${xorb.hash}`, { body: xorb.body }));
  const shard = makeShard([fileOf([[xorb, 1], [xorb, 0, 1]])], [recordOf(xorb)]);
  await json(cas.send("POST", "/v1/shards", { body: shard }));
}

Deno.test("the first chunk of a file and chunks of hash 0 modulo 1024 are answered, others not", async () => {
  await using cas = startCas();
  const xorb = makeXorb([...chunkData(1, [9000, 9001, 9002]), eligibleChunk()]);
  const [inner, first, other, sampled] = xorb.chunks.map(({ hash }) => printHash(hash));
  const ask = (hash = "", prefix = "default") => cas.send("GET", `/v1/chunks/${prefix}/${hash}`);
  await refusal(ask(first), 404);
  await store(cas, xorb);
  for (const [hash, prefix] of [[first, "default"], [sampled, "default-merkledb"]]) {
    const answer = await ask(hash, prefix);
    assertEquals(answer.status, 200);
    const shard = await answer.bytes();
    const view = new DataView(shard.buffer);
    const footer = Number(view.getBigUint64(shard.length - 8, true));
    const key = shard.slice(footer + 72, footer + 104);
    assertEquals(Number(view.getBigUint64(footer + 112, true)), NOON / 1000 + 7 * 86_400);
    assertEquals(printHash(shard, 96), xorb.hash);
    const keyed = xorb.chunks.map(({ hash }) => printHash(hmacHash(key, hash)));
    assertEquals(keyed.map((_, index) => printHash(shard, 144 + 48 * index)), keyed);
    const flags = keyed.map((_, index) => view.getUint32(144 + 48 * index + 40, true));
    assertEquals(flags, [0, 0, 0, 0x80000000]);
  }
  await refusal(ask(inner), 404);
  await refusal(ask(other), 404);
  await refusal(ask("xyz"));
  await refusal(ask(first, "other"));
  await refusal(cas.send("GET", `/v1/chunks/default/${first}`, { token: null }), 401);
});

Deno.test("the answer tells of the xorbs that were registered together, the one with the chunk first", async () => {
  await using cas = startCas();
  const xorbs = [5, 6, 7].map((seed) => makeXorb(chunkData(seed, [9000 + seed, 20_000])));
  const [, second] = xorbs;
  assert(second !== undefined);
  for (const { hash, body } of xorbs) {
    await json(cas.send("POST", `/v1/xorbs/default/${hash}`, { body }));
  }
  const shard = makeShard([fileOf([[second, 0]])], xorbs.map(recordOf));
  await json(cas.send("POST", "/v1/shards", { body: shard }));
  const asked = printHash(second.chunks[0]?.hash ?? new Uint8Array(32));
  const answer = await (await cas.send("GET", `/v1/chunks/default/${asked}`)).bytes();
  const told = [0, 1, 2].map((i) => printHash(answer, 96 + 48 * 3 * i));
  assertEquals(told, [1, 0, 2].map((i) => xorbs[i]?.hash));
});

Deno.test("a xorb that the CAS has forgotten is not answered, and its file can be registered anew", async () => {
  await using cas = startCas();
  const xorb = makeXorb(chunkData(8, [9000, 9001]));
  await store(cas, xorb);
  const [, first] = xorb.chunks.map(({ hash }) => printHash(hash));
  cas.cas.forgetXorb(xorb.hash);
  await refusal(cas.send("GET", `/v1/chunks/default/${first}`), 404);
  assertEquals((await cas.send("HEAD", `/v1/xorbs/default/${xorb.hash}`)).status, 404);
  const shard = makeShard([fileOf([[xorb, 1], [xorb, 0, 1]])], []);
  await refusal(cas.send("POST", "/v1/shards", { body: shard }));
  await store(cas, xorb);
  assert((await (await cas.send("GET", `/v1/chunks/default/${first}`)).bytes()).length > 200);
});
