import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HubClient } from "../../lib/hub/hub_client.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import { clientOf, startHub, TOKEN } from "./scripted_hub.ts";

const HASH = "ab".repeat(32);
const CREATED = "2026-02-06T17:37:57.000Z";

function file(path: string) {
  return { type: "file", path, size: 1, xetHash: HASH };
}

Deno.test("every call goes out as the Hub expects it, with the token", async () => {
  const info = { id: "a/b", private: false, createdAt: CREATED, size: 0, totalFiles: 0 };
  await using hub = startHub(({ method, target }) => {
    if (target === "/api/whoami-v2") return Response.json({ type: "user", name: "a" });
    if (target.endsWith("-token")) {
      return Response.json({ accessToken: "t", exp: 9, casUrl: "http://cas" });
    }
    if (target.endsWith("/batch")) return Response.json({ success: true, failed: [] });
    if (target.endsWith("/paths-info")) return Response.json([file("x")]);
    if (method === "POST") return Response.json({ url: "http://hub/buckets/a/b" });
    return Response.json(info);
  });
  const client = clientOf(hub, { userAgent: "test/1" });
  assertEquals((await client.whoAmI()).name, "a");
  await client.createBucket("a", "b");
  await client.createBucket("a", "b", { private: true });
  assertEquals((await client.bucketInfo("a/b")).createdAt, new Date(CREATED));
  await client.updateSettings("a/b", { private: true });
  await client.moveBucket("a/b", "c/d");
  assertEquals((await client.pathsInfo("a/b", ["x", "ü?"])).length, 1);
  await client.xetToken("a/b", "read");
  await client.xetToken("a/b", "write");
  await client.deleteBucket("a/b");
  assertEquals(hub.seen.map(({ method, target, body }) => `${method} ${target} ${body}`.trim()), [
    "GET /api/whoami-v2",
    "POST /api/buckets/a/b {}",
    'POST /api/buckets/a/b {"visibility":"private"}',
    "GET /api/buckets/a/b",
    'PUT /api/buckets/a/b/settings {"private":true}',
    'POST /api/repos/move {"fromRepo":"a/b","toRepo":"c/d","type":"bucket"}',
    'POST /api/buckets/a/b/paths-info {"paths":["x","ü?"]}',
    "GET /api/buckets/a/b/xet-read-token",
    "GET /api/buckets/a/b/xet-write-token",
    "DELETE /api/buckets/a/b",
  ]);
  for (const { headers } of hub.seen) {
    assertEquals(headers.get("authorization"), `Bearer ${TOKEN}`);
    assertEquals(headers.get("user-agent"), "test/1");
  }
});

Deno.test("a batch goes out as lines of JSON", async () => {
  await using hub = startHub(() =>
    Response.json({
      success: false,
      processed: 2,
      succeeded: 1,
      failed: [{ path: "b", error: "x" }],
    })
  );
  const outcome = await clientOf(hub).batch("a/b", [
    { type: "addFile", path: "ä\n", xetHash: HASH, mtime: 5, contentType: undefined },
    { type: "deleteFile", path: "b" },
  ]);
  assertEquals(outcome, { failed: [{ path: "b", error: "x" }] });
  const [request] = hub.seen;
  assertEquals(request?.headers.get("content-type"), "application/x-ndjson");
  assertEquals(
    request?.body,
    `{"type":"addFile","path":"ä\\n","xetHash":"${HASH}","mtime":5}\n` +
      '{"type":"deleteFile","path":"b"}\n',
  );
});

Deno.test("a batch of which all failed is an answer, not an error", async () => {
  const failed = [{ path: "a", error: "no such xorb" }];
  await using hub = startHub(() => Response.json({ success: false, failed }, { status: 422 }));
  const outcome = await clientOf(hub).batch("a/b", [{ type: "deleteFile", path: "a" }]);
  assertEquals(outcome, { failed });
});

Deno.test("calls that cannot be made are refused before they are made", async () => {
  await using hub = startHub(() => Response.json([]));
  const client = clientOf(hub);
  const remove = { type: "deleteFile", path: "a" } as const;
  await assertRejects(() => client.batch("a/b", [remove, remove]), TypeError);
  const many = Array.from({ length: 1001 }, (_, index) => `p${index}`);
  await assertRejects(() => client.pathsInfo("a/b", many), RangeError);
  await assertRejects(() => client.bucketInfo("a/../b"), TypeError);
  assertEquals(await client.resolveFile("a/b", ".."), undefined);
  assertEquals(hub.seen.length, 0);
});

Deno.test("a token or an endpoint that cannot be one is refused without being quoted", () => {
  const endpoint = "http://h";
  const error = assertThrows(() => new HubClient({ endpoint, token: "hf_a\nb" }), TypeError);
  assert(!error.message.includes("hf_a"));
  for (const bad of ["", "h", "ftp://h", "http://u:p@h", "http://h?x", "http://h#x"]) {
    assertThrows(() => new HubClient({ endpoint: bad }), TypeError);
  }
});

Deno.test("a listing's prefix is one escaped segment, its cursor comes from the next link", async () => {
  await using hub = startHub((_, count) =>
    Response.json([file("a/b c"), { type: "directory", path: "a/d" }], {
      headers: count === 1
        ? { link: '<https://elsewhere.test/x?limit=2&cursor=c%2B1%3D>; rel="next"' }
        : {},
    })
  );
  const client = clientOf(hub);
  const query = { prefix: "a/b c?#%é", recursive: false, limit: 2 } as const;
  const first = await client.treePage("a/b", query);
  assertEquals(first.items.length, 2);
  assertEquals(first.cursor, "c+1=");
  const second = await client.treePage("a/b", { ...query, cursor: first.cursor });
  assertEquals("cursor" in second, false);
  assertEquals(hub.seen.map(({ target }) => target), [
    "/api/buckets/a/b/tree/a%2Fb%20c%3F%23%25%C3%A9?recursive=false&limit=2",
    "/api/buckets/a/b/tree/a%2Fb%20c%3F%23%25%C3%A9?recursive=false&limit=2&cursor=c%2B1%3D",
  ]);
});

Deno.test("the prefix that no URL can hold is picked out of the whole listing", async () => {
  await using hub = startHub(() => Response.json([file(".a"), file("b"), file("..c")]));
  const client = clientOf(hub);
  const paths = async (prefix: string) =>
    (await client.treePage("a/b", { prefix, recursive: true })).items.map(({ path }) => path);
  assertEquals(await paths("."), [".a", "..c"]);
  assertEquals(await paths(".."), ["..c"]);
  assertEquals(hub.seen[0]?.target, "/api/buckets/a/b/tree?recursive=true");
});

Deno.test("a next page that leads nowhere new is an error, not an endless listing", async () => {
  for (const link of ["</x?cursor=c>", "</x>", "<http://h/x?limit=3>"]) {
    await using hub = startHub(() =>
      Response.json([file("a")], { headers: { link: `${link}; rel="next"` } })
    );
    const listing = clientOf(hub).treePage("a/b", { recursive: true, cursor: "c" });
    assertEquals((await assertRejects(() => listing, HubError)).kind, "malformed");
  }
});

Deno.test("the buckets of a namespace are listed over pages, on this Hub only", async () => {
  const bucket = (name: string) => ({ id: `a/${name}`, private: true, createdAt: CREATED });
  await using hub = startHub((_, count) =>
    count === 1
      ? Response.json([bucket("x"), bucket("y")], {
        headers: { link: '<https://elsewhere.test/api/buckets/a?cursor=2>; rel="next"' },
      })
      : Response.json([bucket("z")])
  );
  const buckets = await Array.fromAsync(clientOf(hub).listBuckets("a"));
  assertEquals(buckets.map(({ id }) => id), ["a/x", "a/y", "a/z"]);
  assertEquals(hub.seen.map(({ target }) => target), [
    "/api/buckets/a",
    "/api/buckets/a?cursor=2",
  ]);
});

Deno.test("resolve reads the headers of the redirect to the bytes, and does not go there", async () => {
  await using hub = startHub(() =>
    new Response(null, {
      status: 302,
      headers: {
        location: "https://cdn.test/signed",
        "x-xet-hash": HASH,
        "x-linked-size": "12",
        "x-linked-etag": `"${HASH}"`,
        "last-modified": "Fri, 06 Feb 2026 17:37:57 GMT",
      },
    })
  );
  assertEquals(await clientOf(hub).resolveFile("a/b", "d/e f"), {
    xetHash: HASH,
    size: 12,
    etag: `"${HASH}"`,
    lastModified: new Date(CREATED),
    location: "https://cdn.test/signed",
  });
  assertEquals(hub.seen.map(({ method, target }) => [method, target]), [
    ["HEAD", "/buckets/a/b/resolve/d%2Fe%20f"],
  ]);
});

Deno.test("resolve follows a redirect inside the Hub and reads a plain answer", async () => {
  await using hub = startHub(({ target }) =>
    target === "/moved"
      ? new Response(null, { headers: { "x-xet-hash": HASH, "content-length": "7" } })
      : new Response(null, { status: 307, headers: { location: "/moved" } })
  );
  assertEquals(await clientOf(hub).resolveFile("a/b", "x"), { xetHash: HASH, size: 7 });
});

Deno.test("resolve of what is not there is nothing, of a bucket that is not there an error", async () => {
  await using hub = startHub(({ target }) => {
    const code = target.startsWith("/buckets/a/b/") ? "EntryNotFound" : "RepoNotFound";
    return new Response(null, { status: 404, headers: { "x-error-code": code } });
  });
  const client = clientOf(hub);
  assertEquals(await client.resolveFile("a/b", "x"), undefined);
  const error = await assertRejects(() => client.resolveFile("a/c", "x"), HubError);
  assertEquals([error.kind, error.code], ["not_found", "RepoNotFound"]);
});
