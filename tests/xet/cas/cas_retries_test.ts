import { assert, assertEquals, assertRejects } from "@std/assert";
import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { HASH, status, withServer } from "./cas_server.ts";

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
