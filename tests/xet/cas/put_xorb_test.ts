import { assert, assertEquals } from "@std/assert";
import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import { HASH, type Seen, withServer } from "./cas_server.ts";

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
