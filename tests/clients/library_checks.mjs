/**
 * What the bucket library does in Node and in a browser: checks that use nothing of either. They run against
 * an embedded hub, with the bundle that they are given.
 */

/** Bytes that do not compress, the same for the same seed. */
function randomBytes(size, seed) {
  const bytes = new Uint8Array(size);
  let state = seed * 2654435761 + 1 >>> 0 || 1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

function equal(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

/** Not by JSON, which would print megabytes. */
function sameBytes(actual, expected) {
  const differs = actual.length !== expected.length ||
    actual.some((byte, i) => byte !== expected[i]);
  if (differs) throw new Error(`${actual.length} bytes that differ from ${expected.length}`);
}

const text = (value) => new TextEncoder().encode(value);

/**
 * @param library The bundle's exports.
 * @param endpoint The Hub's base URL.
 * @param token The Hub token.
 * @param name A bucket of the caller's own.
 * @returns Named checks, to be run in order.
 */
export function libraryChecks(library, endpoint, token, name) {
  const client = new library.BucketClient({ endpoint, token });
  const large = randomBytes(12_000_000, 1);
  return {
    "a bucket is created, described and listed": async () => {
      const { handle, created } = await client.create(name);
      equal(created, true);
      equal((await client.info(handle)).totalFiles, 0);
      const ids = [];
      for await (const { id } of client.list({ search: name })) ids.push(id);
      equal(ids, [`local/${name}`]);
    },
    "bytes, Blobs and streams are uploaded": async () => {
      await client.uploadFile(name, large, "dir/large.bin");
      await client.uploadFile(name, new Blob(["blob"], { type: "text/plain" }), "blob.txt");
      await client.uploadFile(name, new Response("stream").body, "é#?.txt");
    },
    "what is uploaded has the hash that the library finds without the Hub": async () => {
      const { xetHash } = await client.fileMetadata(name, "dir/large.bin");
      equal((await library.contentHash(large)).hash, xetHash);
    },
    "a tree is listed, with types and sizes": async () => {
      const items = [];
      for await (const { path, size } of client.listTree(name)) items.push([path, size]);
      equal(items, [["blob.txt", 4], ["dir/large.bin", large.length], ["é#?.txt", 6]]);
    },
    "a file is read as bytes and text, in a range and as a stream": async () => {
      sameBytes(await (await client.downloadFile(name, "dir/large.bin")).bytes(), large);
      equal(await (await client.downloadFile(name, "é#?.txt")).text(), "stream");
      const range = { start: 5_000_000, end: 5_000_100 };
      const part = await client.downloadFile(name, "dir/large.bin", { range });
      sameBytes(await part.bytes(), large.slice(5_000_000, 5_000_100));
      const reader = part.stream().getReader();
      sameBytes((await reader.read()).value, large.slice(5_000_000, 5_000_100));
      await reader.cancel();
    },
    "a refusal of the Hub has its class and its request id": async () => {
      const refused = async (call) => {
        try {
          await call();
        } catch (error) {
          return [error.constructor.name, error.code, typeof error.requestId];
        }
      };
      equal(await refused(() => client.info("not-here")), [
        library.BucketNotFoundError.name,
        "RepoNotFound",
        "string",
      ]);
      const missing = await refused(() => client.downloadFile(name, "none"));
      equal(missing?.[0], library.EntryNotFoundError.name);
    },
    "files are appended to, spliced, copied, batched and deleted": async () => {
      await client.appendFile(name, "blob.txt", text(" and more"));
      await client.spliceFile(name, "blob.txt", { start: 0, end: 4 }, text("text"));
      await client.copyFiles(
        `hf://buckets/local/${name}/blob.txt`,
        `hf://buckets/local/${name}/copy/`,
      );
      equal(await (await client.downloadFile(name, "copy/blob.txt")).text(), "text and more");
      const { added, deleted, failed } = await client.batchFiles(name, {
        add: [1, 2, 3].map((n) => ({ source: text(`${n}`), path: `n/${n}` })),
        delete: ["copy/blob.txt"],
      });
      equal([added.length, deleted.length, failed.length], [3, 1, 0]);
    },
    "files of repos are copied by hash, or by bytes that are what their names say": async () => {
      const to = `hf://buckets/local/${name}/repos/`;
      const { copied, failed } = await client.copyFiles("hf://datasets/local/shards@v1/", to);
      equal(failed.length, 0);
      const old = await client.copyFiles("hf://local/old/", to);
      equal([copied.length, old.copied.length, old.failed.length], [9, 2, 0]);
      const repo = { type: "model", id: "local/old" };
      const { sha: commit } = await client.repos.revision(repo, "main");
      const { items } = await client.repos.treePage(repo, commit, { recursive: true });
      const { path, size, sha256: oid } = items.find(({ path }) => path === "pytorch_model.bin");
      const place = { repo, commit, path, size };
      const read = async (oid) => {
        const bytes = new Uint8Array(size);
        const reader = client.repos.read({ ...place, oid }).getReader();
        let at = 0;
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          bytes.set(next.value, at);
          at += next.value.length;
        }
        return bytes;
      };
      const { hash } = await library.contentHash(await read(oid));
      equal((await client.fileMetadata(name, "repos/pytorch_model.bin")).xetHash, hash);
      const wrong = await read("0".repeat(64)).catch((error) => error.message);
      equal(/not those that its name says/.test(wrong), true);
    },
    "the bucket is renamed, hidden and deleted": async () => {
      await client.move(name, `${name}-2`);
      await client.setVisibility(`${name}-2`, "private");
      equal((await client.info(`${name}-2`)).private, true);
      equal(await client.delete(`${name}-2`), true);
      await client.close();
    },
  };
}

/** Runs checks; prints a line for each. */
export async function runChecks(checks, print) {
  let [passed, failed] = [0, 0];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      passed++;
      print(`ok     ${name}`);
    } catch (error) {
      failed++;
      print(`FAILED ${name}\n${error.stack}`);
    }
  }
  return { passed, failed };
}
