import { assertEquals, assertThrows } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { parseTarget, requireHost } from "../../lib/http/request_target.ts";

const CASES: readonly (readonly [url: string, path: string, query: string | undefined])[] = [
  ["http://localhost:9000/", "/", undefined],
  ["http://localhost:9000", "/", undefined],
  ["http://localhost?x", "/", "x"],
  ["https://h/a/../b//c%2F?x=1", "/a/../b//c%2F", "x=1"],
  ["http://h/%2e%2e/./k", "/%2e%2e/./k", undefined],
  ["http://h/a\\b#c?d?e=/", "/a\\b#c", "d?e=/"],
  ["http://h/k?", "/k", ""],
  ["http://h/http://other/k", "/http://other/k", undefined],
  ["/b/http://other/k?u=http://x/", "/b/http://other/k", "u=http://x/"],
  ["//b/k", "//b/k", undefined],
  ["http://h//b", "//b", undefined],
  ["http://user:pw@h:1/k", "/k", undefined],
];

for (const [url, rawPath, rawQuery] of CASES) {
  Deno.test(`the target ${url} is split and left raw`, () => {
    assertEquals(parseTarget(url), { rawPath, rawQuery });
  });
}

Deno.test("the runtime hands targets over raw", async () => {
  const seen: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { rawPath, rawQuery } = parseTarget(request.url);
    seen.push(`${rawPath} ${rawQuery}`);
    return new Response();
  });
  const targets = ["/a/../b//c%2F?x=%zz", "http://other:80/k%20?", "/%2e%2e/.", "/a+b?c+d"];
  for (const target of targets) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    const text = `GET ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(text));
    await new Response(connection.readable).text();
  }
  await server.shutdown();
  assertEquals(seen, ["/a/../b//c%2F x=%zz", "/k%20 ", "/%2e%2e/. undefined", "/a+b c+d"]);
});

Deno.test("a Host header that is none is refused: the runtime puts it before the target", () => {
  for (const host of [null, "", "localhost:9000", "[::1]:9000", "b.example.org", "127.0.0.1"]) {
    requireHost(host);
  }
  for (const host of ["a/b", "a?b", "a#b", "a b", "a\\b", "user@a", "a\tb", "/"]) {
    assertThrows(() => requireHost(host), S3Error);
  }
});
