import { assert, assertEquals } from "@std/assert";
import { BucketClient } from "../../lib/buckets/mod.ts";
import { signHeaderV4 } from "../support/sign_requests.ts";
import { FORM_TYPE, formBody } from "./forged_requests/samples.ts";
import { BUCKET, type RawGateway, rawGateway, utf8 } from "./raw_gateway.ts";

const OTHER = "other-bucket";

/** How a key can stand on the wire, a character a byte, and the key that it is. */
const KEYS: readonly (readonly [wire: string, key: string])[] = [
  ["x#fragment", "x#fragment"],
  ["#", "#"],
  ["x%23", "x#"],
  ["x%3Facl", "x?acl"],
  ["x;v=1", "x;v=1"],
  ["a+b", "a+b"],
  ["a%2Bb", "a+b"],
  ["a%20b", "a b"],
  ["%20", " "],
  ["%20x%20", " x "],
  ["a%2fb", "a/b"],
  ["a%2Fb", "a/b"],
  ["%61", "a"],
  ["%2e", "."],
  ["x/.", "x/."],
  ["x/./y", "x/./y"],
  ["..x", "..x"],
  ["%252e%252e%252fx", "%2e%2e%2fx"],
  ["%2500", "%00"],
  ["%25", "%"],
  ["\xc3\xbc", "ü"],
  ["%c3%bc", "ü"],
  ["%E2%82%AC", "€"],
  ["%F0%9F%98%80", "😀"],
  ["\xf0\x9f\x98\x80", "😀"],
  ["%C3%A9", "é"],
  ["e%CC%81", "e\u0301"],
  ["%EF%BB%BFx", "\ufeffx"],
  ["%EF%BF%BF", "\uffff"],
  ["%01", "\x01"],
  ["%09", "\t"],
  ["%0A", "\n"],
  ["%0D%0A", "\r\n"],
  ["%7F", "\x7f"],
  ["%C2%85", "\x85"],
  ['<>"{}|^`[]', '<>"{}|^`[]'],
  ["!*'();:@&=$,", "!*'();:@&=$,"],
  ["%22%3C%3E%26%27", "\"<>&'"],
  ["con", "con"],
  ["nul.", "nul."],
  ["favicon.ico", "favicon.ico"],
  ["http:/x/y", "http:/x/y"],
  ["k".repeat(1024), "k".repeat(1024)],
  ["%C3%BC".repeat(512), "ü".repeat(512)],
];

/** Keys that a Hub path cannot be, or that are the gateway's own. */
const REFUSED: readonly string[] = [
  "../x",
  "%2e%2e/x",
  "%2E%2E%2Fx",
  ".%2e/other-bucket/k",
  "..",
  "x/..",
  "x/../../other-bucket/k",
  "x..",
  "./x",
  "%2e/x",
  "/x",
  "%2fx",
  "//",
  "x//y",
  "x%2F%2fy",
  "a\\b",
  "%5c",
  "..%5cother-bucket%5ck",
  "%00",
  "a%00b",
  "k%00.txt",
  "~hugbucket/bucket.json",
  "%7ehugbucket/meta/k",
  "%7Ehugbucket%2Fx",
  "x/.hugbucket_keep",
];

/** What is no percent-encoded UTF-8. */
const UNREADABLE: readonly string[] = [
  "%",
  "%2",
  "%zz",
  "%%",
  "x%",
  "%u0041",
  "%ff",
  "%c3",
  "%e2%82",
  "%c0%ae%c0%ae/x",
  "%c0%80",
  "%e0%80%af",
  "%ed%a0%80",
  "%ed%a0%80%ed%b0%80",
  "%f4%90%80%80",
  "%f8%88%80%80%80",
  "%80",
];

const TOO_LONG: readonly string[] = [
  "k".repeat(1025),
  "%C3%BC".repeat(513),
  "k".repeat(20_000),
];

/** A gateway with two buckets, and what stands in them at the Hub. */
async function twoBuckets() {
  const raw = await rawGateway();
  await raw.signed("PUT", `/${OTHER}`, { body: utf8("") });
  for (const bucket of [BUCKET, OTHER]) {
    await raw.signed("PUT", `/${bucket}/k`, { body: utf8(`k of ${bucket}`) });
  }
  return { raw, before: await files(raw) };
}

/** Every path of every bucket at the Hub, with its content's hash. */
async function files({ gateway: { hub } }: RawGateway): Promise<readonly string[]> {
  const buckets = new BucketClient({ token: hub.token, endpoint: hub.url, memoryBudget: 1e6 });
  const found: string[] = [];
  for await (const { id } of buckets.list()) {
    for await (const item of buckets.listTree(id, { recursive: true })) {
      if (item.type === "file") found.push(`${id}/${item.path} ${item.xetHash}`);
    }
  }
  await buckets.close();
  return found.sort();
}

/** Status and code. */
async function ask(
  raw: RawGateway,
  method: string,
  target: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly [number, string]> {
  const more = body === undefined ? { headers } : { headers, body: utf8(body) };
  const answer = await raw.signed(method, target, more);
  assert(method !== "HEAD" || answer.body === "", target);
  return [answer.status, answer.code];
}

Deno.test("a key is what stands on the wire, decoded once, in every place that names one", async () => {
  const { raw, before } = await twoBuckets();
  await using _ = raw;
  for (const [wire, key] of KEYS) {
    const target = `/${BUCKET}/${wire}`;
    assertEquals(await ask(raw, "PUT", target, "v"), [200, ""], wire);
    const made = (await files(raw)).filter((file) => !before.includes(file));
    assertEquals(made.map((file) => file.replace(/ \w+$/, "")), [`local/${BUCKET}/${key}`], wire);
    assertEquals((await raw.signed("GET", target)).body, "v", wire);
    assertEquals(await ask(raw, "HEAD", target), [200, ""], wire);
    const copy = { "x-amz-copy-source": `/${BUCKET}/${wire.replaceAll("+", "%2B")}` };
    assertEquals(await ask(raw, "PUT", `/${BUCKET}/copy`, "", copy), [200, ""], wire);
    assertEquals(await ask(raw, "DELETE", `/${BUCKET}/copy`), [204, ""]);
    assertEquals(await ask(raw, "DELETE", target), [204, ""], wire);
    assertEquals(await files(raw), before, wire);
  }
});

Deno.test("a key that cannot be stored is refused when written, missing when read, and changes nothing", async () => {
  const { raw, before } = await twoBuckets();
  await using _ = raw;
  raw.gateway.hub.counters.reset();
  for (const wire of REFUSED) {
    const target = `/${BUCKET}/${wire}`;
    const refused = [400, "InvalidArgument"] as const;
    const source = { "x-amz-copy-source": `${BUCKET}/k` };
    assertEquals(await ask(raw, "PUT", target, "v"), refused, wire);
    assertEquals(await ask(raw, "PUT", target, "", source), refused, wire);
    assertEquals(await ask(raw, "POST", `${target}?uploads`, ""), refused, wire);
    assertEquals(await ask(raw, "GET", target), [404, "NoSuchKey"], wire);
    assertEquals(await ask(raw, "HEAD", target), [404, ""], wire);
    assertEquals(await ask(raw, "GET", `${target}?tagging`), [404, "NoSuchKey"], wire);
    assertEquals(await ask(raw, "DELETE", target), [204, ""], wire);
    const bad = { "x-amz-copy-source": `/${BUCKET}/${wire}` };
    const [status, code] = await ask(raw, "PUT", `/${BUCKET}/copy`, "", bad);
    assert(status === 404 && code === "NoSuchKey" || code === "InvalidArgument", `${wire} ${code}`);
    const form = formBody({ key: decodeURIComponent(wire) }, "v");
    assertEquals(await ask(raw, "POST", `/${BUCKET}`, form, FORM_TYPE), refused, wire);
  }
  assertEquals(raw.gateway.hub.counters.of("*").calls, 0);
  for (const wire of REFUSED) {
    const key = decodeURIComponent(wire).replaceAll("\0", "&#0;");
    const deletion = `<Delete><Object><Key>${key}</Key></Object></Delete>`;
    const [deleted, why] = await ask(raw, "POST", `/${BUCKET}?delete`, deletion);
    assert(deleted === 200 || why === "MalformedXML" && wire.includes("%00"), `${wire} ${why}`);
  }
  assertEquals(await files(raw), before);
});

Deno.test("what is no percent-encoded UTF-8, or too long, is refused by every operation without a call", async () => {
  const { raw, before } = await twoBuckets();
  await using _ = raw;
  raw.gateway.hub.counters.reset();
  const cases = [
    ...UNREADABLE.map((wire) => [wire, "InvalidURI"] as const),
    ...TOO_LONG.map((wire) => [wire, "KeyTooLongError"] as const),
  ];
  for (const [wire, code] of cases) {
    for (const method of ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"]) {
      const body = method === "PUT" || method === "POST" ? "v" : undefined;
      const expected = [400, method === "HEAD" ? "" : code] as const;
      assertEquals(await ask(raw, method, `/${BUCKET}/${wire}`, body), expected, wire);
    }
  }
  for (const wire of UNREADABLE) {
    for (const target of [`/${wire}`, `/${BUCKET}?prefix=${wire}`, `/${BUCKET}?${wire}`]) {
      assertEquals(await ask(raw, "GET", target), [400, "InvalidURI"], target);
    }
  }
  assertEquals(raw.gateway.hub.counters.of("*").calls, 0);
  for (const wire of UNREADABLE) {
    const source = { "x-amz-copy-source": `/${BUCKET}/${wire}` };
    const copied = await ask(raw, "PUT", `/${BUCKET}/copy`, "", source);
    assertEquals(copied, [400, "InvalidArgument"], wire);
  }
  assertEquals(await files(raw), before);
});

Deno.test("a path that is none of a bucket reaches none, however it is written", async () => {
  const { raw, before } = await twoBuckets();
  await using _ = raw;
  const none = [404, "NoSuchBucket"] as const;
  const invalid = [400, "InvalidBucketName"] as const;
  const paths: readonly (readonly [string, readonly [number, string]])[] = [
    [`//${BUCKET}/k`, invalid],
    ["//", invalid],
    ["///", invalid],
    ["/%2f", invalid],
    [`/%2F${BUCKET}/k`, invalid],
    [`/${BUCKET}%2Fk`, invalid],
    [`/./${BUCKET}/k`, none],
    [`/../${BUCKET}/k`, none],
    [`/.%2E/${BUCKET}/k`, none],
    [`/${BUCKET}%00/k`, none],
    [`/${BUCKET}%20/k`, none],
    [`/%20${BUCKET}/k`, none],
    [`/${BUCKET}./k`, none],
    [`/${BUCKET.toUpperCase()}/k`, none],
    [`/${BUCKET}#/k`, none],
    [`/${BUCKET};x/k`, none],
    [`/local--${BUCKET}--x/k`, none],
    [`/local%2D%2Dmissing/k`, none],
    ["/favicon.ico", none],
    ["/favicon%2Eico", none],
    ["/robots.txt/k", none],
    ["/.well-known/k", none],
  ];
  for (const [path, expected] of paths) {
    assertEquals(await ask(raw, "GET", path), expected, path);
    assertEquals(await ask(raw, "DELETE", path), expected, path);
    const [status] = await ask(raw, "PUT", path, "v");
    assert(status === expected[0] || path.indexOf("/", 1) < 0 && status === 400, path);
  }
  assertEquals(await files(raw), before);
});

Deno.test("the first question mark ends the path, and empty parameters are none", async () => {
  const { raw, before } = await twoBuckets();
  await using _ = raw;
  for (
    const query of ["?", "??", "?&", "?&&&", "?=", "?=v", "?x-id=GetObject", "??acl", "?#", "?;acl"]
  ) {
    assertEquals((await raw.signed("GET", `/${BUCKET}/k${query}`)).body, `k of ${BUCKET}`, query);
  }
  for (const query of ["?acl", "?acl=", "?&acl&", "?%61cl", "?acl=1&acl", "?x&acl=#", "?acl&?"]) {
    const { status, body } = await raw.signed("GET", `/${BUCKET}/k${query}`);
    assertEquals([status, /<AccessControlPolicy/.test(body)], [200, true], query);
  }
  assertEquals(await ask(raw, "DELETE", `/${BUCKET}?`), [409, "BucketNotEmpty"]);
  assertEquals(await ask(raw, "DELETE", `/${BUCKET}/k?acl`), [405, "MethodNotAllowed"]);
  assertEquals(await files(raw), before);
});

Deno.test("an absolute target is the path behind its authority, and its signature that of the path", async () => {
  const { raw, before } = await twoBuckets();
  await using _ = raw;
  const origins = [
    "http://host",
    `http://${raw.signer.host}`,
    "HTTP://h:1",
    "http://u:p@h",
    "s3://h",
  ];
  for (const origin of origins) {
    for (const path of [`/${BUCKET}/k`, `/${BUCKET}/../${OTHER}/k`, `/${BUCKET}//k`, "/", ""]) {
      using connection = await raw.connect();
      const request = { method: "GET", target: path === "" ? "/" : path, headers: {} };
      const signed = signHeaderV4(request, raw.signer);
      const plain = await connection.exchange(signed);
      const absolute = await connection.exchange({ ...signed, target: origin + path });
      const seen = ({ status, code }: typeof plain) => [status, code];
      assertEquals(seen(absolute), seen(plain), origin + path);
      const other = await connection.exchange({ ...signed, target: `${origin}/${OTHER}/k` });
      assertEquals([other.status, other.code], [403, "SignatureDoesNotMatch"], origin + path);
    }
  }
  const put = signHeaderV4(
    { method: "PUT", target: `/${BUCKET}/new`, headers: {}, body: utf8("v") },
    raw.signer,
  );
  using connection = await raw.connect();
  await connection.exchange({ ...put, target: `http://${OTHER}/${BUCKET}/new` });
  const made = (await files(raw)).filter((file) => !before.includes(file));
  assertEquals(made.map((file) => file.replace(/ \w+$/, "")), [`local/${BUCKET}/new`]);
});
