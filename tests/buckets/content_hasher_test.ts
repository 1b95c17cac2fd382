import { assertEquals, assertRejects } from "@std/assert";
import { contentHash, ContentHasher } from "../../lib/buckets/content_hasher.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { withLibrary } from "./library_fixture.ts";

Deno.test("the hash of content is the one that it gets in a bucket, however it is split", async () => {
  await withLibrary(async ({ client, directory }) => {
    for (const size of [0, 1, 8_192, 131_073, 5_000_000]) {
      const bytes = randomBytes(size, size + 1);
      const stored = await client.uploadFile("data", bytes, "x");
      await Deno.writeFile(`${directory}/x`, bytes);
      for (const source of [bytes, new Blob([bytes]), `${directory}/x`]) {
        assertEquals(await contentHash(source), { hash: stored.hash, size });
      }
      using hasher = new ContentHasher();
      for (let at = 0; at < size; at += 77_777) hasher.add(bytes.subarray(at, at + 77_777));
      assertEquals(hasher.finish().hash, stored.hash);
    }
  });
});

Deno.test("hashing ends with its signal, and with the error of its source", async () => {
  const signal = AbortSignal.abort(new Error("stop"));
  await assertRejects(() => contentHash(new Blob(["x"]), { signal }), Error, "stop");
  const broken = new ReadableStream<Uint8Array>({
    pull() {
      throw new Error("broken");
    },
  });
  await assertRejects(() => contentHash(broken), Error, "broken");
});
