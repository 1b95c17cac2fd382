import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import type { Progress } from "../../lib/buckets/progress.ts";
import { BucketNotFoundError } from "../../lib/hub/hub_errors.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { pathsOf, withLibrary } from "./library_fixture.ts";

const BYTES = randomBytes(2_500_000, 1);

/** Bytes in pieces of odd lengths, with no length known beforehand. */
function pieces(bytes: Uint8Array, length = 77_777): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += length));
    },
  });
}

Deno.test("a file is the same from a path, a file URL, bytes, a Blob and a stream", async () => {
  await withLibrary(async ({ client, directory }) => {
    const local = `${directory}/a file`;
    await Deno.writeFile(local, BYTES);
    const sources = [local, pathToFileURL(local), BYTES, new Blob([BYTES]), pieces(BYTES)];
    const hashes = new Set<string>();
    for (const [i, source] of sources.entries()) {
      const file = await client.uploadFile("data", source, `copy ${i}`);
      assertEquals([file.path, file.size], [`copy ${i}`, BYTES.length]);
      hashes.add(file.hash);
    }
    assertEquals(hashes.size, 1);
    for (const path of await pathsOf(client)) {
      assertEquals(await (await client.downloadFile("data", path)).bytes(), BYTES);
    }
  });
});

Deno.test("a file has the type and time that it is given, or that its source has", async () => {
  await withLibrary(async ({ client, directory }) => {
    const local = `${directory}/local`;
    await Deno.writeFile(local, BYTES.subarray(0, 10));
    await Deno.utime(local, 1_600_000_000, 1_600_000_000);
    const put = async (source: Parameters<typeof client.uploadFile>[1], options = {}) => {
      await client.uploadFile("data", source, "x", options);
      const { contentType, mtime } = await client.fileMetadata("data", "x");
      return [contentType, mtime?.getTime()];
    };
    assertEquals(await put(local), ["application/octet-stream", 1_600_000_000_000]);
    const described = { contentType: "text/x", mtime: new Date(5_000) };
    assertEquals(await put(local, described), ["text/x", 5_000]);
    const [type, mtime] = await put(new Blob(["x"], { type: "text/plain" }));
    assertEquals(type, "text/plain");
    assert(Math.abs(Number(mtime) - Date.now()) < 60_000);
    await assertRejects(() => put(local, { mtime: NaN }), TypeError, "time");
  });
});

Deno.test("an empty file is a file, from every source", async () => {
  await withLibrary(async ({ client, directory }) => {
    await Deno.writeFile(`${directory}/empty`, new Uint8Array());
    for (
      const source of [
        `${directory}/empty`,
        new Uint8Array(),
        new Blob([]),
        pieces(new Uint8Array()),
      ]
    ) {
      const { hash, size } = await client.uploadFile("data", source, "empty");
      assertEquals([hash, size], ["0".repeat(64), 0]);
    }
    assertEquals(await (await client.downloadFile("data", "empty")).text(), "");
  });
});

Deno.test("an upload costs a token and a batch, and overwriting costs no more", async () => {
  await withLibrary(async ({ client, hub }) => {
    await client.uploadFile("local/data", BYTES, "x");
    await client.uploadFile("local/data", BYTES.subarray(5), "x");
    assertEquals(hub.counters.of("hub.batch").calls, 2);
    assertEquals(hub.counters.of("hub").calls, 3);
  });
});

Deno.test("progress adds up: hashed, of it not sent, sent, one file", async () => {
  await withLibrary(async ({ client, hub }) => {
    const upload = async () => {
      const told: Progress[] = [];
      await client.uploadFile("data", BYTES, "x", {
        onProgress: (progress) => told.push(progress),
      });
      return told;
    };
    const first = await upload();
    const last = first.at(-1);
    assertEquals(last?.phase, "done");
    assertEquals([last?.filesDone, last?.filesTotal], [1, 1]);
    assertEquals([last?.bytesHashed, last?.bytesDeduplicated], [BYTES.length, 0]);
    assertEquals(last?.bytesSent, hub.counters.of("cas.xorb.post").bytesIn);
    for (const name of ["filesDone", "bytesHashed", "bytesSent"] as const) {
      assertEquals(
        first.map((one) => one[name]),
        first.map((one) => one[name]).sort((a, b) => a - b),
      );
    }
    const again = (await upload()).at(-1);
    assertEquals([again?.bytesDeduplicated, again?.bytesSent], [BYTES.length, 0]);
  });
});

Deno.test("bytes that are sent again are counted once", async () => {
  await withLibrary(async ({ client, hub }) => {
    hub.switches.faults.add({ endpoint: "cas.xorb.post", status: 503, when: "after", times: 2 });
    let sent = 0;
    await client.uploadFile("data", BYTES, "x", {
      onProgress: ({ bytesSent }) => sent = bytesSent,
    });
    assertEquals(sent, hub.counters.of("cas.xorb.post").bytesIn / 3);
  });
});

Deno.test("a bucket that is not there is noticed before a stream is read", async () => {
  await withLibrary(async ({ client }) => {
    let read = 0;
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(++read)),
      cancel: () => void (cancelled = true),
    }, { highWaterMark: 0 });
    const error = await assertRejects(
      () => client.uploadFile("none", source, "x"),
      BucketNotFoundError,
    );
    assertEquals([error.code, typeof error.requestId], ["RepoNotFound", "string"]);
    assertEquals([read, cancelled], [0, true]);
  });
});

Deno.test("a path that the Hub refuses, a missing local file and an abort are errors", async () => {
  await withLibrary(async ({ client, directory }) => {
    await assertRejects(() => client.uploadFile("data", BYTES, "a//b"), HubError);
    await assertRejects(() => client.uploadFile("data", `${directory}/none`, "x"), Error, "ENOENT");
    const abort = new AbortController();
    const stuck = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(randomBytes(100_000, 2));
        abort.abort(new Error("enough"));
        return new Promise(() => {});
      },
    });
    const { signal } = abort;
    await assertRejects(() => client.uploadFile("data", stuck, "x", { signal }), Error, "enough");
    assertEquals(await pathsOf(client), []);
  });
});
