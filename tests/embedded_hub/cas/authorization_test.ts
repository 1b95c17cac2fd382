import { assertEquals, assertMatch } from "@std/assert";
import { makeShard, makeXorb } from "./made_content.ts";
import { foreignToken, NOON, startCas, type StartedCas } from "./start_cas.ts";

const HASH = "ab".repeat(32);
const XORB = makeXorb([Uint8Array.of(1, 2, 3)]);
const GRANT = JSON.stringify({ length: 1, checksum: { algo: "crc64nvme", value: "1" } });

interface Call {
  readonly method: string;
  /** `{}` stands for a hash. */
  readonly path: string;
  readonly scope: "read" | "write";
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every call of the CAS that a token is for. */
const CALLS: readonly Call[] = [
  { method: "POST", path: "/v1/xorbs/default/{}", scope: "write", body: XORB.body },
  { method: "HEAD", path: "/v1/xorbs/default/{}", scope: "read" },
  { method: "POST", path: "/v1/xorb-grants/default/{}", scope: "write", body: GRANT },
  { method: "POST", path: "/v1/xorb-commits/default/{}/grant/x", scope: "write" },
  { method: "POST", path: "/v1/shards", scope: "write", body: makeShard([], []) },
  { method: "POST", path: "/v2/shards", scope: "write", body: makeShard([], []) },
  { method: "GET", path: "/v1/chunks/default/{}", scope: "read" },
  { method: "GET", path: "/v1/reconstructions/{}", scope: "read" },
  { method: "GET", path: "/v2/reconstructions/{}", scope: "read" },
  { method: "GET", path: "/v1/reconstructions?file_id={}", scope: "read" },
  { method: "POST", path: "/v1/reconstructions", scope: "read", body: "[]" },
  { method: "HEAD", path: "/v1/files/{}", scope: "read" },
  {
    method: "GET",
    path: "/v2/file-chunk-hashes/{}",
    scope: "read",
    headers: { "x-range-dirty": "bytes=0-1" },
  },
  { method: "POST", path: "/v1/telemetry", scope: "read", body: "{}" },
];

async function statusOf(
  cas: StartedCas,
  { method, path, body, headers = {} }: Call,
  token: string | null,
  hash = HASH,
): Promise<number> {
  const answer = await cas.send(method, path.replace("{}", hash), {
    token,
    headers,
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  if (answer.status >= 400 && method !== "HEAD") assertMatch(text, /^\{"error":"/);
  return answer.status;
}

Deno.test("no call is answered without a good token of its scope", async (t) => {
  let now = NOON;
  await using cas = startCas({ now: () => now });
  const exp = NOON / 1000 + 5;
  const short = {
    read: cas.cas.tokens.issue({ scope: "read", repo: "bucket", exp }),
    write: cas.cas.tokens.issue({ scope: "write", repo: "bucket", exp }),
  };
  for (const call of CALLS) {
    await t.step(`${call.method} ${call.path}`, async () => {
      now = NOON;
      for (const token of [null, "hf_local", foreignToken(), ""]) {
        assertEquals(await statusOf(cas, call, token), 401, `${token}`);
      }
      const refused = call.scope === "write" ? 403 : undefined;
      const withRead = await statusOf(cas, call, short.read);
      if (refused === undefined) assertEquals(withRead === 401 || withRead === 403, false);
      else assertEquals(withRead, refused);
      const withWrite = await statusOf(cas, call, short.write);
      assertEquals(withWrite === 401 || withWrite === 403, false, `${withWrite}`);
      now = NOON + 5_000;
      for (const token of [short.read, short.write]) {
        assertEquals(await statusOf(cas, call, token), 401, "an expired token");
      }
    });
  }
  assertEquals(cas.errors, []);
});

Deno.test("no call takes what is no hash, and no method but its own", async (t) => {
  await using cas = startCas();
  for (const call of CALLS) {
    await t.step(`${call.method} ${call.path}`, async () => {
      if (call.path.includes("{}")) {
        for (const hash of ["ab", "g".repeat(64), "ab".repeat(33), "..%2f", "%00"]) {
          assertEquals(await statusOf(cas, call, cas.writeToken, hash), 400, hash);
        }
      }
      const { body: _, ...bodiless } = call;
      const wrong = { ...bodiless, method: "DELETE" };
      assertEquals(await statusOf(cas, wrong, cas.writeToken), 405);
    });
  }
  assertEquals(cas.errors, []);
});
