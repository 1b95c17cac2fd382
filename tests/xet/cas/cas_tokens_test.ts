import { assertEquals, assertRejects } from "@std/assert";
import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import type { CasClientOptions } from "../../../lib/xet/cas/cas_options.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { type Answer, EMPTY_V2, HASH, status, withServer } from "./cas_server.ts";

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
