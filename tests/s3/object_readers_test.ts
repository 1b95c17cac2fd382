import { assertEquals } from "@std/assert";
import { codeOf, read } from "./read_request.ts";

Deno.test("PutObject is read with its type and conditions", async () => {
  const input = await read("PutObject", "PUT", "/b/k", {
    headers: { "content-type": "text/plain", "if-match": '"a", W/"b"' },
    body: "hello",
  });
  assertEquals(input.attributes, { contentType: "text/plain" });
  assertEquals(input.conditions, { ifMatch: ["a", "b"] });
  assertEquals(await new Response(input.body.stream).text(), "hello");
  const bare = await read("PutObject", "PUT", "/b/k", {
    headers: { "content-type": "", "if-none-match": "*" },
    body: "hello",
  });
  assertEquals([bare.attributes, bare.conditions], [{}, { ifNoneMatch: "*" }]);
  await bare.body.stream.cancel();
  const other = await read("PutObject", "PUT", "/b/k", {
    headers: { "if-none-match": '"a"' },
    body: "hello",
  });
  assertEquals(other.conditions, { ifNoneMatch: ["a"] });
  await other.body.stream.cancel();
  const large = { "content-length": String(5 * 1024 ** 3 + 1) };
  assertEquals(await codeOf("PutObject", "PUT", "/b/k", { headers: large }), "EntityTooLarge");
});

Deno.test("GetObject is read with range, part and overrides", async () => {
  const headers = { range: "bytes=0-1", "if-range": '"a"', "if-none-match": '"b"' };
  const target = "/b/k?response-content-type=text%2Fhtml&response-expires=%C3%BC&response-x=1";
  assertEquals(read("GetObject", "GET", target, { headers }), {
    bucket: "b",
    key: "k",
    range: "bytes=0-1",
    ifRange: '"a"',
    checksumMode: false,
    conditions: { ifNoneMatch: '"b"' },
    overrides: { "content-type": "text/html", expires: "\xc3\xbc" },
  });
  assertEquals((await read("GetObject", "GET", "/b/k?partNumber=3")).partNumber, 3);
  const mode = { "x-amz-checksum-mode": "enabled" };
  assertEquals((await read("GetObject", "GET", "/b/k", { headers: mode })).checksumMode, true);
  for (const query of ["partNumber=0", "partNumber=10001", "response-expires=a%0D%0Ab"]) {
    assertEquals(await codeOf("GetObject", "GET", `/b/k?${query}`), "InvalidArgument");
  }
  const anonymous = { signed: false };
  assertEquals(await codeOf("GetObject", "GET", target, anonymous), "InvalidRequest");
  assertEquals(await codeOf("HeadObject", "HEAD", target, anonymous), "InvalidRequest");
  read("GetObject", "GET", "/b/k?response-x=1&response-expires=", anonymous);
});

Deno.test("a condition on a write that names nothing is refused: it would let every write through", async () => {
  for (const value of ["", " ", ",", '*, "a"', '"*"']) {
    const headers = { "if-none-match": value };
    assertEquals(await codeOf("PutObject", "PUT", "/b/k", { headers }), "NotImplemented", value);
  }
  const headers = { "if-none-match": "*, *", "if-match": '*, "a"' };
  const { conditions } = await read("PutObject", "PUT", "/b/k", { headers });
  assertEquals(conditions, { ifNoneMatch: "*", ifMatch: ["*", "a"] });
});

Deno.test("documents come through the verified decoder", async () => {
  const body = "<Delete><Object><Key>k</Key></Object></Delete>";
  const refused: [HeadersInit, string][] = [
    [{ "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" }, "BadDigest"],
    [{ "x-amz-checksum-crc32": "AAAAAA==" }, "BadDigest"],
    [{ "x-amz-content-sha256": "0".repeat(64) }, "XAmzContentSHA256Mismatch"],
  ];
  for (const [headers, code] of refused) {
    assertEquals(await codeOf("DeleteObjects", "POST", "/b?delete", { headers, body }), code);
  }
});
