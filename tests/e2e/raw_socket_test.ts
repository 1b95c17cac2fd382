import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { memoryGateway } from "../support/memory_gateway.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { signHeaderV4 } from "../support/sign_requests.ts";
import { BUCKET, rawGateway, utf8 } from "./raw_gateway.ts";

Deno.test("authentication, routing and storage read a path in one way", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", "/other-bucket", { body: utf8("") });
  await raw.signed("PUT", "/other-bucket/k", { body: utf8("other") });
  await raw.signed("PUT", `/${BUCKET}/x`, { body: utf8("x") });
  const reads: [target: string, status: number, code: string][] = [
    [`/${BUCKET}/../other-bucket/k`, 404, "NoSuchKey"],
    [`/${BUCKET}/%2e%2e/other-bucket/k`, 404, "NoSuchKey"],
    [`/${BUCKET}/a/../x`, 404, "NoSuchKey"],
    [`/${BUCKET}//x`, 404, "NoSuchKey"],
    [`/${BUCKET}/./x`, 404, "NoSuchKey"],
    [`/%2e%2e/x`, 404, "NoSuchBucket"],
    [`/./${BUCKET}/x`, 404, "NoSuchBucket"],
    ["//", 400, "InvalidBucketName"],
    [`//${BUCKET}/x`, 400, "InvalidBucketName"],
    [`/${BUCKET}%2Fx`, 400, "InvalidBucketName"],
    [`/${BUCKET}/%zz`, 400, "InvalidURI"],
    [`/${BUCKET}/%`, 400, "InvalidURI"],
    [`/${BUCKET}/%ff`, 400, "InvalidURI"],
    [`/${BUCKET}/%ed%a0%80`, 400, "InvalidURI"],
    [`/${BUCKET}/x?prefix=%zz`, 400, "InvalidURI"],
    [`/${BUCKET}/%00`, 404, "NoSuchKey"],
    [`/${BUCKET}/${"k".repeat(1025)}`, 400, "KeyTooLongError"],
    [`/${BUCKET}/%78`, 200, ""],
    [`/%62ucket/x`, 200, ""],
  ];
  for (const [target, status, code] of reads) {
    const answer = await raw.signed("GET", target);
    assertEquals([answer.status, answer.code], [status, code], target);
  }
});

Deno.test("keys that the Hub refuses are refused, and never stored under another name", async () => {
  await using raw = await rawGateway();
  const put = (target: string) => raw.signed("PUT", `/${BUCKET}/${target}`, { body: utf8("v") });
  for (
    const key of ["a/../b", "a//b", "/b", "./b", "b/..", "a%5Cb", "%00", "a%2F%2Fb", "~hugbucket/b"]
  ) {
    const { status, code } = await put(key);
    assertEquals([status, code], [400, "InvalidArgument"], key);
  }
  for (const key of ["a+b", "a%2Fb", "a%20b", "%C3%BC", "a#b", "a%3Fb", "..b", "a%25b"]) {
    assertEquals((await put(key)).status, 200, key);
  }
  const { body } = await raw.signed("GET", `/${BUCKET}?encoding-type=url`);
  assertEquals(
    [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key),
    ["..b", "a%20b", "a%23b", "a%25b", "a%2Bb", "a/b", "a%3Fb", "%C3%BC"],
  );
});

Deno.test("a signature for one path is none for another that a URL parser would make the same", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/x`, { body: utf8("x") });
  using connection = await raw.connect();
  const signed = signHeaderV4({ method: "GET", target: `/${BUCKET}/x`, headers: {} }, raw.signer);
  for (const target of [`/${BUCKET}/a/../x`, `/${BUCKET}//x`, `/${BUCKET}/./x`, `//${BUCKET}/x`]) {
    const { status } = await connection.exchange({ ...signed, target });
    assertEquals(status, target.startsWith("//") ? 400 : 403, target);
  }
  const absolute = await connection.exchange({
    ...signed,
    target: `http://${raw.signer.host}/${BUCKET}/x`,
  });
  assertEquals([absolute.status, absolute.body], [200, "x"]);
});

Deno.test("targets and heads that are no HTTP are refused, and the server goes on", async () => {
  await using raw = await rawGateway();
  const heads = [
    "GET ?list-type=2 HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
    `GET ${BUCKET}/x HTTP/1.1\r\nHost: h\r\n\r\n`,
    `GET /${BUCKET}/\xff\xfe HTTP/1.1\r\nHost: h\r\n\r\n`,
    `GET /${BUCKET}/a b HTTP/1.1\r\nHost: h\r\n\r\n`,
    `GET /${BUCKET} HTTP/1.1\r\nHost: h/${BUCKET}/secret?\r\n\r\n`,
    `PUT /${BUCKET}/x HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n`,
    `PUT /${BUCKET}/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
  ];
  for (const head of heads) {
    using connection = await raw.connect();
    await connection.write(head);
    assertEquals((await connection.read()).status, 400, head);
  }
  assertEquals((await raw.signed("GET", "/")).status, 200);
});

Deno.test("what a client wants in the answer's headers cannot break the server", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/x`, {
    body: utf8("x"),
    headers: { "content-type": "text/\xc3\xbc" },
  });
  for (const value of ["%01", "%7f", "a%0d%0aX:%20y", "%00", "%1b"]) {
    for (const name of ["content-type", "expires", "content-disposition"]) {
      const answer = await raw.signed("GET", `/${BUCKET}/x?response-${name}=${value}`);
      assertEquals([answer.status, answer.code], [400, "InvalidArgument"], `${name} ${value}`);
    }
  }
  const answer = await raw.signed("GET", `/${BUCKET}/x?response-content-language=%C2%85%C3%BC`);
  assertEquals(answer.status, 200, answer.body);
  assertEquals(answer.headers.get("content-language"), "\xc2\x85\xc3\xbc");
  assertEquals(answer.headers.get("content-type"), "text/\xc3\xbc");
});

Deno.test("after an error the connection goes on, whatever was left of the body", async () => {
  await using raw = await rawGateway();
  const body = new Uint8Array(300_000).fill(0x78);
  const put = { method: "PUT", target: `/${BUCKET}/k`, headers: {}, body };
  using connection = await raw.connect();
  const errors = [
    { ...put, headers: { Authorization: "Basic eDp5" } },
    signHeaderV4({ ...put, target: "/missing-bucket/k" }, raw.signer),
    signHeaderV4({ ...put, headers: { "Content-MD5": "x" } }, raw.signer),
    signHeaderV4({ ...put, headers: { "Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA==" } }, raw.signer),
    signHeaderV4({ ...put, target: `/${BUCKET}/k?tagging` }, raw.signer),
    signHeaderV4({ ...put, target: `/${BUCKET}/k?uploadId=none&partNumber=1` }, raw.signer),
    signHeaderV4({ ...put, method: "POST", target: `/${BUCKET}?delete` }, raw.signer),
    signHeaderV4({ ...put, method: "DELETE", target: `/${BUCKET}/none` }, raw.signer),
  ];
  for (const request of errors) {
    const answer = await connection.exchange(request);
    assert(answer.status === 204 || answer.code !== "", `${answer.status}`);
    assertEquals(answer.headers.get("connection"), undefined);
  }
  const good = signHeaderV4({ method: "GET", target: `/${BUCKET}`, headers: {} }, raw.signer);
  assertEquals((await connection.exchange(good)).status, 200);
});

Deno.test("a refused body of many megabytes is not in the way of the answer", async () => {
  await using raw = await rawGateway();
  using connection = await raw.connect();
  const answer = await connection.exchange({
    method: "PUT",
    target: `/${BUCKET}/k`,
    headers: {},
    body: new Uint8Array(20 * 1024 * 1024),
  });
  assertEquals([answer.status, answer.code], [403, "AccessDenied"]);
  assertEquals(answer.headers.get("connection"), "close");
});

Deno.test("a body that ends early is no object and leaves the old one", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("old") });
  const request = signHeaderV4(
    { method: "PUT", target: `/${BUCKET}/k`, headers: {}, body: utf8("new content") },
    raw.signer,
  );
  {
    using connection = await raw.connect();
    await connection.write(headOf(request.target, { ...request.headers, "Content-Length": "11" }));
    await connection.write("new con");
    await connection.closeWrite();
    const ended = await connection.read("PUT").then(({ status }) => status, () => "cut");
    assert(ended === 400 || ended === "cut", `${ended}`);
  }
  assertEquals(await raw.textOf("k"), "old");
});

Deno.test("of a body that goes on beyond its length, the length is the object", async () => {
  await using raw = await rawGateway();
  using connection = await raw.connect();
  const request = signHeaderV4(
    { method: "PUT", target: `/${BUCKET}/k`, headers: {}, body: utf8("0123") },
    raw.signer,
  );
  await connection.write(headOf(request.target, { ...request.headers, "Content-Length": "4" }));
  await connection.write("0123456789\r\n\r\n");
  assertEquals((await connection.read("PUT")).status, 200);
  assertEquals(await raw.textOf("k"), "0123");
});

Deno.test("HEAD answers as GET does, and not a byte of a body", async () => {
  await using raw = await rawGateway();
  const etag = (await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("0123456789") }))
    .headers.get("etag") ?? "";
  using connection = await raw.connect();
  const send = (method: string, target: string, headers = {}) =>
    connection.exchange(signHeaderV4({ method, target, headers }, raw.signer));
  const cases: [string, Record<string, string>, number, string | undefined][] = [
    [`/${BUCKET}/k`, {}, 200, "10"],
    [`/${BUCKET}/k`, { Range: "bytes=2-4" }, 206, "3"],
    [`/${BUCKET}/k`, { Range: "bytes=10-" }, 416, "0"],
    [`/${BUCKET}/k`, { "If-None-Match": etag }, 304, undefined],
    [`/${BUCKET}/k`, { "If-Match": '"x"' }, 412, "0"],
    [`/${BUCKET}/none`, {}, 404, "0"],
    [`/${BUCKET}/k?partNumber=2`, {}, 416, "0"],
    [`/${BUCKET}/k?uploadId=x`, {}, 405, "0"],
    [`/${BUCKET}`, {}, 200, "0"],
    ["/missing-bucket", {}, 404, "0"],
  ];
  const compared = ["etag", "last-modified", "content-type", "content-range", "accept-ranges"];
  for (const [target, headers, status, length] of cases) {
    const head = await send("HEAD", target, headers);
    assertEquals([head.status, head.headers.get("content-length")], [status, length], target);
    const get = await send("GET", target, headers);
    if (status >= 400 || target === `/${BUCKET}`) continue;
    assertEquals(get.status, status);
    for (const name of compared) assertEquals(head.headers.get(name), get.headers.get(name), name);
  }
});

Deno.test("a client that waits for 100 is told to go on", async () => {
  await using raw = await rawGateway();
  using connection = await raw.connect();
  const request = signHeaderV4(
    { method: "PUT", target: `/${BUCKET}/k`, headers: {}, body: utf8("waited") },
    raw.signer,
  );
  const headers = { ...request.headers, Expect: "100-continue", "Content-Length": "6" };
  await connection.write(headOf(request.target, headers));
  assertEquals((await connection.read("PUT")).status, 100);
  await connection.write("waited");
  assertEquals((await connection.read("PUT")).status, 200);
  assertEquals(await raw.textOf("k"), "waited");
});

Deno.test("XML that is hostile is MalformedXML, whatever it is sent to", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("old") });
  const created = await raw.signed("POST", `/${BUCKET}/k?uploads`, { body: utf8("") });
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(created.body)?.[1] ?? "";
  const bombs = [
    "<",
    "\xff\xfe",
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>',
    '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Delete><Object><Key>k</Key></Object></Delete>',
    "<a>".repeat(100_000),
    "<Delete><Object><Key>k</Key></Object>",
    "<Delete><Object><Key>k</Key></Object></Delete><Delete/>",
    "<Delete><Object><Key>&#0;</Key></Object></Delete>",
    "<Delete><Object><Key>&undefined;</Key></Object></Delete>",
    `<CompleteMultipartUpload${' a="1"'.repeat(3)}/>`,
  ];
  const targets = [`/${BUCKET}?delete`, `/${BUCKET}/k?uploadId=${uploadId}`];
  for (const document of bombs) {
    const body = Uint8Array.from(document, (character) => character.charCodeAt(0));
    for (const target of targets) {
      const answer = await raw.signed("POST", target, { body });
      assertEquals([answer.status, answer.code], [400, "MalformedXML"], document.slice(0, 80));
    }
    const made = await raw.signed("PUT", "/made-bucket", { body });
    assertEquals([made.status, made.code], [400, "MalformedXML"], document.slice(0, 80));
  }
  const empty = await raw.signed("POST", targets[1] ?? "", { body: utf8("") });
  assertEquals([empty.status, empty.code], [400, "MalformedXML"]);
  assertEquals(await raw.textOf("k"), "old");
  assertStringIncludes((await raw.signed("GET", `/${BUCKET}?uploads`)).body, uploadId);
  assertMatch((await raw.signed("GET", "/")).body, /<Buckets><Bucket><Name>bucket<[^]*<\/Buckets>/);
});

function headOf(target: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `PUT ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

Deno.test("a GET whose storage breaks midway is cut off, and never looks whole", async () => {
  class TornStore extends MemoryStore {
    override read(): ReadableStream<Uint8Array> {
      let pieces = 0;
      return new ReadableStream({
        pull(controller) {
          if (pieces++ === 3) return controller.error(new Error("the storage tore"));
          controller.enqueue(new Uint8Array(1000));
        },
      }, { highWaterMark: 0 });
    }
  }
  const { handler } = memoryGateway(undefined, new TornStore());
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}`;
  await (await fetch(`${url}/bucket`, { method: "PUT" })).text();
  await (await fetch(`${url}/bucket/k`, { method: "PUT", body: "x".repeat(5000) })).text();
  using connection = await RawConnection.open(url);
  await connection.write("GET /bucket/k HTTP/1.1\r\nHost: h\r\n\r\n");
  await assertRejects(() => connection.read(), Error, "ended inside a body");
});

Deno.test("a bucket that is not there is missing to every request about it", async () => {
  await using raw = await rawGateway();
  const requests: [method: string, target: string, body?: string, headers?: HeaderMap][] = [
    ["HEAD", ""],
    ["DELETE", ""],
    ["GET", ""],
    ["GET", "?list-type=2&max-keys=0"],
    ["GET", "?max-keys=x"],
    ["GET", "?location"],
    ["GET", "?uploads"],
    ["POST", "?delete", "<Delete><Object><Key>k</Key></Object></Delete>"],
    ["POST", "?delete", "<Delete><Object><Key>k</Key><VersionId>v</VersionId></Object></Delete>"],
    ["POST", "?delete", "no document"],
    ["PUT", "/k", ""],
    ["PUT", "/k", "content"],
    ["PUT", "/k", "content", { "If-None-Match": "*" }],
    ["GET", "/k"],
    ["HEAD", "/k"],
    ["DELETE", "/k"],
    ["PUT", "/k", "", { "x-amz-copy-source": `${BUCKET}/k` }],
    ["POST", "/k?uploads", ""],
    ["PUT", "/k?uploadId=u&partNumber=1", "content"],
    ["PUT", "/k?uploadId=u&partNumber=0", "content"],
    ["POST", "/k?uploadId=u", ""],
    ["GET", "/k?uploadId=u"],
    ["DELETE", "/k?uploadId=u"],
  ];
  await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("content") });
  for (const [method, rest, body, headers = {}] of requests) {
    const more = body === undefined ? { headers } : { headers, body: utf8(body) };
    const answer = await raw.signed(method, `/missing-bucket${rest}`, more);
    const asked = `${method} ${rest}`;
    assertEquals(
      [answer.status, answer.code],
      [404, method === "HEAD" ? "" : "NoSuchBucket"],
      asked,
    );
    if (method !== "HEAD") assertStringIncludes(answer.body, "<BucketName>missing-bucket<", asked);
  }
});

type HeaderMap = Readonly<Record<string, string>>;
