import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertError, DOC, EMPTY, startTestHub, type TestHub, TOKENS } from "../../test_hub.ts";

const RESOLVE = "/buckets/alice/photos/resolve";

async function startWithFile(options: Parameters<typeof startTestHub>[0] = {}): Promise<TestHub> {
  const test = await startTestHub(options);
  await test.registerRecorded("alice/photos");
  await test.batch("alice/photos", {
    type: "addFile",
    path: "dir/doc é.txt",
    xetHash: DOC,
    contentType: "text/plain",
  });
  await test.addEmpty("alice/photos", "empty");
  return test;
}

const FILE = `${RESOLVE}/dir/doc%20%C3%A9.txt`;

/** The path of the signed URL that a plain GET redirects to. */
async function location(test: TestHub, path = FILE): Promise<string> {
  const answer = await test.call("GET", path);
  assertEquals(answer.status, 302);
  const target = answer.headers.get("Location") ?? "";
  assert(target.startsWith(`${test.hub.url}/`), target);
  return target.slice(test.hub.url.length);
}

Deno.test("HEAD and GET redirect, with hash, size and links in the headers", async () => {
  await using test = await startWithFile();
  for (const method of ["HEAD", "GET"]) {
    const { status, headers } = await test.call(method, FILE, { token: null });
    assertEquals(status, 302);
    assertEquals(headers.get("X-Xet-Hash"), DOC);
    assertEquals(headers.get("X-Linked-Size"), "200000");
    assertEquals(headers.get("X-Linked-ETag"), `"${DOC}"`);
    assertEquals(headers.get("ETag"), `"${DOC}"`);
    const { url } = test.hub;
    assertEquals(
      headers.get("Link"),
      `<${url}/api/buckets/alice/photos/xet-read-token>; rel="xet-auth", ` +
        `<${url}/cas/v1/reconstructions/${DOC}>; rel="xet-reconstruction-info"`,
    );
  }
});

Deno.test("the redirect's target repeats the headers and serves the bytes", async () => {
  await using test = await startWithFile();
  const target = await location(test);
  const head = await test.call("HEAD", target, { token: null });
  assertEquals(head.status, 200);
  assertEquals(head.headers.get("Content-Length"), "200000");
  assertEquals(head.headers.get("X-Xet-Hash"), DOC);
  assertMatch(head.headers.get("Link") ?? "", /rel="xet-auth"/);
  assertEquals(head.headers.get("Content-Type"), "text/plain");
  assertEquals(
    head.headers.get("Content-Disposition"),
    "inline; filename*=UTF-8''doc%20%C3%A9.txt",
  );
  const body = await (await fetch(test.hub.url + target)).bytes();
  assertEquals(body.length, 200_000);
  const plain = await location(test, `${FILE}?noContentDisposition=1`);
  const without = await test.call("HEAD", plain);
  assertEquals(without.headers.get("Content-Disposition"), null);
});

Deno.test("ranges are served behind the redirect", async () => {
  await using test = await startWithFile();
  const whole = await (await fetch(test.hub.url + FILE)).bytes();
  const get = async (Range: string) => {
    const response = await fetch(test.hub.url + FILE, { headers: { Range } });
    const bytes = await response.bytes();
    return { status: response.status, bytes, range: response.headers.get("Content-Range") };
  };
  const part = (from: number, to: number) => ({
    status: 206,
    bytes: whole.slice(from, to),
    range: `bytes ${from}-${to - 1}/200000`,
  });
  assertEquals(await get("bytes=0-0"), part(0, 1));
  assertEquals(await get("bytes=65530-140000"), part(65530, 140_001));
  assertEquals(await get("bytes=199999-"), part(199_999, 200_000));
  assertEquals(await get("bytes=-10"), part(199_990, 200_000));
  assertEquals(await get("bytes=100-999999"), part(100, 200_000));
  const outside = await get("bytes=200000-");
  assertEquals([outside.status, outside.range], [416, "bytes */200000"]);
});

Deno.test("a signed URL needs its signature and ends in time", async () => {
  let now = 1_800_000_000_000;
  await using test = await startWithFile({ now: () => now, urlLifetimeSeconds: 10 });
  const target = await location(test);
  const status = async (path: string) => (await test.call("HEAD", path, { token: null })).status;
  assertEquals(await status(target), 200);
  assertEquals(await status(target.replace(DOC, EMPTY)), 403);
  assertEquals(await status(target.replace(/Expires=\d+/, "Expires=1900000000")), 403);
  assertEquals(await status(target.slice(0, target.indexOf("?"))), 403);
  now += 11_000;
  assertEquals(await status(target), 403);
});

Deno.test("a download begun before an overwrite still serves the old bytes", async () => {
  await using test = await startWithFile();
  const target = await location(test);
  await test.addEmpty("alice/photos", "dir/doc é.txt");
  assertEquals((await test.call("GET", FILE, { token: null })).headers.get("X-Xet-Hash"), EMPTY);
  assertEquals((await test.call("HEAD", target)).headers.get("Content-Length"), "200000");
});

Deno.test("the empty file is served", async () => {
  await using test = await startWithFile();
  const response = await fetch(`${test.hub.url}${RESOLVE}/empty`);
  assertEquals([response.status, await response.text()], [200, ""]);
  assertEquals(response.headers.get("Content-Length"), "0");
});

Deno.test("xet file info is answered at once to those who accept it", async () => {
  await using test = await startWithFile();
  const headers = { Accept: "application/vnd.xet-fileinfo+json, */*", Range: "bytes=0-0" };
  const answer = await test.call("GET", FILE, { headers });
  assertEquals(answer.status, 200);
  assertEquals(answer.headers.get("Content-Type"), "application/vnd.xet-fileinfo+json");
  assertEquals(answer.headers.get("X-Linked-Size"), "200000");
  assertMatch(
    answer.headers.get("Link") ?? "",
    /rel="xet-auth", <http.*rel="xet-reconstruction-info"/,
  );
  assertEquals(answer.json, {
    hash: DOC,
    size: 200_000,
    etag: `"${DOC}"`,
    refreshUrl: `${test.hub.url}/api/buckets/alice/photos/xet-read-token`,
    reconstructionUrl: `${test.hub.url}/cas/v1/reconstructions/${DOC}`,
  });
});

Deno.test("a missing file is EntryNotFound, also for HEAD and for odd paths", async () => {
  await using test = await startWithFile();
  for (const path of ["none", "dir", "dir/", "a%00b", "dir%2F%2Fdoc", ""]) {
    assertError(
      await test.call("GET", `${RESOLVE}/${path}`),
      404,
      "EntryNotFound",
      "Entry not found",
    );
  }
  const head = await test.call("HEAD", `${RESOLVE}/none`);
  assertEquals([head.status, head.headers.get("X-Error-Code"), head.text], [
    404,
    "EntryNotFound",
    "",
  ]);
});

Deno.test("a private bucket's files are for its members", async () => {
  await using test = await startWithFile();
  await test.call("PUT", "/api/buckets/alice/photos/settings", { json: { private: true } });
  assertEquals((await test.call("GET", FILE, { token: null })).status, 401);
  assertError(
    await test.call("GET", FILE, { token: TOKENS.bob }),
    404,
    "RepoNotFound",
    "Repository not found",
  );
  assertEquals((await test.call("GET", FILE)).status, 302);
});
