import { assertEquals, assertMatch } from "@std/assert";
import { openStorage } from "../../../lib/embedded_hub/storage/open_storage.ts";
import { crc64nvme } from "../../../lib/xet/engine/mod.ts";
import { chunkData, concat, makeXorb } from "./made_content.ts";
import { json, NOON, refusal, startCas, type StartedCas } from "./start_cas.ts";

const XORB = makeXorb(chunkData(1, [20_000, 1]));
const OTHER = makeXorb(chunkData(2, [20_001]));

interface Grant {
  readonly id: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function grant(cas: StartedCas, body: Uint8Array = XORB.body): Promise<Grant> {
  const checksum = { algo: "crc64nvme", value: String(crc64nvme(body)) };
  const request = JSON.stringify({ length: body.length, checksum });
  // The shape is what the test relies on: a wrong one fails it.
  return await json(
    cas.send("POST", `/v1/xorb-grants/default/${XORB.hash}`, { body: request }),
    201,
  ) as Grant;
}

async function put(
  cas: StartedCas,
  { url, method, headers }: Grant,
  body: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const answer = await cas.send(method, url, { headers, body, token: null });
  await answer.body?.cancel();
  return answer.status;
}

function commit(cas: StartedCas, { id }: Grant, hash = XORB.hash): Promise<Response> {
  return cas.send("POST", `/v1/xorb-commits/default/${hash}/grant/${id}`);
}

async function committed(cas: StartedCas, granted: Grant): Promise<number> {
  const answer = await commit(cas, granted);
  assertEquals(await answer.text(), "");
  return answer.status;
}

Deno.test("a granted upload is stored when it is committed, and not before", async () => {
  await using cas = startCas();
  const granted = await grant(cas);
  assertMatch(await refusal(commit(cas, granted), 404), /Nothing was uploaded/);
  assertEquals(await put(cas, granted, XORB.body), 200);
  assertEquals((await cas.send("HEAD", `/v1/xorbs/default/${XORB.hash}`)).status, 404);
  assertEquals(await committed(cas, granted), 200);
  assertEquals((await cas.send("HEAD", `/v1/xorbs/default/${XORB.hash}`)).status, 200);
  assertEquals(await committed(cas, granted), 200);
  assertEquals(await put(cas, granted, XORB.body), 412);
});

Deno.test("no grant is made for a xorb that is stored, and one made before still commits", async () => {
  await using cas = startCas();
  const granted = await grant(cas);
  await put(cas, granted, XORB.body);
  await json(cas.send("POST", `/v1/xorbs/default/${XORB.hash}`, { body: XORB.body }));
  assertEquals(await committed(cas, granted), 200);
  const body = JSON.stringify({ length: 1, checksum: { algo: "crc64nvme", value: "1" } });
  const again = await cas.send("POST", `/v1/xorb-grants/default/${XORB.hash}`, { body });
  assertEquals([again.status, await again.text()], [200, ""]);
});

Deno.test("what is not exactly the granted xorb is refused at the commit", async () => {
  await using cas = startCas();
  const footer = new TextEncoder().encode("XETBLOB\u0001");
  const cases: readonly (readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, RegExp])[] = [
    [XORB.body, OTHER.body, /has 20009 bytes, granted were 20017/],
    [XORB.body, XORB.body.map((byte, at) => at === 100 ? byte ^ 1 : byte), /granted checksum/],
    [OTHER.body, OTHER.body, /is xorb [0-9a-f]{64}, not/],
    [XORB.body, XORB.body.slice(0, 9000), /ends inside a chunk/],
    [XORB.body, concat([XORB.body, footer]), /bytes after the last chunk/],
    [XORB.body, new Uint8Array(0), /empty/],
  ];
  for (const [announced, sent, message] of cases) {
    const granted = await grant(cas, announced);
    assertEquals(await put(cas, granted, sent), 200);
    assertMatch(await refusal(commit(cas, granted)), message);
  }
  assertEquals((await cas.send("HEAD", `/v1/xorbs/default/${XORB.hash}`)).status, 404);
  assertEquals(cas.errors, []);
});

Deno.test("a grant ends, and is for its own xorb and its own id", async () => {
  let now = NOON;
  await using cas = startCas({ now: () => now });
  const granted = await grant(cas);
  assertMatch(await refusal(commit(cas, granted, OTHER.hash), 404), /no such upload grant/);
  await refusal(commit(cas, { ...granted, id: "another" }), 404);
  assertEquals(await put(cas, { ...granted, url: `${cas.url}/uploads/another` }, XORB.body), 403);
  now += 15 * 60 * 1000;
  assertEquals(await put(cas, granted, XORB.body), 403);
});

Deno.test("an upload that is never committed is dropped when its grant has ended", async () => {
  const directory = await Deno.makeTempDir();
  const unfinished = () => [...Deno.readDirSync(`${directory}/tmp`)].length;
  let now = NOON;
  {
    await using cas = startCas({ now: () => now }, openStorage(directory));
    await put(cas, await grant(cas), XORB.body);
    assertEquals(unfinished(), 1);
    await grant(cas);
    assertEquals(unfinished(), 1);
    now += 15 * 60 * 1000;
    await put(cas, await grant(cas), XORB.body);
    assertEquals(unfinished(), 1);
  }
  assertEquals(unfinished(), 0);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("malformed requests for a grant are refused", async () => {
  await using cas = startCas();
  const path = `/v1/xorb-grants/default/${XORB.hash}`;
  const checksum = { algo: "crc64nvme", value: "1" };
  const bodies = [
    "",
    "{",
    "[]",
    JSON.stringify({ length: -1, checksum }),
    JSON.stringify({ length: 1.5, checksum }),
    JSON.stringify({ length: 1 }),
    JSON.stringify({ length: 1, checksum: { ...checksum, algo: "md5" } }),
    JSON.stringify({ length: 1, checksum: { ...checksum, value: 1 } }),
    JSON.stringify({ length: 1, checksum: { ...checksum, value: "0x1" } }),
  ];
  for (const body of bodies) await refusal(cas.send("POST", path, { body }));
  const body = JSON.stringify({ length: 1, checksum });
  await refusal(cas.send("POST", path, { body, token: cas.readToken }), 403);
  await refusal(cas.send("POST", "/v1/xorb-grants/default/xyz", { body }));
});
