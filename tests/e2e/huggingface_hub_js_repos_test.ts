import { assert, assertEquals } from "@std/assert";
import {
  copyFolder,
  createRepo,
  datasetInfo,
  downloadFile,
  fileDownloadInfo,
  listDatasets,
  listFiles,
  pathsInfo,
} from "@huggingface/hub";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { randomBytes } from "../support/random_bytes.ts";

const LARGE = randomBytes(150_000, 12);
const FILES = { "README.md": "# Words\n", "data/large.bin": LARGE };
const repo = { type: "dataset", name: "local/words" } as const;

// The client leaves bodies of answers unread.
Deno.test({
  name: "@huggingface/hub reads repos of the embedded hub and copies them into a bucket",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const hub = await createEmbeddedHub();
    await hub.seedRepo({ type: "dataset", id: repo.name, files: FILES });
    const access = { hubUrl: hub.url, accessToken: hub.token };
    const files = await Array.fromAsync(listFiles({ ...access, repo, recursive: true }));
    assertEquals(files.map(({ path }) => path), ["data", "data/large.bin", "README.md"]);
    for (const [path, content] of Object.entries(FILES)) {
      const blob = await downloadFile({ ...access, repo, path });
      assert(blob !== null);
      const bytes = new Uint8Array(await blob.arrayBuffer());
      assertEquals(
        bytes,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    const info = await fileDownloadInfo({ ...access, repo, path: "data/large.bin" });
    assertEquals(info?.size, LARGE.length);
    assert(info?.xet !== undefined);
    assertEquals(await fileDownloadInfo({ ...access, repo, path: "none" }), null);
    const [found] = await pathsInfo({ ...access, repo, paths: ["data/large.bin", "none"] });
    assertEquals(found?.lfs?.size, LARGE.length);
    const described = await datasetInfo({ ...access, name: repo.name });
    assertEquals(described.private, false);
    const listed = await Array.fromAsync(listDatasets({ ...access, search: { owner: "local" } }));
    assertEquals(listed.map(({ name }) => name), [repo.name]);
    const bucket = { type: "bucket", name: "local/copies" } as const;
    await createRepo({ ...access, repo: bucket });
    await copyFolder({
      ...access,
      source: { repo, path: "data" },
      destination: { repo: bucket, path: "copied" },
    });
    const copies = await Array.fromAsync(listFiles({ ...access, repo: bucket, recursive: true }));
    assertEquals(copies.map(({ path }) => path), ["copied/large.bin"]);
    await hub.close();
  },
});
