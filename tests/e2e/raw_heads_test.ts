import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RawAnswer } from "../support/raw_connection.ts";
import { signHeaderV4 } from "../support/sign_requests.ts";
import { BUCKET, type RawGateway, rawGateway, utf8 } from "./raw_gateway.ts";

async function gatewayWithObject(): Promise<RawGateway> {
  const raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("old") });
  return raw;
}

/** The header lines of a request that is signed well; the body is not covered. */
function signedLines(
  raw: RawGateway,
  method: string,
  target = `/${BUCKET}/k`,
  headers: Readonly<Record<string, string>> = {},
): readonly string[] {
  const signed = signHeaderV4({ method, target, headers }, raw.signer, "UNSIGNED-PAYLOAD");
  return Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}`);
}

const text = (line: string, lines: readonly string[]): string =>
  `${[line, ...lines].join("\r\n")}\r\n\r\n`;

/** Sends text on a connection of its own and reads the first answer. */
async function answerTo(raw: RawGateway, sent: string, method = "GET"): Promise<RawAnswer> {
  using connection = await raw.connect();
  // A head that is much too long is refused before all of it is sent.
  await connection.write(sent).catch(() => undefined);
  return await connection.read(method);
}

/** Everything that can be read of the bucket. */
const contents = async (raw: RawGateway): Promise<string> =>
  (await raw.signed("GET", `/${BUCKET}`)).body + await raw.textOf("k");

Deno.test("a method that is none, or not in capitals, does nothing", async () => {
  await using raw = await gatewayWithObject();
  const before = await contents(raw);
  const methods = ["get", "Get", "head", "put", "Put", "post", "delete", "dELETE", "PATCH", "TRACE"]
    .concat([
      "COPY",
      "MOVE",
      "LOCK",
      "PROPFIND",
      "PURGE",
      "LINK",
      "M-SEARCH",
      "G",
      "X".repeat(300),
    ]);
  const targets = ["/", `/${BUCKET}`, `/${BUCKET}/k`, `/${BUCKET}?delete`, `/${BUCKET}/k?uploads`];
  raw.gateway.hub.counters.reset();
  for (const method of methods) {
    for (const target of targets) {
      const line = `${method} ${target} HTTP/1.1`;
      const refused = await answerTo(raw, text(line, [`Host: ${raw.signer.host}`]));
      assertEquals([refused.status, refused.code], [403, "AccessDenied"], line);
      const answer = await answerTo(raw, text(line, signedLines(raw, method, target)));
      assertEquals([answer.status, answer.code], [405, "MethodNotAllowed"], line);
      assertStringIncludes(answer.body, `<Method>${method}</Method>`);
      assert(answer.headers.has("allow"), line);
    }
  }
  assertEquals(raw.gateway.hub.counters.of("*").calls, 0);
  for (const method of ["G@T", "GET\t", "\xc3\xbc", "", "GET GET", "CONNECT", "\x00", "{GET}"]) {
    const line = `${method} /${BUCKET}/k HTTP/1.1`;
    assertEquals((await answerTo(raw, text(line, signedLines(raw, method)))).status, 400, line);
  }
  assertEquals(await contents(raw), before);
});

Deno.test("a head that is no HTTP is refused and its connection closed, whatever it asks for", async () => {
  await using raw = await gatewayWithObject();
  const before = await contents(raw);
  raw.gateway.hub.counters.reset();
  const target = `/${BUCKET}/k`;
  const lines = signedLines(raw, "DELETE");
  const good = `DELETE ${target} HTTP/1.1`;
  const heads: readonly (readonly [line: string, lines: readonly string[]])[] = [
    [`DELETE ${target}`, lines],
    [`DELETE ${target} HTTP/1.2`, lines],
    [`DELETE ${target} HTTP/2.0`, lines],
    [`DELETE ${target} HTTP/0.9`, lines],
    [`DELETE ${target} http/1.1`, lines],
    [`DELETE ${target} HTTP/11`, lines],
    [`DELETE  ${target} HTTP/1.1`, lines],
    [` DELETE ${target} HTTP/1.1`, lines],
    [`DELETE\t${target}\tHTTP/1.1`, lines],
    [`DELETE ${target} x HTTP/1.1`, lines],
    [`DELETE ${target.slice(1)} HTTP/1.1`, lines],
    [`DELETE ?${target} HTTP/1.1`, lines],
    [`DELETE #${target} HTTP/1.1`, lines],
    [`DELETE \\${target} HTTP/1.1`, lines],
    [`DELETE ${raw.signer.host} HTTP/1.1`, lines],
    [`DELETE * HTTP/1.1`, lines],
    [`DELETE http:${target} HTTP/1.1`, lines],
    [`DELETE /${BUCKET}/\xff HTTP/1.1`, lines],
    [`DELETE /${BUCKET}/\xc3( HTTP/1.1`, lines],
    [`DELETE /${BUCKET}/\x00 HTTP/1.1`, lines],
    [`DELETE /${BUCKET}/\x01 HTTP/1.1`, lines],
    [`DELETE /${BUCKET}/\x7f HTTP/1.1`, lines],
    [`DELETE /${BUCKET}?\xff HTTP/1.1`, lines],
    [good, [...lines, `Host: ${raw.signer.host}`]],
    [good, [...lines, "Host: other"]],
    [good, [...lines, "no colon"]],
    [good, [...lines, ": no name"]],
    [good, [...lines, "name : blank"]],
    [good, [...lines, "na me: blank"]],
    [good, [...lines, "n\xc3\xa4me: x"]],
    [good, [...lines, "name: nul\x00"]],
    [good, [...lines, "name: return\rhere"]],
    [good, [...lines, "name: control\x01"]],
    [good, [...lines, "name: folded", " on"]],
    [good, [...lines, "name: folded", "\ton"]],
    [good, [" first: folded", ...lines]],
    [good, [...lines, "long: " + "x".repeat(1024 * 1024)]],
    [good, [...lines, ...Array.from({ length: 300 }, (_, i) => `many-${i}: x`)]],
    [`DELETE /${"x".repeat(300_000)} HTTP/1.1`, lines],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", []],
  ];
  for (const [line, lines] of heads) {
    const which = `${line.slice(0, 60)} ${lines.at(-1)?.slice(0, 40)}`;
    const answer = await answerTo(raw, text(line, lines)).catch(() => undefined);
    assert(answer === undefined || answer.status === 400, `${which} ${answer?.status}`);
    assertEquals(answer?.headers.get("connection"), answer && "close", which);
  }
  assertEquals(raw.gateway.hub.counters.of("*").calls, 0);
  assertEquals(await contents(raw), before);
});

Deno.test("a Host that is none is refused, and without one no signature is good", async () => {
  await using raw = await gatewayWithObject();
  const before = await contents(raw);
  raw.gateway.hub.counters.reset();
  const line = `DELETE /${BUCKET}/k HTTP/1.1`;
  const others = signedLines(raw, "DELETE").filter((line) => !line.startsWith("Host"));
  const hosts = ["a b", "a/b", `a/${BUCKET}/k?`, "a?b", "a#b", "a\\b", "u@a", "a\tb"];
  for (const host of hosts) {
    const answer = await answerTo(raw, text(line, [`Host: ${host}`, ...others]));
    assertEquals([answer.status, answer.code], [400, "InvalidRequest"], host);
  }
  for (const host of ["", "other", "[::1]", `${raw.signer.host}.`, "a,b", "<x>", "%00", ".."]) {
    const answer = await answerTo(raw, text(line, [`Host: ${host}`, ...others]));
    assertEquals([answer.status, answer.code], [403, "SignatureDoesNotMatch"], host);
  }
  for (const version of ["1.0", "1.1"]) {
    const answer = await answerTo(raw, text(line.replace("1.1", version), others));
    assertEquals([answer.status, answer.code], [403, "SignatureDoesNotMatch"], version);
  }
  assertEquals(raw.gateway.hub.counters.of("*").calls, 0);
  assertEquals(await contents(raw), before);
});

Deno.test("HTTP/1.0 is answered as HTTP/1.1 is, and its connection closed", async () => {
  await using raw = await gatewayWithObject();
  using connection = await raw.connect();
  const get = text(`GET /${BUCKET}/k HTTP/1.0`, signedLines(raw, "GET"));
  await connection.write(get);
  const answer = await connection.read();
  assertEquals([answer.status, answer.body], [200, "old"]);
  assertEquals(answer.headers.get("transfer-encoding"), undefined);
  assert(await connection.ended());
  using kept = await raw.connect();
  for (let times = 0; times < 2; times++) {
    await kept.write(text(`GET /${BUCKET} HTTP/1.0`, [
      ...signedLines(raw, "GET", `/${BUCKET}`),
      "Connection: keep-alive",
    ]));
    const listing = await kept.read();
    assertEquals([listing.status, listing.headers.get("transfer-encoding")], [200, undefined]);
  }
  const missing = text(`GET /${BUCKET}/none HTTP/1.0`, signedLines(raw, "GET", `/${BUCKET}/none`));
  assertEquals((await answerTo(raw, missing)).code, "NoSuchKey");
});

Deno.test("names of headers have no case, their lines no order, and blanks around values no meaning", async () => {
  await using raw = await gatewayWithObject();
  const lines = signedLines(raw, "GET", undefined, { "x-amz-checksum-mode": "ENABLED" });
  const name = (change: (name: string) => string) =>
    lines.map((line) => line.replace(/^[^:]*/, change));
  const odd = (name: string) =>
    [...name].map((letter, i) => i % 2 === 0 ? letter.toUpperCase() : letter.toLowerCase()).join(
      "",
    );
  const readings = [
    name((name) => name.toUpperCase()),
    name((name) => name.toLowerCase()),
    name(odd),
    lines.toReversed(),
    lines.map((line) => line.replace(": ", ":")),
    lines.map((line) => line.replace(": ", ": \t ")),
    lines.map((line) => `${line} \t`),
    ["X-Empty:", ...lines],
    ["Expect: 200-ok", "Upgrade: h2c, websocket", "Connection: keep-alive, Upgrade", ...lines],
    ["Accept-Encoding: gzip, br, zstd", "TE: trailers", "Trailer: x", ...lines],
    [...lines, ...Array.from({ length: 80 }, (_, i) => `many-${i}: x`)],
    [...lines, `long: ${"x".repeat(32_000)}`],
    [...lines, "binary: \xff\xfe\x80"],
  ];
  for (const lines of readings) {
    const answer = await answerTo(raw, text(`GET /${BUCKET}/k HTTP/1.1`, lines));
    assertEquals([answer.status, answer.body], [200, "old"], lines.join("\n").slice(0, 300));
    assertEquals(answer.headers.get("content-encoding"), undefined);
  }
  const crowded = `\r\n\r\n${text(`GET /${BUCKET}/k HTTP/1.1`, lines)}`;
  assertEquals((await answerTo(raw, crowded)).body, "old");
});

Deno.test("the server outlives whatever is sent to it and whoever leaves it", async () => {
  await using raw = await gatewayWithObject();
  const before = await contents(raw);
  const put = text(`PUT /${BUCKET}/k HTTP/1.1`, [
    ...signedLines(raw, "PUT"),
    "Content-Length: 1000000",
  ]);
  const get = text(`GET /${BUCKET}/k HTTP/1.1`, signedLines(raw, "GET"));
  const sent = [
    "",
    "\r\n",
    "G",
    "GET",
    "GET / HTTP/1.1\r\nHos",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x00\x00\x00\x04\x01\x00\x00\x00\x00",
    put,
    `${put}${"x".repeat(1000)}`,
    get.repeat(50),
    `${get}${put}`,
  ];
  for (const start of sent) {
    using connection = await raw.connect();
    await connection.write(start);
  }
  assertEquals(await contents(raw), before);
});
