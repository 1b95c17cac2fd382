import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Progress } from "../../lib/buckets/progress.ts";
import { BucketNotFoundError, ForbiddenError } from "../../lib/hub/hub_errors.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { pathsOf, withLibrary } from "./library_fixture.ts";

const text = (value: string) => new TextEncoder().encode(value);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `f/${i}`);

Deno.test("files are added and deleted in one call", async () => {
  await withLibrary(async ({ client, hub, directory }) => {
    await client.batchFiles("data", { add: [{ source: text("old"), path: "old" }] });
    await Deno.writeTextFile(`${directory}/local`, "local");
    hub.counters.reset();
    const done = await client.batchFiles("data", {
      add: [
        { source: `${directory}/local`, path: "b", contentType: "text/b", mtime: 7 },
        { source: text("a"), path: "a" },
        { source: randomBytes(1_000_000, 1), path: "big" },
      ],
      delete: ["old", "never there"],
    });
    assertEquals(done.added.map(({ path, size }) => [path, size]), [
      ["b", 5],
      ["a", 1],
      ["big", 1_000_000],
    ]);
    assertEquals(done.deleted, ["old", "never there"]);
    assertEquals(done.failed, []);
    assertEquals(hub.counters.of("hub.batch").calls, 1);
    assertEquals(await pathsOf(client), ["a", "b", "big"]);
    const { contentType, mtime } = await client.fileMetadata("data", "b");
    assertEquals([contentType, mtime?.getTime()], ["text/b", 7]);
  });
});

Deno.test("2,500 files from a generator are three batches, and as many deletes are three more", async () => {
  await withLibrary(async ({ client, hub }) => {
    let open = 0;
    let most = 0;
    async function* files() {
      for (const path of numbers(2_500)) {
        most = Math.max(most, ++open);
        yield { source: text(path), path };
        await Promise.resolve();
        open--;
      }
    }
    const { added, failed } = await client.batchFiles("data", { add: files() });
    assertEquals([added.length, failed.length], [2_500, 0]);
    assertEquals(added.map(({ path }) => path), numbers(2_500));
    assert(most <= 8);
    assertEquals(hub.counters.of("hub.batch").calls, 3);
    assertEquals(await (await client.downloadFile("data", "f/2499")).text(), "f/2499");
    hub.counters.reset();
    const gone = await client.batchFiles("data", { delete: new Set(numbers(2_500)) });
    assertEquals(gone.deleted.length, 2_500);
    assertEquals(hub.counters.of("hub.batch").calls, 3);
    assertEquals(await pathsOf(client), []);
  });
});

Deno.test("what fails is told by path, and the rest is done", async () => {
  await withLibrary(async ({ client, directory }) => {
    const broken = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error("the source broke");
      },
    });
    const { added, deleted, failed } = await client.batchFiles("data", {
      add: [
        { source: text("1"), path: "good" },
        { source: text("2"), path: "bad//path" },
        { source: `${directory}/none`, path: "no source" },
        { source: broken, path: "broken" },
        { source: text("3"), path: "good" },
        { source: text("4"), path: "also good" },
      ],
      delete: ["also good", "absent"],
    });
    assertEquals(added.map(({ path }) => path), ["good", "also good"]);
    assertEquals(deleted, ["absent"]);
    const reasons = new Map(failed.map(({ path, error }) => [path, error]));
    assertEquals([...reasons.keys()].sort(), [
      "also good",
      "bad//path",
      "broken",
      "good",
      "no source",
    ]);
    assert(reasons.get("bad//path") instanceof HubError);
    assert(reasons.get("no source")?.message.includes("ENOENT"));
    assertEquals(reasons.get("broken")?.message, "the source broke");
    assert(reasons.get("good")?.message.includes("more than once"));
    assertEquals(await pathsOf(client), ["also good", "good"]);
    assertEquals(await (await client.downloadFile("data", "good")).text(), "1");
  });
});

Deno.test("uploads run at once, as many as are allowed and no more", async () => {
  await withLibrary(async ({ client }) => {
    let running = 0;
    const seen: number[] = [];
    const slow = (path: string) => ({
      path,
      source: new ReadableStream<Uint8Array>({
        async pull(controller) {
          seen.push(++running);
          await new Promise((resolve) => setTimeout(resolve, 20));
          running--;
          controller.enqueue(text(path));
          controller.close();
        },
      }, { highWaterMark: 0 }),
    });
    await client.batchFiles("data", { add: numbers(12).map(slow) }, { concurrency: 3 });
    assertEquals(Math.max(...seen), 3);
    await assertRejects(
      () => client.batchFiles("data", { add: [] }, { concurrency: 0 }),
      RangeError,
      "concurrency",
    );
  });
});

Deno.test("a batch of which nothing can be done is an error, and asks no more for the rest", async () => {
  await withLibrary(async ({ client, hub }) => {
    const add = numbers(100).map((path) => ({ source: text(path), path }));
    await assertRejects(() => client.batchFiles("none", { add }), BucketNotFoundError);
    assert(hub.counters.of("hub").calls <= 8, `${hub.counters.of("hub").calls} calls`);
    await assertRejects(() => client.batchFiles("none", { delete: ["x"] }), BucketNotFoundError);
    hub.switches.faults.add({ endpoint: "hub.batch", status: 403 });
    await assertRejects(() => client.batchFiles("data", { add }), ForbiddenError);
  });
});

Deno.test("a quota that ends in the middle leaves what was done, and tells of the rest", async () => {
  await withLibrary(async ({ client, hub }) => {
    hub.switches.faults.add({ endpoint: "hub.batch", status: 429, retryAfter: 600, skip: 1 });
    const add = numbers(1_500).map((path) => ({ source: text("same"), path }));
    const { added, failed } = await client.batchFiles("data", { add });
    assertEquals([added.length, failed.length], [1_000, 500]);
    assertEquals(failed[0]?.error.name, "RateLimitedError");
    assertEquals((await pathsOf(client)).length, 1_000);
  });
});

Deno.test("an abort ends a batch, and its sources", async () => {
  await withLibrary(async ({ client }) => {
    const abort = new AbortController();
    let ended = false;
    async function* files() {
      try {
        for (let i = 0;; i++) {
          if (i === 20) abort.abort(new Error("stop"));
          yield { source: text("x"), path: `${i}` };
          await Promise.resolve();
        }
      } finally {
        ended = true;
      }
    }
    const { signal } = abort;
    await assertRejects(
      () => client.batchFiles("data", { add: files() }, { signal }),
      Error,
      "stop",
    );
    assertEquals(ended, true);
    assertEquals(await pathsOf(client), []);
  });
});

Deno.test("a source of files that fails ends the batch with its error", async () => {
  await withLibrary(async ({ client }) => {
    function* files() {
      yield { source: text("x"), path: "x" };
      throw new Error("no more");
    }
    await assertRejects(() => client.batchFiles("data", { add: files() }), Error, "no more");
  });
});

Deno.test("progress counts files and knows how many there are, if they were listed", async () => {
  await withLibrary(async ({ client }) => {
    const told: Progress[] = [];
    await client.batchFiles("data", {
      add: numbers(3).map((path) => ({ source: text(path), path })),
      delete: ["x"],
    }, { onProgress: (progress) => told.push(progress) });
    const last = told.at(-1);
    assertEquals([last?.phase, last?.filesDone, last?.filesTotal], ["done", 4, 4]);
    assertEquals(last?.bytesHashed, 9);
    assertEquals(told.some(({ phase }) => phase === "committing"), true);
  });
});
