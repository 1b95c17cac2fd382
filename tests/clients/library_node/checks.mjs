/** The checks that run in Node. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { libraryChecks, runChecks } from "../library_checks.mjs";

const library = await import(pathToFileURL(process.argv[2]));
const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = process.env;
const directory = await mkdtemp(`${tmpdir()}/library-node-`);
const bytes = new Uint8Array(3_000_000).map((_, i) => i * i >> 7);

const { passed, failed } = await runChecks({
  "this is Node 22": () => assert.match(process.version, /^v22\./),
  ...libraryChecks(library, endpoint, token, "library-node"),
  "local files are uploaded and downloaded, and what was interrupted is continued": async () => {
    const client = new library.BucketClient({ endpoint, token });
    await client.create("library-node-files");
    await writeFile(`${directory}/in`, bytes);
    const { hash } = await client.uploadFile("library-node-files", `${directory}/in`, "file");
    const url = pathToFileURL(`${directory}/in`);
    assert.equal((await client.uploadFile("library-node-files", url, "file")).hash, hash);
    await writeFile(`${directory}/.out.${hash.slice(0, 16)}.part`, bytes.subarray(0, 2_000_000));
    let received = 0;
    await client.downloadFileTo("library-node-files", "file", `${directory}/out`, {
      onProgress: ({ bytesReceived }) => received = bytesReceived,
    });
    assert.equal(received, 1_000_000);
    assert.ok((await readFile(`${directory}/out`)).equals(bytes));
    await client.delete("library-node-files");
    await client.close();
  },
  "directories and buckets are synced, both ways": async () => {
    const client = new library.BucketClient({ endpoint, token });
    const { handle } = await client.create("library-node-sync");
    const [here, there] = [`${directory}/here`, `${directory}/there`];
    await mkdir(`${here}/a b/ü#%`, { recursive: true });
    await writeFile(`${here}/a b/ü#%/file`, bytes);
    await writeFile(`${here}/empty`, "");
    await symlink(tmpdir(), `${here}/link`);
    const up = await library.sync(client, here, handle);
    assert.deepEqual([up.uploaded, up.failed], [2, []]);
    await mkdir(`${there}/old/deep`, { recursive: true });
    await writeFile(`${there}/old/deep/file`, "1");
    const down = await library.sync(client, handle, there, { delete: true });
    assert.deepEqual([down.downloaded, down.deleted, down.failed], [2, 1, []]);
    assert.ok((await readFile(`${there}/a b/ü#%/file`)).equals(bytes));
    assert.deepEqual((await readdir(there)).sort(), ["a b", "empty"]);
    for (const options of [{}, { checksum: true }]) {
      const again = await library.sync(client, there, handle, { delete: true, ...options });
      assert.deepEqual([again.uploaded, again.deleted], [0, 0]);
    }
    await client.delete(handle);
    await client.close();
  },
}, console.log);
await rm(directory, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
