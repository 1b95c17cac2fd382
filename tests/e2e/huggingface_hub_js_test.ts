import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  commit,
  copyFile,
  createRepo,
  deleteFiles,
  deleteRepo,
  downloadFile,
  fileDownloadInfo,
  HubApiError,
  listFiles,
  pathsInfo,
  uploadFiles,
  whoAmI,
} from "@huggingface/hub";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";

const repo = { type: "bucket", name: "local/photos" } as const;

/** Bytes that a seed fixes and that do not compress. */
function content(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed;
  for (let index = 0; index < words.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[index] = state ^ (state >>> 15);
  }
  return new Uint8Array(words.buffer).slice(0, size);
}

/** The bytes of a blob that the client made, whose `bytes()` is not the client's own. */
async function bytesOf(blob: Blob | null | undefined): Promise<Uint8Array> {
  assert(blob instanceof Blob);
  return new Uint8Array(await blob.arrayBuffer());
}

function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  assert(actual.every((byte, index) => byte === expected[index]), "the bytes differ");
}

async function withHub(
  work: (hub: EmbeddedHub, access: { hubUrl: string; accessToken: string }) => Promise<void>,
): Promise<void> {
  const hub = await createEmbeddedHub();
  try {
    const access = { hubUrl: hub.url, accessToken: hub.token };
    await createRepo({ ...access, repo });
    await work(hub, access);
  } finally {
    await hub.close();
  }
}

/** The client leaves bodies of answers unread and a timer running after it read a part of a file, so neither can be checked. */
function clientTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, sanitizeResources: false, sanitizeOps: false });
}

async function listed(access: { hubUrl: string; accessToken: string }, path?: string) {
  const options = path === undefined ? {} : { path };
  return await Array.fromAsync(
    listFiles({ ...access, ...options, repo, recursive: true }),
    (file) => file.path,
  );
}

clientTest("@huggingface/hub uploads, lists and downloads files of many sizes", async () => {
  await withHub(async (hub, access) => {
    assertEquals((await whoAmI(access)).name, "local");
    const files = [
      { path: "empty.bin", content: new Blob([]) },
      { path: "one.bin", content: new Blob([content(1, 1)]) },
      { path: "dir/medium.bin", content: new Blob([content(2, 300_000)]) },
      { path: "dir/deep/large.bin", content: new Blob([content(3, 5_000_000)]) },
      { path: "text.txt", content: new Blob(["hello hub ".repeat(100_000)]) },
      { path: "with space-é.txt", content: new Blob(["odd name"]) },
    ];
    await uploadFiles({ ...access, repo, files, useWebWorkers: false });
    const paths = files.map(({ path }) => path);
    assertEquals((await listed(access)).toSorted(), paths.toSorted());
    assertEquals(await listed(access, "dir/"), ["dir/deep/large.bin", "dir/medium.bin"]);
    const info = await pathsInfo({ ...access, repo, paths: [...paths, "missing"] });
    assertEquals(info.map(({ size }) => size), files.map(({ content }) => content.size));
    for (const { path, content } of files) {
      const blob = await downloadFile({ ...access, repo, path });
      assert(blob !== null, path);
      assertEquals(blob.size, content.size, path);
      assertSameBytes(await bytesOf(blob), await bytesOf(content));
    }
    assert(hub.counters.of("cas.reconstruction.v2").calls > 0);
  });
});

clientTest(
  "@huggingface/hub reads a slice, copies, deletes, and learns what is missing",
  async () => {
    await withHub(async (_hub, access) => {
      const bytes = content(4, 1_000_000);
      const files = [{ path: "a.bin", content: new Blob([bytes]) }];
      await uploadFiles({ ...access, repo, files, useWebWorkers: false });
      const slice = (await downloadFile({ ...access, repo, path: "a.bin" }))?.slice(
        400_000,
        500_000,
      );
      assertSameBytes(await bytesOf(slice), bytes.slice(400_000, 500_000));
      const plain = await downloadFile({ ...access, repo, path: "a.bin", xet: false });
      assertSameBytes(await bytesOf(plain), bytes);
      await copyFile({
        ...access,
        source: { repo, path: "a.bin" },
        destination: { repo, path: "b.bin" },
      });
      const [source, copy] = await pathsInfo({ ...access, repo, paths: ["a.bin", "b.bin"] });
      assertEquals(copy?.xetHash, source?.xetHash);
      await deleteFiles({ ...access, repo, paths: ["a.bin"] });
      assertEquals(await listed(access), ["b.bin"]);
      assertEquals(await fileDownloadInfo({ ...access, repo, path: "a.bin" }), null);
      assertEquals(await downloadFile({ ...access, repo, path: "a.bin" }), null);
    });
  },
);

clientTest(
  "@huggingface/hub edits a file in place with the chunk hashes that the CAS tells",
  async () => {
    await withHub(async (hub, access) => {
      const bytes = content(5, 2_000_000);
      const files = [{ path: "a.bin", content: new Blob([bytes]) }];
      await uploadFiles({ ...access, repo, files, useWebWorkers: false });
      const original = await downloadFile({ ...access, repo, path: "a.bin" });
      assert(original !== null);
      await commit({
        ...access,
        repo,
        title: "edit",
        operations: [{
          operation: "edit",
          path: "a.bin",
          originalContent: original,
          edits: [{ content: new Blob(["EDITED"]), start: 900_000, end: 900_100 }],
        }],
      });
      const edited = await bytesOf(await downloadFile({ ...access, repo, path: "a.bin" }));
      const expected = new Uint8Array(1_999_906);
      expected.set(bytes.subarray(0, 900_000));
      expected.set(new TextEncoder().encode("EDITED"), 900_000);
      expected.set(bytes.subarray(900_100), 900_006);
      assertSameBytes(edited, expected);
      assert(hub.counters.of("cas.file-chunk-hashes").calls > 0);
    });
  },
);

clientTest("@huggingface/hub pages through a listing and shows the hub's errors", async () => {
  await withHub(async (hub, access) => {
    hub.switches.settings.treePageSize = 2;
    const files = ["a", "b", "c", "d", "e"].map((path) => ({ path, content: new Blob([path]) }));
    await uploadFiles({ ...access, repo, files, useWebWorkers: false });
    assertEquals(await listed(access), ["a", "b", "c", "d", "e"]);
    const conflict = await assertRejects(() => createRepo({ ...access, repo }), HubApiError);
    assertEquals(conflict.statusCode, 409);
    await deleteRepo({ ...access, repo });
    const missing = await assertRejects(() => listed(access), HubApiError);
    assertEquals(missing.statusCode, 404);
  });
});
