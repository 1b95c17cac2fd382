import { assert, assertEquals, assertRejects } from "@std/assert";
import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import type { CasClientOptions } from "../../../lib/xet/cas/cas_options.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import type { StoredBytes } from "../../../lib/xet/cas/stored_bytes.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { readShard } from "../../../lib/xet/format/mod.ts";

const HASH = "ab".repeat(32);
const EMPTY_V2 = { offset_into_first_range: 0, terms: [], xorbs: {} };
const EMPTY_V1 = { offset_into_first_range: 0, terms: [], fetch_info: {} };

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

type Answer = (seen: Seen, count: number) => Response | Promise<Response>;

/** A client of a server that answers as told, and what that server saw. */
async function withServer(
  answer: Answer,
  test: (client: CasClient, seen: Seen[], url: string) => Promise<void>,
  options: Partial<CasClientOptions> = {},
) {
  const seen: Seen[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const one = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.bytes(),
      };
      seen.push(one);
      return await answer(one, seen.length);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const client = new CasClient({
    token: (scope) =>
      Promise.resolve({ accessToken: `secret-${scope}`, exp: 2 ** 32, casUrl: `${url}/base/` }),
    retry: { attempts: 3, baseMs: 1, maxMs: 5000 },
    ...options,
  });
  try {
    await test(client, seen, url);
  } finally {
    client.close();
  }
}

const status = (code: number, headers: Record<string, string> = {}) =>
  new Response("details", { status: code, headers });

Deno.test("putXorb() sends the pieces with their length and a write token", async () => {
  await withServer(() => Response.json({ was_inserted: true }), async (client, seen) => {
    const pieces = [new Uint8Array(3).fill(1), new Uint8Array(0), new Uint8Array(2).fill(2)];
    assertEquals(await client.putXorb(HASH, pieces), true);
    const [{ method, path, headers, body }] = seen as [Seen];
    assertEquals([method, path], ["POST", `/base/v1/xorbs/default/${HASH}`]);
    assertEquals(headers.get("content-length"), "5");
    assertEquals(headers.get("authorization"), "Bearer secret-write");
    assertEquals([...body], [1, 1, 1, 2, 2]);
  });
});

Deno.test("putXorb() sends 64 MiB, many at once, over kept connections", async () => {
  const piece = crypto.getRandomValues(new Uint8Array(65_536));
  const pieces = Array.from({ length: 512 }, () => piece);
  await withServer(({ body }) => {
    const whole = body.length === 512 * 65_536 && body.at(-1) === piece.at(-1);
    return Response.json({ was_inserted: whole });
  }, async (client, seen) => {
    const put = () => client.putXorb(HASH, pieces);
    for (let round = 0; round < 2; round++) {
      assertEquals(await Promise.all([put(), put(), put()]), [true, true, true]);
    }
    assertEquals(seen.length, 6);
  });
});

for (const code of [408, 429, 500, 502, 503, 504]) {
  Deno.test(`A call answered ${code} is repeated, a bounded number of times`, async () => {
    await withServer(
      (_, count) => count < 3 ? status(code) : Response.json({ was_inserted: false }),
      async (client, seen) => {
        assertEquals(await client.putXorb(HASH, [new Uint8Array(4)]), false);
        assertEquals(seen.length, 3);
      },
    );
    await withServer(
      () => status(code, { "x-request-id": "id-7" }),
      async (client, seen) => {
        const error = await assertRejects(() => client.reconstruction(HASH), CasError);
        assertEquals([error.status, error.requestId, error.retryable], [code, "id-7", true]);
        assertEquals(seen.length, 3);
      },
    );
  });
}

for (const code of [400, 401, 403, 404, 409, 413, 501]) {
  Deno.test(`A call answered ${code} is not repeated`, async () => {
    await withServer(() => status(code), async (client, seen) => {
      const error = await assertRejects(() => client.putXorb(HASH, [new Uint8Array(1)]), CasError);
      assertEquals([error.status, error.retryable, seen.length], [code, false, 1]);
      assert(!error.message.includes("secret"));
    });
  });
}

Deno.test("Waits double, are jittered, and Retry-After is kept", async () => {
  const waits: number[] = [];
  const options = {
    retry: { attempts: 4, baseMs: 100, maxMs: 5000 },
    random: () => 0.5,
    sleep: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  await withServer(
    (_, count) => status(503, count === 2 ? { "retry-after": "2" } : {}),
    async (client) => {
      await assertRejects(() => client.fileSize(HASH), CasError);
      assertEquals(waits, [75, 2050, 300]);
    },
    options,
  );
  await withServer(() => status(429, { "retry-after": "60" }), async (client, seen) => {
    const error = await assertRejects(() => client.fileSize(HASH), CasError);
    assertEquals([error.retryAfterSeconds, seen.length], [60, 1]);
  }, options);
});

Deno.test("Retry-After can be a date", async () => {
  const clock = () => Date.parse("2026-01-02T03:04:00Z");
  const headers = { "retry-after": "Fri, 02 Jan 2026 03:05:30 GMT" };
  await withServer(() => status(503, headers), async (client) => {
    const error = await assertRejects(() => client.fileSize(HASH), CasError);
    assertEquals(error.retryAfterSeconds, 90);
  }, { clock });
});

Deno.test("A refused connection is a retryable CasError that names no secret", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => status(200),
  );
  const casUrl = `http://127.0.0.1:${server.addr.port}`;
  await server.shutdown();
  const client = new CasClient({
    token: () => Promise.resolve({ accessToken: "secret", exp: 2 ** 32, casUrl }),
    retry: { attempts: 2, baseMs: 1, maxMs: 1 },
  });
  const source = {
    url: `${casUrl}/data?X-Signature=secret`,
    chunks: { start: 0, end: 1 },
    bytes: { start: 0, end: 9 },
  };
  for (
    const call of [
      () => client.putXorb(HASH, [new Uint8Array(9)]),
      () => client.reconstruction(HASH),
      () => client.fetchRange(source, () => Promise.resolve()),
    ]
  ) {
    const error = await assertRejects(call, CasError);
    assertEquals([error.status, error.retryable], [undefined, true]);
    assert(!Deno.inspect(error).includes("secret"));
  }
  client.close();
});

Deno.test("A server that answers before it has read everything is heard", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const refuse = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1000));
      const answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";
      await connection.write(new TextEncoder().encode(answer));
      await new Promise((resolve) => setTimeout(resolve, 50));
      connection.close();
    }
  })();
  const casUrl = `http://127.0.0.1:${listener.addr.port}`;
  const client = new CasClient({
    token: () => Promise.resolve({ accessToken: "secret", exp: 2 ** 32, casUrl }),
    retry: { attempts: 1, baseMs: 1, maxMs: 1 },
  });
  const pieces = Array.from({ length: 32 }, () => new Uint8Array(1 << 20));
  const error = await assertRejects(() => client.putXorb(HASH, pieces), CasError);
  assertEquals(error.status, 401);
  client.close();
  listener.close();
  await refuse;
});

Deno.test("A call that stands still ends, one that is aborted ends at once", async () => {
  const held = Promise.withResolvers<void>();
  await withServer(() => held.promise.then(() => status(200)), async (client) => {
    for (const call of [() => client.fileSize(HASH), () => client.putXorb(HASH, [])]) {
      const error = await assertRejects(call, CasError, "Nothing moved");
      assertEquals(error.retryable, true);
    }
    const abort = new AbortController();
    setTimeout(() => abort.abort(new RangeError("enough")), 5);
    const { signal } = abort;
    await Promise.all([
      assertRejects(() => client.fileSize(HASH, { signal }), RangeError, "enough"),
      assertRejects(() => client.putXorb(HASH, [], { signal }), RangeError, "enough"),
    ]);
    await assertRejects(() => client.putXorb(HASH, [], { signal }), RangeError, "enough");
    held.resolve();
  }, { idleMs: 40, retry: { attempts: 1, baseMs: 1, maxMs: 1 } });
});

Deno.test("putXorb() that is aborted ends, whatever the server leaves undone", async () => {
  const halfAnswers = [
    "",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab",
  ];
  for (const half of halfAnswers) {
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const connections: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const connection of listener) {
        connections.push(connection);
        await connection.read(new Uint8Array(1000));
        await connection.write(new TextEncoder().encode(half));
      }
    })();
    const casUrl = `http://127.0.0.1:${listener.addr.port}`;
    const client = new CasClient({
      token: () => Promise.resolve({ accessToken: "secret", exp: 2 ** 32, casUrl }),
    });
    const pieces = Array.from({ length: 32 }, () => new Uint8Array(1 << 20));
    const ends = await Promise.allSettled([0, 1, 5, 30].map((delay) => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(new RangeError("enough")), delay);
      return client.putXorb(HASH, pieces, { signal: abort.signal });
    }));
    for (const end of ends) assert(end.status === "rejected" && end.reason instanceof RangeError);
    client.close();
    listener.close();
    await accepting;
    for (const connection of connections) connection.close();
  }
});

Deno.test("Errors of the token source come through as they are", async () => {
  const token = () => Promise.reject(new RangeError("no token"));
  await withServer(() => status(200), async (client, seen) => {
    await assertRejects(() => client.putXorb(HASH, []), RangeError, "no token");
    assertEquals(seen.length, 0);
  }, { token });
});

Deno.test("A token that is refused is replaced once, by another", async () => {
  const tokenOf = (refusals: (string | undefined)[]): CasClientOptions["token"] => {
    let casUrl = "";
    return (_scope, _signal, refused) => {
      if (casUrl === "") casUrl = String(refusals.shift());
      refusals.push(refused);
      const accessToken = `token-${refusals.length}`;
      return Promise.resolve({ accessToken, exp: 2 ** 32, casUrl });
    };
  };
  for (const good of ["token-2", "none"]) {
    const answers: readonly (readonly [string, (client: CasClient) => Promise<unknown>, Answer])[] =
      [
        [
          "putXorb",
          (client) => client.putXorb(HASH, [new Uint8Array(9)]),
          () => Response.json({ was_inserted: true }),
        ],
        [
          "putShard",
          (client) => client.putShard(new Uint8Array(9)),
          () => new Response('{"type":"result"}'),
        ],
        ["reconstruction", (client) => client.reconstruction(HASH), () => Response.json(EMPTY_V2)],
      ];
    for (const [name, call, answer] of answers) {
      const refusals: (string | undefined)[] = [];
      await withServer(
        (seen, count) =>
          seen.headers.get("authorization") === `Bearer ${good}`
            ? answer(seen, count)
            : status(401),
        async (_, seen, url) => {
          refusals.push(url);
          const client = new CasClient({ token: tokenOf(refusals) });
          if (good === "none") {
            const error = await assertRejects(() => call(client), CasError);
            assertEquals([error.status, error.retryable], [401, false], name);
          } else await call(client);
          assertEquals(refusals, [undefined, "token-1"], name);
          assertEquals(seen.length, 2, name);
          assertEquals(seen[1]?.body, seen[0]?.body, name);
          client.close();
        },
      );
    }
  }
});

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

Deno.test("putShard() follows the progress to its result", async () => {
  const text = [
    '{"type":"validating","verified":0,"total":1}',
    '{"type":"of the future"}',
    "",
    '{"type":"result","result":1}',
  ].join("\n");
  await withServer(() => new Response(text), async (client, seen) => {
    await client.putShard(Uint8Array.of(1, 2, 3));
    assertEquals(seen[0]?.path, "/base/v2/shards");
    assertEquals(seen[0]?.headers.get("content-length"), "3");
  });
});

Deno.test("putShard() fails when the progress ends in an error, in nothing, or in nonsense", async () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['{"type":"error","message":"bad term","retryable":false}\n', "bad term", 1],
    ['{"type":"error","message":"busy","retryable":true}\n', "busy", 3],
    ['{"type":"validating"}\n', "without a result", 3],
    ["", "without a result", 3],
    ["nonsense\n", "not JSON lines", 3],
    ['{"type":7}\n', "not JSON lines", 3],
    ["x".repeat(2 << 20), "not JSON lines", 3],
  ];
  for (const [text, message, attempts] of cases) {
    await withServer(() => new Response(text), async (client, seen) => {
      await assertRejects(() => client.putShard(new Uint8Array(1)), CasError, message);
      assertEquals(seen.length, attempts);
    });
  }
});

Deno.test("putShard() uses version 1 where version 2 is not served, and remembers it", async () => {
  for (const code of [404, 501]) {
    await withServer(
      ({ path }) => path.includes("/v2/") ? status(code) : Response.json({ result: 0 }),
      async (client, seen) => {
        await client.putShard(new Uint8Array(1));
        await client.putShard(new Uint8Array(1));
        assertEquals(seen.map(({ path }) => path.slice(6, 8)), ["v2", "v1", "v1"]);
      },
    );
  }
  await withServer(() => status(400), async (client, seen) => {
    assertEquals(
      (await assertRejects(() => client.putShard(new Uint8Array(1)), CasError)).status,
      400,
    );
    assertEquals(seen.length, 1);
  });
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
