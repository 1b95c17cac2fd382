import { assertEquals, assertStringIncludes } from "@std/assert";
import { BUCKET, type RawGateway, rawGateway, utf8 } from "./raw_gateway.ts";

/** The names of a listing in the order of their appearance: keys, then common prefixes. */
async function listed({ signed }: RawGateway, query: string): Promise<readonly string[]> {
  const { body } = await signed("GET", `/${BUCKET}?list-type=2&${query}`);
  const names = /<Contents><Key>(.*?)<\/Key>|<CommonPrefixes><Prefix>(.*?)<\/Prefix>/g;
  return [...body.matchAll(names)].map(([, key, prefix]) => key ?? prefix ?? "");
}

Deno.test("a folder marker is an object of its own name, in its place, and nothing else", async () => {
  await using raw = await rawGateway();
  const status = async (method: string, key: string, body?: string) =>
    (await raw.signed(method, `/${BUCKET}/${key}`, body === undefined ? {} : { body: utf8(body) }))
      .status;
  assertEquals(await status("PUT", "dir/b", "b"), 200);
  assertEquals(await status("HEAD", "dir/"), 404);
  assertEquals(await status("PUT", "dir/", ""), 200);
  assertEquals(await status("PUT", "dir0", "0"), 200);
  assertEquals(await listed(raw, ""), ["dir/", "dir/b", "dir0"]);
  assertEquals(await listed(raw, "delimiter=%2F"), ["dir0", "dir/"]);
  assertEquals(await listed(raw, "prefix=dir%2F&delimiter=%2F"), ["dir/", "dir/b"]);
  const head = await raw.signed("HEAD", `/${BUCKET}/dir/`);
  assertEquals(
    [head.status, head.headers.get("content-length"), head.headers.get("content-type")],
    [200, "0", "application/x-directory"],
  );
  for (const key of ["dir", "dir/.hugbucket_keep"]) assertEquals(await status("GET", key), 404);
  assertEquals(await status("PUT", "dir/.hugbucket_keep", "x"), 400);
  assertEquals(await status("DELETE", "dir/.hugbucket_keep"), 204);
  assertEquals(await status("HEAD", "dir/"), 200);
  assertEquals(await status("PUT", "dir/", "with bytes"), 200);
  assertEquals(await raw.textOf("dir/"), "with bytes");
  assertEquals(await status("DELETE", "dir/"), 204);
  assertEquals(await listed(raw, ""), ["dir/b", "dir0"]);
});

Deno.test("a key beside keys under it, and keys that differ in normalisation only, are all kept", async () => {
  await using raw = await rawGateway();
  const keys = ["a", "a/b", "a/b/c", "a!", "e%CC%81", "%C3%A9", "%F0%9F%98%80", "%EF%BF%BD"];
  for (const key of keys) {
    assertEquals((await raw.signed("PUT", `/${BUCKET}/${key}`, { body: utf8(key) })).status, 200);
  }
  for (const key of keys) assertEquals(await raw.textOf(key), key);
  assertEquals(await listed(raw, "encoding-type=url"), [
    "a",
    "a%21",
    "a/b",
    "a/b/c",
    "e%CC%81",
    "%C3%A9",
    "%EF%BF%BD",
    "%F0%9F%98%80",
  ]);
});

Deno.test("of concurrent conditional writes to one key just one succeeds", async () => {
  await using raw = await rawGateway();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      raw.signed("PUT", `/${BUCKET}/k`, {
        headers: { "If-None-Match": "*" },
        body: utf8(`writer ${i}`),
      })),
  );
  const winners = answers.flatMap(({ status }, i) => status === 200 ? [i] : []);
  assertEquals(winners.length, 1);
  assertEquals(answers.filter(({ code }) => code === "PreconditionFailed").length, 9);
  assertEquals(await raw.textOf("k"), `writer ${winners[0]}`);
});

Deno.test("concurrent completions of one upload give one object and one answer", async () => {
  await using raw = await rawGateway();
  const { body } = await raw.signed("POST", `/${BUCKET}/k?uploads`, { body: utf8("") });
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? "";
  const target = `/${BUCKET}/k?uploadId=${uploadId}`;
  const part = await raw.signed("PUT", `${target}&partNumber=1`, { body: utf8("content") });
  const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${
    part.headers.get("etag")
  }</ETag></Part></CompleteMultipartUpload>`;
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => raw.signed("POST", target, { body: utf8(document) })),
  );
  assertEquals(new Set(answers.map(({ status }) => status)), new Set([200]));
  assertEquals(new Set(answers.map(({ body }) => body)).size, 1);
  assertStringIncludes(answers[0]?.body ?? "", "<Key>k</Key>");
  assertEquals(await raw.textOf("k"), "content");
  assertEquals((await raw.signed("DELETE", target)).code, "NoSuchUpload");
});
