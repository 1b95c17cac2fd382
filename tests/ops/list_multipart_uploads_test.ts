import { assertEquals } from "@std/assert";
import type {
  ListMultipartUploadsInput,
  ListMultipartUploadsOutput,
} from "../../lib/s3/operations.ts";
import { beginUpload, BUCKET, type OpsUnderTest, opsUnderTest } from "./ops_under_test.ts";

const listInput = (
  change: Partial<ListMultipartUploadsInput> = {},
): ListMultipartUploadsInput => ({
  bucket: BUCKET,
  prefix: "",
  keyMarker: "",
  uploadIdMarker: "",
  maxUploads: 1000,
  ...change,
});

/** Operations on a clock that goes on a millisecond with every look, and the ids of uploads by name. */
async function withUploads(keys: readonly string[]) {
  let time = 1000;
  const ops = await opsUnderTest(undefined, () => time++);
  const names = new Map<string, string>();
  for (const [i, key] of keys.entries()) {
    names.set((await beginUpload(ops, key)).uploadId, `${key} ${i}`);
  }
  return { ops, nameOf: (uploadId: string) => names.get(uploadId) ?? uploadId };
}

const markersOf = (output: ListMultipartUploadsOutput) => ({
  keyMarker: output.nextKeyMarker ?? "",
  uploadIdMarker: output.nextUploadIdMarker ?? "",
});

/** All entries, page by page; `after` is called with each page before the next is asked for. */
async function pages(
  { run }: OpsUnderTest,
  input: ListMultipartUploadsInput,
  after: (page: ListMultipartUploadsOutput) => Promise<void> = () => Promise.resolve(),
): Promise<ListMultipartUploadsOutput[]> {
  const all: ListMultipartUploadsOutput[] = [];
  for (let markers = {};;) {
    const page = await run("ListMultipartUploads", { ...input, ...markers });
    all.push(page);
    if (!page.truncated) return all;
    await after(page);
    markers = markersOf(page);
  }
}

const KEYS = ["b", "a", "a", "dir/2", "c", "a", "dir/1", "dis"];
const SORTED = ["a 1", "a 2", "a 5", "b 0", "c 4", "dir/1 6", "dir/2 3", "dis 7"];

Deno.test("uploads are listed by key, then by start, in pages of any size", async () => {
  const { ops, nameOf } = await withUploads(KEYS);
  for (let maxUploads = 1; maxUploads <= 9; maxUploads++) {
    const listed = await pages(ops, listInput({ maxUploads }));
    const names = listed.map(({ uploads }) => uploads.map(({ uploadId }) => nameOf(uploadId)));
    assertEquals(names.flat(), SORTED);
    assertEquals(names.length, Math.ceil(SORTED.length / maxUploads));
  }
});

Deno.test("common prefixes count like uploads, in pages of any size", async () => {
  const { ops, nameOf } = await withUploads(KEYS);
  for (let maxUploads = 1; maxUploads <= 7; maxUploads++) {
    const listed = await pages(ops, listInput({ maxUploads, delimiter: "/" }));
    const uploads = listed.flatMap(({ uploads }) => uploads);
    assertEquals(
      uploads.map(({ uploadId }) => nameOf(uploadId)),
      SORTED.filter((name) => !name.startsWith("dir/")),
    );
    assertEquals(listed.flatMap(({ commonPrefixes }) => commonPrefixes), ["dir/"]);
  }
  const inside = await ops.run(
    "ListMultipartUploads",
    listInput({ prefix: "dir/", delimiter: "/" }),
  );
  assertEquals(inside.uploads.map(({ key }) => key), ["dir/1", "dir/2"]);
});

Deno.test("who aborts page by page misses no upload", async () => {
  for (const maxUploads of [1, 2, 3]) {
    const { ops } = await withUploads(["a", "a", "a", "a", "b", "b"]);
    const abort = async ({ uploads }: ListMultipartUploadsOutput) => {
      for (const { bucket, key, uploadId } of uploads) {
        await ops.run("AbortMultipartUpload", { bucket, key, uploadId });
      }
    };
    const listed = await pages(ops, listInput({ maxUploads }), abort);
    assertEquals(listed.flatMap(({ uploads }) => uploads).length, 6);
  }
});

Deno.test("a key marker alone passes over all uploads of its key", async () => {
  const { ops } = await withUploads(KEYS);
  const keys = async (change: Partial<ListMultipartUploadsInput>) =>
    (await ops.run("ListMultipartUploads", listInput(change))).uploads.map(({ key }) => key);
  assertEquals(await keys({ keyMarker: "c" }), ["dir/1", "dir/2", "dis"]);
  assertEquals(await keys({ keyMarker: "bb" }), ["c", "dir/1", "dir/2", "dis"]);
  assertEquals(await keys({ keyMarker: "dir/", delimiter: "/" }), ["dis"]);
  assertEquals(await keys({ keyMarker: "z" }), []);
});

Deno.test("none asked is an empty page; other buckets and missing ones show nothing", async () => {
  const { ops } = await withUploads(["a"]);
  const none = await ops.run("ListMultipartUploads", listInput({ maxUploads: 0 }));
  assertEquals([none.uploads, none.truncated, none.nextKeyMarker], [[], false, undefined]);
  await ops.store.createBucket("other");
  const other = await ops.run("ListMultipartUploads", listInput({ bucket: "other" }));
  assertEquals(other.uploads, []);
  const missing = listInput({ bucket: "missing" });
  assertEquals(await ops.codeOf("ListMultipartUploads", missing), "NoSuchBucket");
});
