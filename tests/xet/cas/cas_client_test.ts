import { assert, assertEquals, assertRejects } from "@std/assert";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import type { StoredBytes } from "../../../lib/xet/cas/stored_bytes.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { readShard } from "../../../lib/xet/format/mod.ts";
import { EMPTY_V2, HASH, status, withServer } from "./cas_server.ts";

const EMPTY_V1 = { offset_into_first_range: 0, terms: [], fetch_info: {} };

Deno.test("reconstruction() uses version 1 where version 2 is not served, and remembers it", async () => {
  for (const code of [404, 501]) {
    await withServer(
      ({ path }) => path.includes("/v2/") ? status(code) : Response.json(EMPTY_V1),
      async (client, seen) => {
        await client.reconstruction(HASH, { first: 3, last: 9 });
        await client.reconstruction(HASH);
        const versions = seen.map(({ path }) => path.slice(6, 8));
        assertEquals(versions, ["v2", "v1", "v1"]);
        assertEquals(seen[1]?.headers.get("range"), "bytes=3-9");
        assertEquals(seen[1]?.headers.get("authorization"), "Bearer secret-read");
      },
    );
  }
});

Deno.test("reconstruction() of an unknown file is a 404 and says nothing of versions", async () => {
  await withServer(
    ({ path }) =>
      path.includes("/v2/") && path.includes(HASH) ? Response.json(EMPTY_V2) : status(404),
    async (client, seen) => {
      const unknown = () => client.reconstruction("cd".repeat(32));
      assertEquals((await assertRejects(unknown, CasError)).status, 404);
      await client.reconstruction(HASH);
      assertEquals((await assertRejects(unknown, CasError)).status, 404);
      const versions = seen.map(({ path }) => path.slice(6, 8));
      assertEquals(versions, ["v2", "v1", "v2", "v2"]);
    },
  );
});

Deno.test("fetchRange() sends one range and no token, and insists on its length", async () => {
  const data = Uint8Array.from({ length: 100 }, (_, i) => i);
  const collect = async (stored: StoredBytes) => {
    const bytes: number[] = [];
    for (let length = 1; !stored.complete; length += 3) {
      await stored.fill(length);
      bytes.push(...stored.bytes.subarray(0, 2));
      stored.take(Math.min(2, stored.bytes.length));
    }
    return [...bytes, ...stored.bytes];
  };
  const wanted = [...data.subarray(10, 20)];
  await withServer(({ path }) => {
    switch (path) {
      case "/exact":
        return new Response(data.subarray(10, 20), { status: 206 });
      case "/whole":
        return new Response(data);
      case "/short":
        return new Response(data.subarray(10, 19), { status: 206 });
      case "/long":
        return new Response(data.subarray(10, 21), { status: 206 });
      default:
        return status(403);
    }
  }, async (client, seen, url) => {
    const source = (path: string) => ({
      url: url + path,
      chunks: { start: 0, end: 1 },
      bytes: { start: 10, end: 19 },
    });
    assertEquals(await client.fetchRange(source("/exact"), collect), wanted);
    assertEquals(seen[0]?.headers.get("range"), "bytes=10-19");
    assertEquals(seen[0]?.headers.has("authorization"), false);
    assertEquals(await client.fetchRange(source("/whole"), collect), wanted);
    const first = { ...source("/whole"), bytes: { start: 0, end: 4 } };
    assertEquals(await client.fetchRange(first, collect), [0, 1, 2, 3, 4]);
    await assertRejects(() => client.fetchRange(source("/short"), collect), CasError, "1 bytes");
    await assertRejects(() => client.fetchRange(source("/long"), collect), CasError, "More than");
    const before = seen.length;
    const expired = await assertRejects(
      () => client.fetchRange(source("/expired?X-Signature=secret"), collect),
      CasError,
    );
    assertEquals([expired.status, seen.length - before], [403, 1]);
    assert(!Deno.inspect(expired).includes("secret"));
    // Who does not read to the end leaves nothing open.
    assertEquals(await client.fetchRange(source("/exact"), () => Promise.resolve(7)), 7);
    const fail = () => Promise.reject(new XetFormatError("bad"));
    await assertRejects(() => client.fetchRange(source("/exact"), fail), XetFormatError);
  });
});

Deno.test("queryChunk() gives a shard or nothing", async () => {
  const shard = await Deno.readFile(
    new URL("../../vectors/xet/shard-keyed.bin", import.meta.url),
  );
  await withServer(
    ({ path }) => path.endsWith(`/v1/chunks/default/${HASH}`) ? new Response(shard) : status(404),
    async (client) => {
      const found = await client.queryChunk(HASH);
      assert(found !== undefined && readShard(found).xorbs.length > 0);
      assertEquals(await client.queryChunk("cd".repeat(32)), undefined);
    },
  );
});

Deno.test("queryChunk() asks once, with the token of a writer, and takes no answer for none", async () => {
  for (const code of [400, 401, 429, 500, 503]) {
    await withServer(() => status(code, { "retry-after": "1" }), async (client, seen) => {
      assertEquals(await client.queryChunk(HASH), undefined);
      assertEquals(seen.length, 1);
      assertEquals(seen[0]?.headers.get("authorization"), "Bearer secret-write");
    });
  }
  await withServer(() => new Response(new Uint8Array(9 << 20)), async (client) => {
    assertEquals(await client.queryChunk(HASH), undefined);
  });
  const abort = new AbortController();
  await withServer(() => {
    abort.abort(new RangeError("enough"));
    return status(404);
  }, async (client) => {
    await assertRejects(() => client.queryChunk(HASH, { signal: abort.signal }), RangeError);
  });
});

Deno.test("hasXorb() tells what is there, what is not, and what it was not told", async () => {
  const answers = new Map([["11", 200], ["22", 404], ["33", 403], ["44", 405], ["55", 503]]);
  await withServer(
    ({ method, path }) =>
      new Response(null, {
        status: method === "HEAD" ? answers.get(path.slice(-2)) ?? 400 : 400,
        headers: { "content-length": "77" },
      }),
    async (client, seen) => {
      const has = (digits: string) => client.hasXorb(digits.repeat(32));
      assertEquals(await has("11"), true);
      assertEquals(await has("22"), false);
      assertEquals([await has("33"), await has("44")], [undefined, undefined]);
      assertEquals(seen[0]?.path, `/base/v1/xorbs/default/${"11".repeat(32)}`);
      await assertRejects(() => has("55"), CasError);
      assertEquals(seen.length, 4 + 3);
    },
  );
});

Deno.test("fileSize() gives the length of a file or nothing", async () => {
  await withServer(
    ({ path, method }) =>
      method === "HEAD" && path.endsWith(`/v1/files/${HASH}`)
        ? new Response(null, { headers: { "content-length": "5000000000" } })
        : status(404),
    async (client) => {
      assertEquals(await client.fileSize(HASH), 5_000_000_000);
      assertEquals(await client.fileSize("cd".repeat(32)), undefined);
    },
  );
});

Deno.test("fileChunkHashes() reads the recorded answers", async () => {
  const vector = JSON.parse(
    await Deno.readTextFile(new URL("../../vectors/xet/file-chunk-hashes.json", import.meta.url)),
  );
  for (const { response: reply } of vector.queries) {
    await withServer(() => Response.json(reply), async (client, seen) => {
      const answer = await client.fileChunkHashes(HASH, [{ first: 0, last: 4 }, {
        first: 9,
        last: 9,
      }]);
      assertEquals(answer, reply);
      assertEquals(seen[0]?.headers.get("x-range-dirty"), "bytes=0-4,9-9");
    });
  }
  await withServer(() => Response.json({ windows: [] }), async (client) => {
    await assertRejects(() => client.fileChunkHashes(HASH, []), XetFormatError);
  });
});
