import { assert, assertEquals } from "@std/assert";
import { randomBytes } from "../support/random_bytes.ts";
import { BUCKET, rawGateway, utf8 } from "./raw_gateway.ts";

const SIZE = 3 * 1024 * 1024;

Deno.test("copies move no bytes, within a bucket or across, however the buckets are named", async () => {
  await using raw = await rawGateway();
  const { counters } = raw.gateway.hub;
  const user = (await (await fetch(`${raw.gateway.hub.url}/api/whoami-v2`, {
    headers: { Authorization: `Bearer ${raw.gateway.hub.token}` },
  })).json()).name;
  assertEquals((await raw.signed("PUT", "/other")).status, 200);
  const headers = { "x-amz-meta-a": "1", "x-amz-tagging": "t=u" };
  const put = await raw.signed("PUT", `/${BUCKET}/key`, {
    headers,
    body: randomBytes(SIZE, 1),
  });
  assertEquals(put.status, 200);
  counters.reset();
  const copies: readonly [target: string, headers: Record<string, string>][] = [
    [`/${BUCKET}/copy`, {}],
    [`/other/copy`, {}],
    [`/${user}--other/again`, { "x-amz-copy-source": `${user}--${BUCKET}/key?versionId=null` }],
    [`/${BUCKET}/key`, { "x-amz-metadata-directive": "REPLACE", "x-amz-meta-a": "2" }],
    [`/${BUCKET}/copy`, { "x-amz-tagging-directive": "REPLACE", "x-amz-tagging": "v=w" }],
  ];
  for (const [target, more] of copies) {
    const headers = { "x-amz-copy-source": `/${BUCKET}/key`, ...more };
    const answer = await raw.signed("PUT", target, { headers });
    assertEquals(answer.status, 200, target);
    assert(answer.body.includes(put.headers.get("etag")?.slice(1, -1) ?? "none"));
  }
  // Sidecars are read and written; of the content not a byte.
  const moved = counters.of("cas").bytesIn + counters.of("cas").bytesOut;
  assert(moved < 50_000, `${moved}`);
  const head = (target: string) => raw.signed("HEAD", target);
  assertEquals((await head("/other/again")).headers.get("x-amz-meta-a"), "1");
  assertEquals((await head(`/${BUCKET}/key`)).headers.get("x-amz-meta-a"), "2");
  for (const target of ["/other/copy", "/other/again", `/${BUCKET}/key`]) {
    assertEquals((await head(target)).headers.get("content-length"), String(SIZE));
    assertEquals((await head(target)).headers.get("etag"), put.headers.get("etag"));
  }
});

Deno.test("keys that can be none are deleted and not found as sources without a call of the Hub", async () => {
  await using raw = await rawGateway();
  const long = "k".repeat(1025);
  const keys = [long, "a//b", "~hugbucket/meta/a", "a/.hugbucket_keep"];
  raw.gateway.hub.counters.reset();
  const entries = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("");
  const body = utf8(`<Delete>${entries}</Delete>`);
  const deleted = await raw.signed("POST", `/${BUCKET}?delete`, { body });
  assertEquals(deleted.body.match(/<Deleted>/g)?.length, keys.length);
  for (const key of keys) {
    const headers = { "x-amz-copy-source": `/${BUCKET}/${key}` };
    assertEquals((await raw.signed("PUT", `/${BUCKET}/x`, { headers })).code, "NoSuchKey");
  }
  assertEquals(raw.gateway.hub.counters.of("*").calls, 0);
});

Deno.test("of many entries just those are deleted whose size, time and entity tag are as told", async () => {
  await using raw = await rawGateway();
  const put = async (key: string) => {
    await raw.signed("PUT", `/${BUCKET}/${key}`, { body: utf8("12345") });
    return (await raw.signed("HEAD", `/${BUCKET}/${key}`)).headers;
  };
  const headers = await put("key");
  const [time, etag] = [headers.get("last-modified"), headers.get("etag")];
  const entry = (...conditions: string[]) =>
    `<Object><Key>key</Key>${conditions.join("")}</Object>`;
  const size = (value: number) => `<Size>${value}</Size>`;
  const at = (value: string | undefined) => `<LastModifiedTime>${value}</LastModifiedTime>`;
  const tag = (value: string | undefined) => `<ETag>${value}</ETag>`;
  const past = "Fri, 02 Jan 2026 03:04:05 GMT";
  const entries = [
    entry(size(4)),
    entry(at(past)),
    entry(tag('"other"')),
    entry(tag(etag), size(4)),
    entry(tag("*"), size(5), at(past)),
    entry(tag("*"), size(5), at(time)),
    entry(size(4)),
  ];
  const body = utf8(`<Delete>${entries.join("")}</Delete>`);
  const answer = await raw.signed("POST", `/${BUCKET}?delete`, { body });
  const results = [...answer.body.matchAll(/<(Deleted|Error)>/g)].map(([, name]) => name);
  assertEquals(results, [...Array(5).fill("Error"), "Deleted", "Deleted"]);
  assertEquals(answer.body.match(/<Code>PreconditionFailed<\/Code>/g)?.length, 5);
  assertEquals(await raw.textOf("key"), "NoSuchKey");
  await put("key");
  const failed = await raw.signed("DELETE", `/${BUCKET}/key`, {
    headers: { "x-amz-if-match-size": "4" },
  });
  assertEquals([failed.status, failed.code], [412, "PreconditionFailed"]);
  assert(failed.body.includes("<Condition>x-amz-if-match-size</Condition>"));
  const right = { "x-amz-if-match-size": "5", "if-match": "*" };
  assertEquals((await raw.signed("DELETE", `/${BUCKET}/key`, { headers: right })).status, 204);
});

Deno.test("copies that the Hub refuses, from a bucket of another region or a repo, are made by their bytes", async () => {
  await using raw = await rawGateway();
  const { hub } = raw.gateway;
  const content = randomBytes(SIZE, 2);
  await hub.seedRepo({ type: "dataset", id: "local/far", files: { "far.bin": content } });
  const created = await fetch(`${hub.url}/api/buckets/local/eu`, {
    method: "POST",
    headers: { Authorization: `Bearer ${hub.token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ region: "eu" }),
  });
  assertEquals(created.status, 200);
  await created.body?.cancel();
  const put = await raw.signed("PUT", `/${BUCKET}/key`, {
    headers: { "x-amz-meta-a": "1", "content-type": "image/png" },
    body: content,
  });
  for (const source of [`/${BUCKET}/key`, "/datasets--local--far/far.bin"]) {
    const headers = { "x-amz-copy-source": source };
    const answer = await raw.signed("PUT", "/eu/copy", { headers });
    assertEquals(answer.status, 200, answer.body);
    const head = await raw.signed("HEAD", "/eu/copy");
    assertEquals(head.headers.get("etag"), put.headers.get("etag"));
    assertEquals(head.headers.get("content-length"), String(SIZE));
    assertEquals(head.headers.get("x-amz-meta-a"), source.includes("key") ? "1" : undefined);
  }
});
