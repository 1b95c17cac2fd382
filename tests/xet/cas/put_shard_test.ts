import { assertEquals, assertRejects } from "@std/assert";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { status, withServer } from "./cas_server.ts";

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
