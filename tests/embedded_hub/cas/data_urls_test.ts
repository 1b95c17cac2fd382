import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { chunkData, concat, fileOf, makeShard, makeXorb } from "./made_content.ts";
import { json, NOON, refusal, startCas, type StartedCas } from "./start_cas.ts";

interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

interface AnswerV2 {
  readonly offset_into_first_range: number;
  readonly terms: readonly {
    readonly hash: string;
    readonly unpacked_length: number;
    readonly range: ByteSpan;
  }[];
  readonly xorbs: Readonly<
    Record<
      string,
      readonly {
        readonly url: string;
        readonly ranges: readonly { readonly chunks: ByteSpan; readonly bytes: ByteSpan }[];
      }[]
    >
  >;
}

const ONE = makeXorb(chunkData(1, [9000, 8000, 12_000, 1, 700, 30_000]));
const TWO = makeXorb(chunkData(2, [10_000, 11_000, 5]));
/** Jumps to and fro, with a gap in the first xorb that no term covers. */
const FILE = fileOf([[ONE, 0, 2], [TWO, 1, 3], [ONE, 4, 6], [TWO, 0, 2], [ONE, 1, 2]]);

async function withFile(
  options: Parameters<typeof startCas>[0] = {},
): Promise<StartedCas> {
  const cas = startCas(options);
  for (const { hash, body } of [ONE, TWO]) {
    await json(cas.send("POST", `/v1/xorbs/default/${hash}`, { body }));
  }
  await json(cas.send("POST", "/v1/shards", { body: makeShard([FILE], []) }));
  return cas;
}

async function plan(cas: StartedCas, range?: string): Promise<AnswerV2> {
  const headers = range === undefined ? {} : { range };
  const answer = cas.send("GET", `/v2/reconstructions/${FILE.hash}`, { headers });
  // The shape is what the test is about: a wrong one fails it.
  return await json(answer) as AnswerV2;
}

function fetchData(cas: StartedCas, url: string, range?: string): Promise<Response> {
  return cas.send("GET", url, {
    token: null,
    ...(range === undefined ? {} : { headers: { range } }),
  });
}

function spans(ranges: readonly { readonly bytes: ByteSpan }[]): string {
  return `bytes=${ranges.map(({ bytes }) => `${bytes.start}-${bytes.end}`).join(",")}`;
}

/** Puts a range of the file together as a client does, one request for each range. */
async function assemble(cas: StartedCas, answer: AnswerV2, length: number): Promise<Uint8Array> {
  const chunks = new Map<string, Uint8Array>();
  for (const [xorb, entries] of Object.entries(answer.xorbs)) {
    for (const { url, ranges } of entries) {
      for (const range of ranges) {
        const body = await (await fetchData(cas, url, spans([range]))).bytes();
        let at = 0;
        for (let chunk = range.chunks.start; chunk < range.chunks.end; chunk++) {
          const size = new DataView(body.buffer).getUint32(at, true) >>> 8;
          chunks.set(`${xorb} ${chunk}`, body.subarray(at + 8, at + 8 + size));
          at += 8 + size;
        }
        assertEquals(at, body.length);
      }
    }
  }
  const pieces: Uint8Array[] = [];
  for (const { hash, range, unpacked_length } of answer.terms) {
    const term: Uint8Array[] = [];
    for (let chunk = range.start; chunk < range.end; chunk++) {
      term.push(chunks.get(`${hash} ${chunk}`) ?? new Uint8Array(0));
    }
    assertEquals(concat(term).length, unpacked_length);
    pieces.push(...term);
  }
  const { offset_into_first_range: offset } = answer;
  return concat(pieces).subarray(offset, offset + length);
}

Deno.test("any range of a file can be put together from what is answered", async () => {
  await using cas = await withFile();
  const size = FILE.bytes.length;
  assertEquals(await assemble(cas, await plan(cas), size), FILE.bytes);
  await fc.assert(
    fc.asyncProperty(fc.nat(size - 1), fc.nat(size - 1), async (a, b) => {
      const [start, end] = a < b ? [a, b] : [b, a];
      const answer = await plan(cas, `bytes=${start}-${end}`);
      const bytes = await assemble(cas, answer, end - start + 1);
      assertEquals(bytes, FILE.bytes.slice(start, end + 1));
      const read = await new Response(cas.cas.readFile(FILE.hash, { start, end })).bytes();
      assertEquals(read, FILE.bytes.slice(start, end + 1));
    }),
    { numRuns: 60 },
  );
});

Deno.test("a URL serves its whole set as multipart, and each single member", async () => {
  await using cas = await withFile();
  const entry = (await plan(cas)).xorbs[ONE.hash]?.[0];
  assert(entry !== undefined && entry.ranges.length === 2);
  const answer = await fetchData(cas, entry.url, spans(entry.ranges));
  assertEquals(answer.status, 206);
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(
    answer.headers.get("content-type") ?? "",
  )?.[1];
  const body = await answer.bytes();
  assertEquals(Number(answer.headers.get("content-length")), body.length);
  const head = ({ bytes: { start, end } }: { bytes: ByteSpan }) =>
    `--${boundary}\r\nContent-Type: application/octet-stream\r\n` +
    `Content-Range: bytes ${start}-${end}/${ONE.body.length}\r\n\r\n`;
  const encoder = new TextEncoder();
  const expected = entry.ranges.flatMap((range) => [
    encoder.encode(head(range)),
    ONE.body.subarray(range.bytes.start, range.bytes.end + 1),
    encoder.encode("\r\n"),
  ]);
  assertEquals(body, concat([...expected, encoder.encode(`--${boundary}--\r\n`)]));
  for (const range of entry.ranges) {
    const single = await fetchData(cas, entry.url, spans([range]));
    assertEquals(single.status, 206);
    const { start, end } = range.bytes;
    assertEquals(single.headers.get("content-range"), `bytes ${start}-${end}/${ONE.body.length}`);
    assertEquals(await single.bytes(), ONE.body.slice(start, end + 1));
  }
});

Deno.test("a URL serves no other bytes", async () => {
  await using cas = await withFile();
  const entry = (await plan(cas)).xorbs[ONE.hash]?.[0];
  const [first, second] = entry?.ranges ?? [];
  assert(entry !== undefined && first !== undefined && second !== undefined);
  const { start, end } = first.bytes;
  const others = [
    undefined,
    "junk",
    `bytes=${start}-${end + 1}`,
    `bytes=${start + 1}-${end}`,
    `bytes=${start}-`,
    `bytes=0-${second.bytes.end}`,
    spans([second, first]),
    spans([first, second, second]),
  ];
  for (const range of others) {
    assertMatch(await refusal(fetchData(cas, entry.url, range), 403), /not signed/, range);
  }
});

Deno.test("a URL that was changed, is for another xorb, or is too old is refused", async () => {
  let now = NOON;
  await using cas = await withFile({ now: () => now, urlLifetimeSeconds: () => 60 });
  const answer = await plan(cas, "bytes=0-0");
  const entry = answer.xorbs[ONE.hash]?.[0];
  assert(entry !== undefined);
  const range = spans(entry.ranges);
  const wrong = [
    entry.url.replace(/Expires=\d/, "Expires=9"),
    entry.url.replace(/Signature=(.)/, (_, first) => `Signature=${first === "_" ? "-" : "_"}`),
    entry.url.replace(ONE.hash, TWO.hash),
    entry.url.replace(/bytes%3D0/, "bytes%3D1"),
    entry.url.replace(/\?.*/, ""),
  ];
  for (const url of wrong) {
    assertMatch(await refusal(fetchData(cas, url, range), 403), /signature is wrong/, url);
  }
  const good = await fetchData(cas, entry.url, range);
  await good.body?.cancel();
  assertEquals(good.status, 206);
  now += 60_000;
  assertMatch(await refusal(fetchData(cas, entry.url, range), 403), /expired/);
});

Deno.test("version 1 has an entry for each range, and batches share theirs", async () => {
  await using cas = await withFile();
  const v1 = await json(cas.send("GET", `/v1/reconstructions/${FILE.hash}`));
  const { terms } = await plan(cas);
  const info =
    (v1 as { fetch_info: Record<string, { range: ByteSpan; url: string; url_range: ByteSpan }[]> })
      .fetch_info;
  assertEquals(info[ONE.hash]?.map(({ range }) => range), [{ start: 0, end: 2 }, {
    start: 4,
    end: 6,
  }]);
  assertEquals(info[TWO.hash]?.map(({ range }) => range), [{ start: 0, end: 3 }]);
  for (const [hash, xorb] of [[ONE.hash, ONE], [TWO.hash, TWO]] as const) {
    for (const { url, url_range: { start, end } } of info[hash] ?? []) {
      const bytes = await (await fetchData(cas, url, `bytes=${start}-${end}`)).bytes();
      assertEquals(bytes, xorb.body.slice(start, end + 1));
    }
  }
  const empty = "0".repeat(64);
  const batch = { files: { [FILE.hash]: terms, [empty]: [] }, fetch_info: info };
  const query = `/v1/reconstructions?file_id=${FILE.hash}&file_id=${empty}&file_id=${empty}`;
  assertEquals(await json(cas.send("GET", query)), batch);
  const keys = [FILE.hash, empty].map((hash) => ({ prefix: "default", hash }));
  const post = (body: unknown) =>
    cas.send("POST", "/v1/reconstructions", { body: JSON.stringify(body) });
  assertEquals(await json(post(keys)), batch);
  await refusal(post([...keys, { prefix: "default", hash: "ab".repeat(32) }]), 404);
  for (const body of [{}, [1], [{ prefix: "default" }], [{ prefix: "x", hash: empty }]]) {
    await refusal(post(body));
  }
  await refusal(cas.send("POST", "/v1/reconstructions", { body: "{" }));
});

Deno.test("parts of the protocol can be left out", async () => {
  await using cas = await withFile({
    offered: {
      grants: false,
      shardsV2: false,
      reconstructionsV2: false,
      fileChunkHashes: false,
    },
  });
  const body = "{}";
  await refusal(cas.send("POST", `/v1/xorb-grants/default/${ONE.hash}`, { body }), 404);
  await refusal(cas.send("POST", "/v2/shards", { body: makeShard([], []) }), 404);
  await refusal(cas.send("GET", `/v2/reconstructions/${FILE.hash}`), 404);
  await refusal(cas.send("GET", `/v2/file-chunk-hashes/${FILE.hash}`), 404);
  await json(cas.send("GET", `/v1/reconstructions/${FILE.hash}`));
});

Deno.test("without multirange every range has a URL of its own", async () => {
  await using cas = await withFile({ offered: { multirange: false } });
  const answer = await plan(cas);
  assertEquals(answer.xorbs[ONE.hash]?.map(({ ranges }) => ranges.length), [1, 1]);
  assertEquals(await assemble(cas, answer, FILE.bytes.length), FILE.bytes);
});

Deno.test("the ranges of a very fragmented file are spread over URLs of less than 8 KiB", async () => {
  await using cas = startCas();
  const xorb = makeXorb(chunkData(3, Array.from({ length: 2000 }, () => 100)));
  const runs = Array.from(
    { length: 1000 },
    (_, index) => [xorb, 2 * index, 2 * index + 1] as const,
  );
  const file = fileOf(runs);
  await json(cas.send("POST", `/v1/xorbs/default/${xorb.hash}`, { body: xorb.body }));
  await json(cas.send("POST", "/v1/shards", { body: makeShard([file], []) }));
  const answer = await json(cas.send("GET", `/v2/reconstructions/${file.hash}`)) as AnswerV2;
  const entries = answer.xorbs[xorb.hash] ?? [];
  assert(entries.length > 1);
  assertEquals(entries.flatMap(({ ranges }) => ranges).length, 1000);
  for (const { url, ranges } of entries) {
    assert(url.length < 8192, `${url.length}`);
    const whole = await fetchData(cas, url, spans(ranges));
    await whole.body?.cancel();
    assertEquals(whole.status, 206);
  }
});

Deno.test("reconstructions need a token, and errors are JSON with a request id", async () => {
  await using cas = await withFile();
  const path = `/v2/reconstructions/${FILE.hash}`;
  await refusal(cas.send("GET", path, { token: null }), 401);
  await json(cas.send("GET", path, { token: cas.readToken }));
  const unknown = await cas.send("GET", "/v3/anything");
  assertEquals(unknown.status, 404);
  assertMatch(unknown.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
  assertMatch(unknown.headers.get("content-type") ?? "", /^application\/json/);
  await unknown.body?.cancel();
  await refusal(cas.send("POST", path, { body: "x" }), 405);
  const telemetry = await cas.send("POST", "/v1/telemetry", { body: "{}" });
  assertEquals([telemetry.status, await telemetry.text()], [200, ""]);
  await refusal(cas.send("POST", "/v1/telemetry", { body: "{}", token: null }), 401);
});
