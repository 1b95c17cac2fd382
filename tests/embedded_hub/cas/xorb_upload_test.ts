import { assertEquals, assertMatch } from "@std/assert";
import { compressChunk } from "../../../lib/xet/engine/mod.ts";
import { chunkData, chunkRecord, concat, makeXorb } from "./made_content.ts";
import { foreignToken, json, NOON, refusal, startCas } from "./start_cas.ts";
import { readJsonVector, readVector } from "../../support/vector_chunks.ts";

const XORB = makeXorb(chunkData(1, [20_000, 1, 131_072]));

Deno.test("a xorb is stored once, and its length is told by HEAD", async () => {
  await using cas = startCas();
  const path = `/v1/xorbs/default/${XORB.hash}`;
  assertEquals((await cas.send("HEAD", path)).status, 404);
  assertEquals(await json(cas.send("POST", path, { body: XORB.body })), { was_inserted: true });
  assertEquals(await json(cas.send("POST", path, { body: XORB.body })), { was_inserted: false });
  const head = await cas.send("HEAD", path.replace("default", "default-merkledb"));
  assertEquals([head.status, head.headers.get("content-length")], [
    200,
    String(XORB.body.length),
  ]);
});

Deno.test("xorbs in every serialization of the vectors are taken, with or without a footer", async () => {
  const { xorb_hash } = readJsonVector<{ xorb_hash: string }>("xorb-and-shards.json");
  const serializations = ["xorb-auto", "xorb-lz4", "xorb-bg4", "xorb-auto-footer"];
  for (const name of serializations) {
    await using cas = startCas();
    const path = `/v1/xorbs/default/${xorb_hash}`;
    const body = readVector(`${name}.bin`);
    assertEquals(await json(cas.send("POST", path, { body })), { was_inserted: true }, name);
    const head = await cas.send("HEAD", path);
    const stored = name === "xorb-auto-footer" ? 331_820 : body.length;
    assertEquals(Number(head.headers.get("content-length")), stored, name);
  }
});

Deno.test("two bodies of one xorb sent at once leave a whole one", async () => {
  await using cas = startCas();
  const { xorb_hash } = readJsonVector<{ xorb_hash: string }>("xorb-and-shards.json");
  const bodies = ["xorb-auto.bin", "xorb-lz4.bin", "xorb-bg4.bin"].map(readVector);
  const answers = await Promise.all(
    bodies.map((body) => json(cas.send("POST", `/v1/xorbs/default/${xorb_hash}`, { body }))),
  );
  assertEquals(answers.map((answer) => JSON.stringify(answer)).toSorted(), [
    '{"was_inserted":false}',
    '{"was_inserted":false}',
    '{"was_inserted":true}',
  ]);
});

const data = chunkData(2, [1000])[0] ?? new Uint8Array(0);
const good = chunkRecord(data);
const frame = compressChunk(data, 1);
const tiny = chunkRecord(Uint8Array.of(7));

const REFUSED: Readonly<Record<string, readonly [Uint8Array<ArrayBuffer>, RegExp]>> = {
  "an empty body": [new Uint8Array(0), /empty/],
  "another xorb's chunks": [good, /The body is xorb [0-9a-f]{64}, not/],
  "half a header": [concat([good, good.subarray(0, 5)]), /ends inside a chunk header/],
  "half a payload": [good.subarray(0, 500), /ends inside a chunk/],
  "version 1": [chunkRecord(data, { version: 1 }), /version 1/],
  "scheme 3": [chunkRecord(data, { scheme: 3 }), /scheme 3/],
  "an empty chunk": [chunkRecord(new Uint8Array(0)), /chunk is empty/],
  "a chunk of 131,073 bytes": [chunkRecord(new Uint8Array(131_073)), /131073 bytes is too long/],
  "a payload of 262,145 bytes": [
    chunkRecord(new Uint8Array(262_145), { scheme: 1, length: 5 }),
    /payload of 262145 bytes/,
  ],
  "two lengths that differ": [chunkRecord(data, { length: 999 }), /two lengths differ/],
  "a frame with less than announced": [chunkRecord(frame, { scheme: 1, length: 1001 }), /1000/],
  "a frame with more than announced": [
    chunkRecord(frame, { scheme: 1, length: 999 }),
    /longer than announced/,
  ],
  "no frame": [chunkRecord(data, { scheme: 1 }), /Not an LZ4 frame/],
  "8,193 chunks": [concat(Array.from({ length: 8193 }, () => tiny)), /more than 8192 chunks/],
};

Deno.test("malformed xorbs are refused", async (t) => {
  await using cas = startCas();
  for (const [name, [body, message]] of Object.entries(REFUSED)) {
    await t.step(name, async () => {
      assertMatch(
        await refusal(cas.send("POST", `/v1/xorbs/default/${XORB.hash}`, { body })),
        message,
      );
    });
  }
  assertEquals((await cas.send("HEAD", `/v1/xorbs/default/${XORB.hash}`)).status, 404);
  assertEquals(cas.errors, []);
});

Deno.test("8,192 chunks are taken", async () => {
  await using cas = startCas();
  const xorb = makeXorb(Array.from({ length: 8192 }, () => Uint8Array.of(7)));
  await json(cas.send("POST", `/v1/xorbs/default/${xorb.hash}`, { body: xorb.body }));
});

Deno.test("a xorb of more than 64 MiB and slack is refused, one within the slack is taken", async () => {
  await using cas = startCas({ verify: false });
  const chunk = chunkRecord(new Uint8Array(131_072));
  const within = Array.from({ length: 512 }, () => chunk);
  const path = `/v1/xorbs/default/${XORB.hash}`;
  const over = new Blob([...within, chunk]);
  assertMatch(await refusal(cas.send("POST", path, { body: over })), /larger than 64 MiB/);
  await json(cas.send("POST", path, { body: new Blob(within) }));
});

Deno.test("xorbs are refused without a good token, a known prefix and a hash", async () => {
  await using cas = startCas();
  const path = `/v1/xorbs/default/${XORB.hash}`;
  const { body } = XORB;
  const send = (token: string | null) => refusal(cas.send("POST", path, { body, token }), 401);
  assertMatch(await send(null), /required/);
  assertMatch(await send("hf_local"), /not valid/);
  assertMatch(await send(foreignToken()), /not valid/);
  const claims = { scope: "write", repo: "bucket", exp: NOON / 1000 } as const;
  assertMatch(await send(cas.cas.tokens.issue(claims)), /expired/);
  const read = await refusal(cas.send("POST", path, { body, token: cas.readToken }), 403);
  assertMatch(read, /scope is read/);
  assertMatch(await refusal(cas.send("POST", "/v1/xorbs/default/xyz", { body })), /hash/);
  const other = path.replace("default", "other");
  assertMatch(await refusal(cas.send("POST", other, { body })), /prefix/);
});
