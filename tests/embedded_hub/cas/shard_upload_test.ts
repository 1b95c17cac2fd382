import { assert, assertEquals, assertMatch } from "@std/assert";
import { chunkHash } from "../../../lib/xet/hash/tree.ts";
import { printHash } from "../../../lib/xet/hash/hash.ts";
import { readVector } from "../../support/vector_chunks.ts";
import { vectorInput } from "../../support/vector_input.ts";
import {
  chunkData,
  concat,
  fileOf,
  type MadeFile,
  type MadeXorb,
  type MadeXorbRecord,
  makeShard,
  makeXorb,
  recordOf,
} from "./made_content.ts";
import { json, refusal, startCas, type StartedCas } from "./start_cas.ts";

const XORB = makeXorb(chunkData(1, [20_000, 30_000, 1, 9000]));
const OTHER = makeXorb(chunkData(2, [10_000, 11_000]));
const FILE = fileOf([[XORB, 0, 3], [OTHER], [XORB, 3, 4]]);

async function withXorbs(...xorbs: readonly MadeXorb[]): Promise<StartedCas> {
  const cas = startCas();
  for (const { hash, body } of xorbs) {
    await json(cas.send("POST", `/v1/xorbs/default/${hash}`, { body }));
  }
  return cas;
}

function read(cas: StartedCas, hash: string): Promise<Uint8Array> {
  return new Response(cas.cas.readFile(hash)).bytes();
}

Deno.test("a shard registers its files, and the same shard again changes nothing", async () => {
  await using cas = await withXorbs(XORB, OTHER);
  const body = makeShard([FILE], [recordOf(XORB), recordOf(OTHER)]);
  const shard_hash = printHash(chunkHash(body));
  assertEquals(cas.cas.file(FILE.hash), undefined);
  assertEquals(await json(cas.send("POST", "/v1/shards", { body })), { result: 1, shard_hash });
  assertEquals(await json(cas.send("POST", "/v1/shards", { body })), { result: 0, shard_hash });
  assertEquals(cas.cas.file(FILE.hash), { size: FILE.bytes.length });
  assertEquals(await read(cas, FILE.hash), FILE.bytes);
  const head = await cas.send("HEAD", `/v1/files/${FILE.hash}`);
  assertEquals([head.status, head.headers.get("content-length")], [200, String(FILE.bytes.length)]);
});

Deno.test("a shard may have no xorbs, no files, or nothing", async () => {
  await using cas = await withXorbs(XORB, OTHER);
  const files = makeShard([FILE], []);
  const xorbs = makeShard([], [recordOf(XORB)]);
  for (const body of [files, xorbs, makeShard([], [])]) {
    await json(cas.send("POST", "/v1/shards", { body }));
  }
  assertEquals(await read(cas, FILE.hash), FILE.bytes);
});

Deno.test("the empty file is always known, and may be registered", async () => {
  await using cas = await withXorbs();
  const hash = "0".repeat(64);
  await json(cas.send("POST", "/v1/shards", { body: makeShard([{ hash, terms: [] }], []) }));
  assertEquals(cas.cas.file(hash), { size: 0 });
  assertEquals((await read(cas, hash)).length, 0);
  assertEquals((await cas.send("HEAD", `/v1/files/${hash}`)).headers.get("content-length"), "0");
});

Deno.test("the first of two records of a file counts, and a SHA-256 record is taken", async () => {
  await using cas = await withXorbs(XORB, OTHER);
  const again = fileOf([[XORB, 0, 1], [XORB, 1, 3], [OTHER], [XORB, 3, 4]]);
  assertEquals(again.hash, FILE.hash);
  const body = makeShard([{ ...FILE, sha256: new Uint8Array(32).fill(1) }, again], []);
  await json(cas.send("POST", "/v1/shards", { body }));
  const plan = await json(cas.send("GET", `/v1/reconstructions/${FILE.hash}`));
  assert(typeof plan === "object" && plan !== null && "terms" in plan);
  assertEquals(Array.isArray(plan.terms) && plan.terms.length, 3);
});

Deno.test("shards and xorbs written by @huggingface/hub are taken, and their files read back", async () => {
  for (const [name, kind, seed] of [["text", "text", 11], ["floats", "floats", 12]] as const) {
    await using cas = startCas();
    const shard = readVector(`shard-js-${name}.bin`);
    const view = new DataView(shard.buffer);
    const terms = view.getUint32(48 + 36, true);
    const xorb = printHash(shard, 48 * (2 + 2 * terms + 1));
    await json(
      cas.send("POST", `/v1/xorbs/default/${xorb}`, { body: readVector(`xorb-js-${name}.bin`) }),
    );
    await json(cas.send("POST", "/v1/shards", { body: shard }));
    const bytes = await read(cas, printHash(shard, 48));
    assertEquals(bytes, vectorInput({ kind, seed, size: 150_000 }), name);
  }
});

Deno.test("a shard with lookup tables and a footer is taken", async () => {
  await using cas = startCas();
  const { hash } = { hash: "578bc584869daa37ae4d81a912bd37073507f31057ee2692a85702f7c7764b0b" };
  await json(cas.send("POST", `/v1/xorbs/default/${hash}`, { body: readVector("xorb-auto.bin") }));
  await json(cas.send("POST", "/v1/shards", { body: readVector("shard-local.bin") }));
});

type Change<T> = (value: T) => T;

function changeTerm(change: Change<MadeFile["terms"][number]>): MadeFile {
  return { ...FILE, terms: FILE.terms.map((term, index) => index === 1 ? change(term) : term) };
}

function changeChunk(change: Change<MadeXorbRecord["chunks"][number]>): MadeXorbRecord {
  const record = recordOf(XORB);
  return { ...record, chunks: record.chunks.map((chunk, i) => i === 2 ? change(chunk) : chunk) };
}

const WRONG = new Uint8Array(32).fill(9);
const NEVER = "12".repeat(32);
const GOOD = makeShard([FILE], [recordOf(XORB)]);

const REFUSED: Readonly<Record<string, readonly [Uint8Array<ArrayBuffer>, RegExp]>> = {
  "a term of a xorb that is not stored": [
    makeShard([changeTerm((term) => ({ ...term, xorb: NEVER }))], []),
    /is not stored/,
  ],
  "a term beyond its xorb": [
    makeShard([changeTerm((term) => ({ ...term, end: 3 }))], []),
    /chunks 0 to 3 of a xorb of 2/,
  ],
  "a term without chunks": [
    makeShard([changeTerm((term) => ({ ...term, end: 0 }))], []),
    /chunks 0 to 0/,
  ],
  "a term that runs backwards": [
    makeShard([changeTerm((term) => ({ ...term, start: 2, end: 1 }))], []),
    /chunks 2 to 1/,
  ],
  "a term with a wrong byte count": [
    makeShard([changeTerm((term) => ({ ...term, bytes: term.bytes + 1 }))], []),
    /has 21000 bytes, not 21001/,
  ],
  "a term with a wrong verification hash": [
    makeShard([changeTerm((term) => ({ ...term, verification: WRONG }))], []),
    /verification hash of term 1/,
  ],
  "no verification hashes": [
    makeShard([{ ...FILE, verified: false }], []),
    /no verification hashes/,
  ],
  "verification hashes for one file of two": [
    makeShard([FILE, { ...fileOf([[XORB]]), verified: false }], []),
    /no verification hashes/,
  ],
  "a file hash of other chunks": [
    makeShard([{ ...FILE, hash: NEVER }], []),
    /not made of the chunks/,
  ],
  "the empty file's hash with terms": [
    makeShard([{ ...FILE, hash: "0".repeat(64) }], []),
    /not made of the chunks/,
  ],
  "a file without terms that is not the empty one": [
    makeShard([{ hash: NEVER, terms: [] }], []),
    /not made of the chunks/,
  ],
  "terms in another order": [
    makeShard([{ ...FILE, terms: FILE.terms.toReversed() }], []),
    /not made of the chunks/,
  ],
  "unknown flags of a file": [makeShard([{ ...FILE, flags: 0x80000001 }], []), /unknown flags/],
  "a xorb that is not stored": [
    makeShard([], [{ ...recordOf(XORB), hash: NEVER }]),
    /is not stored/,
  ],
  "a xorb with fewer chunks": [
    makeShard([], [{ ...recordOf(XORB), chunks: recordOf(XORB).chunks.slice(1) }]),
    /has 4 chunks, the shard says 3/,
  ],
  "a xorb with other bytes": [
    makeShard([], [{ ...recordOf(XORB), bytes: 1 }]),
    /does not have the 1 bytes/,
  ],
  "a wrong chunk hash": [
    makeShard([], [changeChunk((chunk) => ({ ...chunk, hash: WRONG }))]),
    /hash of chunk 2/,
  ],
  "a wrong chunk length": [
    makeShard([], [changeChunk((chunk) => ({ ...chunk, length: 2 }))]),
    /length of chunk 2/,
  ],
  "a wrong chunk offset": [
    makeShard([], [changeChunk((chunk) => ({ ...chunk, start: 3 }))]),
    /offset of chunk 2/,
  ],
  "no bytes": [new Uint8Array(0), /Not a shard/],
  "another tag": [concat([Uint8Array.of(1), GOOD.subarray(1)]), /Not a shard/],
  "version 3": [changed(GOOD, 32, 3), /version 3/],
  "an unknown footer": [changed(GOOD, 40, 7), /footer of 7 bytes/],
  "no second end mark": [GOOD.subarray(0, GOOD.length - 48), /ends inside a section/],
  "half a file record": [GOOD.subarray(0, 48 * 4), /ends inside a file record/],
  "half a xorb record": [GOOD.subarray(0, GOOD.length - 96), /ends inside a xorb record/],
};

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

Deno.test("shards that state something wrong are refused", async (t) => {
  await using cas = await withXorbs(XORB, OTHER);
  for (const [name, [body, message]] of Object.entries(REFUSED)) {
    await t.step(name, async () => {
      assertMatch(await refusal(cas.send("POST", "/v1/shards", { body })), message);
      const streamed = await cas.send("POST", "/v2/shards", { body });
      const last = (await streamed.text()).trim().split("\n").at(-1) ?? "";
      const told = JSON.parse(last);
      // What is malformed is refused at once, what is untrue in the stream.
      assertMatch(streamed.status === 200 ? told.message : told.error, message);
      if (streamed.status === 200) assertEquals([told.type, told.retryable], ["error", false]);
      else assertEquals(streamed.status, 400);
    });
  }
  assertEquals(cas.cas.file(FILE.hash), undefined);
  assertEquals(cas.errors, []);
});

Deno.test("a shard of more than 64 MiB is refused", async () => {
  await using cas = startCas();
  const body = new Blob([GOOD, new Uint8Array(64 * 1024 * 1024)]);
  assertMatch(await refusal(cas.send("POST", "/v1/shards", { body })), /larger than 64 MiB/);
});

Deno.test("shards are refused without a write token", async () => {
  await using cas = startCas();
  for (const path of ["/v1/shards", "/v2/shards"]) {
    await refusal(cas.send("POST", path, { body: GOOD, token: null }), 401);
    await refusal(cas.send("POST", path, { body: GOOD, token: cas.readToken }), 403);
  }
});

Deno.test("without verification hashes are believed and the bytes still read back", async () => {
  await using cas = startCas({ verify: false });
  await json(cas.send("POST", `/v1/xorbs/default/${XORB.hash}`, { body: XORB.body }));
  const file = fileOf([[XORB]]);
  const body = makeShard([{ ...file, hash: NEVER }], [recordOf(XORB)]);
  await json(cas.send("POST", "/v1/shards", { body }));
  assertEquals(await read(cas, NEVER), file.bytes);
  const first = printHash(XORB.chunks[0]?.hash ?? new Uint8Array(0));
  const dedup = await cas.send("GET", `/v1/chunks/default/${first}`);
  assertEquals(dedup.status, 200);
  await dedup.body?.cancel();
  const beyond = makeShard([changeTerm((term) => ({ ...term, xorb: XORB.hash, end: 9 }))], []);
  assertMatch(await refusal(cas.send("POST", "/v1/shards", { body: beyond })), /not stored|within/);
});
