import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  directoryBlobFiles,
  removeLeftovers,
} from "../../../lib/embedded_hub/storage/directory_blob_files.ts";
import { memoryBlobFiles } from "../../../lib/embedded_hub/storage/memory_blob_files.ts";
import type { BlobFiles } from "../../../lib/embedded_hub/storage/blob_files.ts";
import { splitmixBytes } from "../../support/vector_input.ts";

const HASH = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const BYTES = splitmixBytes(1, 600_000);

function read(files: BlobFiles, first: number, last: number): Promise<Uint8Array> {
  return new Response(files.read(HASH, first, last)).bytes();
}

async function write(files: BlobFiles, hash: string, bytes: Uint8Array): Promise<void> {
  const writer = await files.begin();
  for (let at = 0; at < bytes.length; at += 70_001) {
    await writer.write(bytes.subarray(at, at + 70_001));
  }
  await writer.commit(hash);
}

async function inBoth(work: (files: BlobFiles) => Promise<void>): Promise<void> {
  await work(memoryBlobFiles());
  const directory = await Deno.makeTempDir();
  try {
    await work(directoryBlobFiles(directory, "xorbs"));
    assertEquals([...Deno.readDirSync(`${directory}/tmp`)], []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("any range of what was written is read back", async () => {
  await inBoth(async (files) => {
    assertEquals(await files.size(HASH), undefined);
    await write(files, HASH, BYTES);
    assertEquals(await files.size(HASH), BYTES.length);
    assertEquals(await read(files, 0, BYTES.length - 1), BYTES);
    await fc.assert(
      fc.asyncProperty(fc.nat(BYTES.length - 1), fc.nat(BYTES.length - 1), async (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        assertEquals(await read(files, first, last), BYTES.slice(first, last + 1));
      }),
      { numRuns: 10 },
    );
  });
});

Deno.test("an aborted or unfinished xorb is not there, and a second one replaces the first", async () => {
  await inBoth(async (files) => {
    const aborted = await files.begin();
    await aborted.write(BYTES);
    await aborted.abort();
    assertEquals(await files.size(HASH), undefined);
    await write(files, HASH, BYTES);
    await write(files, HASH, BYTES.subarray(0, 10));
    await write(files, OTHER, BYTES);
    assertEquals(await read(files, 0, 9), BYTES.slice(0, 10));
  });
});

Deno.test("reading fails for a xorb that is missing or shorter, and can be cancelled", async () => {
  await inBoth(async (files) => {
    await assertRejects(async () => await read(files, 0, 0));
    await write(files, HASH, BYTES);
    await assertRejects(async () => await read(files, 0, BYTES.length), RangeError);
    const reader = files.read(HASH, 0, BYTES.length - 1).getReader();
    await reader.read();
    await reader.cancel();
  });
});

Deno.test("only hashes are names of files", async () => {
  await inBoth(async (files) => {
    for (const name of ["../../etc/passwd", "", "AB".repeat(32), `${HASH}/x`]) {
      const writer = await files.begin();
      await assertRejects(async () => await writer.commit(name), TypeError);
      await writer.abort();
    }
  });
});

Deno.test("leftovers of a crash are removed when the directory is opened", async () => {
  const directory = await Deno.makeTempDir();
  const writer = await directoryBlobFiles(directory, "xorbs").begin();
  await writer.write(BYTES);
  removeLeftovers(directory);
  const files = directoryBlobFiles(directory, "xorbs");
  assertEquals([...Deno.readDirSync(`${directory}/tmp`)], []);
  await assertRejects(() => writer.abort(), Deno.errors.NotFound);
  assertThrows(() => files.read("no hash", 0, 0), TypeError);
  await Deno.remove(directory, { recursive: true });
});
