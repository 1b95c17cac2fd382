import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareUtf8 } from "../../lib/flow/utf8_order.ts";
import { writeContinuation } from "../../lib/ops/continuation.ts";
import type { ListObjectsInput, ListObjectsOutput } from "../../lib/s3/operations.ts";
import { BUCKET, type OpsUnderTest, opsUnderTest, SEAL } from "./ops_under_test.ts";

const listInput = (change: Partial<ListObjectsInput> = {}): ListObjectsInput => ({
  bucket: BUCKET,
  version: 2,
  prefix: "",
  maxKeys: 1000,
  fetchOwner: false,
  ...change,
});

const namesOf = ({ entries }: ListObjectsOutput): string[] =>
  entries.map((entry) => entry.kind === "object" ? entry.object.key : entry.prefix);

/** All entries, page by page, each page full but the last. */
async function pages({ run }: OpsUnderTest, input: ListObjectsInput): Promise<string[][]> {
  const all: string[][] = [];
  let next: Partial<ListObjectsInput> = {};
  for (;;) {
    const page = await run("ListObjectsV2", { ...input, ...next });
    all.push(namesOf(page));
    if (!page.truncated) {
      assertEquals([page.nextMarker, page.nextContinuationToken], [undefined, undefined]);
      return all;
    }
    next = input.version === 1
      ? { marker: page.nextMarker ?? "" }
      : { continuationToken: page.nextContinuationToken ?? "" };
  }
}

Deno.test("pages of any size show every key and prefix once, in order, in both versions", async () => {
  const ops = await opsUnderTest();
  for (const key of ["a", "a/1", "a/2", "b/1", "b/2", "c", "d/1", "d0"]) await ops.put(key);
  const grouped = ["a", "a/", "b/", "c", "d/", "d0"];
  for (const version of [1, 2] as const) {
    for (let maxKeys = 1; maxKeys <= 7; maxKeys++) {
      const listed = await pages(ops, listInput({ version, maxKeys, delimiter: "/" }));
      assertEquals(listed.flat(), grouped);
      assertEquals(listed.length, Math.ceil(grouped.length / maxKeys));
    }
  }
});

Deno.test("a page that ends on a common prefix goes on behind all its keys", async () => {
  const ops = await opsUnderTest();
  for (const key of ["a/1", "a/2", "a0"]) await ops.put(key);
  const first = await ops.run("ListObjects", listInput({ version: 1, maxKeys: 1, delimiter: "/" }));
  assertEquals([first.nextMarker, first.truncated], ["a/", true]);
  const next = listInput({ version: 1, delimiter: "/", marker: "a/" });
  assertEquals(namesOf(await ops.run("ListObjects", next)), ["a0"]);
});

Deno.test("any keys are listed once and in UTF-8 order, whatever prefix, delimiter and page size", async () => {
  const key = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "\u{1F600}", "\uFFFD") })
    .filter((text) => text !== "" && !text.includes("//"));
  const shape = fc.record({
    keys: fc.uniqueArray(key, { maxLength: 12 }),
    prefix: fc.constantFrom("", "a", "a/", "\u{1F600}"),
    delimiter: fc.option(fc.constantFrom("/", "ab", "é"), { nil: undefined }),
    maxKeys: fc.integer({ min: 1, max: 4 }),
    version: fc.constantFrom(1 as const, 2 as const),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ keys, prefix, delimiter, maxKeys, version }) => {
      const ops = await opsUnderTest();
      for (const key of keys) await ops.put(key);
      const expected = new Set(
        keys.filter((key) => key.startsWith(prefix)).map((key) => {
          const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
          return end < 0 ? key : key.slice(0, end + (delimiter?.length ?? 0));
        }),
      );
      const query = { version, prefix, maxKeys, ...(delimiter !== undefined && { delimiter }) };
      const listed = await pages(ops, listInput(query));
      assertEquals(listed.flat(), [...expected].sort(compareUtf8));
    }),
    { numRuns: 100 },
  );
});

Deno.test("a full page with nothing behind it is not truncated", async () => {
  const ops = await opsUnderTest();
  for (const key of ["a", "b"]) await ops.put(key);
  const page = await ops.run("ListObjectsV2", listInput({ maxKeys: 2 }));
  assertEquals([namesOf(page), page.truncated], [["a", "b"], false]);
});

Deno.test("no keys asked is an empty page that is not truncated, if the bucket is there", async () => {
  const ops = await opsUnderTest();
  await ops.put("a");
  const page = await ops.run("ListObjectsV2", listInput({ maxKeys: 0 }));
  assertEquals([page.entries, page.truncated], [[], false]);
  const missing = listInput({ maxKeys: 0, bucket: "missing" });
  assertEquals(await ops.codeOf("ListObjectsV2", missing), "NoSuchBucket");
  assertEquals(
    await ops.codeOf("ListObjectsV2", { ...missing, maxKeys: 1 }),
    "NoSuchBucket",
  );
});

Deno.test("a token wins over start-after; one that nobody gave is refused", async () => {
  const ops = await opsUnderTest();
  for (const key of ["a", "b", "c"]) await ops.put(key);
  const list = (change: Partial<ListObjectsInput>) =>
    ops.run("ListObjectsV2", listInput(change)).then(namesOf);
  assertEquals(await list({ startAfter: "a" }), ["b", "c"]);
  assertEquals(await list({ startAfter: "aa" }), ["b", "c"]);
  const continuationToken = writeContinuation({ after: "b" }, { bucket: BUCKET, seal: SEAL });
  assertEquals(await list({ startAfter: "a", continuationToken }), ["c"]);
  for (const token of ["", "b", "!", btoa("{}"), btoa('{"after":""}'), btoa("\xff\xfe")]) {
    const input = listInput({ continuationToken: token });
    assertEquals(await ops.codeOf("ListObjectsV2", input), "InvalidArgument");
  }
});

Deno.test("owners are shown in version 1, and in version 2 when asked", async () => {
  const { run } = await opsUnderTest();
  const owner = async (change: Partial<ListObjectsInput>) =>
    (await run("ListObjectsV2", listInput(change))).owner?.id;
  assertEquals(await owner({ version: 1 }), "owner-id");
  assertEquals(await owner({ fetchOwner: true }), "owner-id");
  assertEquals(await owner({}), undefined);
});
