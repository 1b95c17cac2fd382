import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import type { Progress } from "../../lib/buckets/progress.ts";
import { EntryNotFoundError } from "../../lib/hub/hub_errors.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { withLibrary } from "./library_fixture.ts";

const BYTES = randomBytes(3_000_000, 1);

Deno.test("a file is read as bytes, text and stream, as often as one likes", async () => {
  await withLibrary(async ({ client }) => {
    const { hash } = await client.uploadFile("data", new TextEncoder().encode("grüße"), "t", {
      contentType: "text/plain",
    });
    const file = await client.downloadFile("data", "t");
    assertEquals([file.path, file.hash, file.size, file.contentType], ["t", hash, 7, "text/plain"]);
    assertEquals(await file.text(), "grüße");
    assertEquals((await file.bytes()).length, 7);
    assertEquals(await new Response(file.stream()).text(), "grüße");
  });
});

Deno.test("ranges end before `end`, and what lies beyond the file is cut off", async () => {
  await withLibrary(async ({ client }) => {
    await client.uploadFile("data", BYTES, "x");
    const read = async (start: number, end?: number) =>
      await (await client.downloadFile("data", "x", { range: { start, end } })).bytes();
    assertEquals(await read(5, 6), BYTES.slice(5, 6));
    assertEquals(await read(100_000, 2_000_001), BYTES.slice(100_000, 2_000_001));
    assertEquals(await read(2_999_999), BYTES.slice(2_999_999));
    assertEquals(await read(2_000_000, 9e9), BYTES.slice(2_000_000));
    assertEquals(await read(0, BYTES.length), BYTES);
    assertEquals(await read(7, 7), new Uint8Array());
    assertEquals(await read(BYTES.length), new Uint8Array());
    for (const [start, end] of [[BYTES.length + 1], [-1, 5], [5, 4], [0.5, 2], [NaN]] as const) {
      await assertRejects(() => read(start ?? 0, end), RangeError, "not a range");
    }
  });
});

Deno.test("what was looked up is what is read, whatever becomes of the path", async () => {
  await withLibrary(async ({ client }) => {
    await client.uploadFile("data", BYTES, "x");
    const file = await client.downloadFile("data", "x");
    await client.batchFiles("data", { delete: ["x"] });
    assertEquals(await file.bytes(), BYTES);
    const gone = await assertRejects(() => client.downloadFile("data", "x"), EntryNotFoundError);
    assertEquals(gone.code, "EntryNotFound");
  });
});

Deno.test("a connection that breaks is gone on with, for a reader and for a local file", async () => {
  await withLibrary(async ({ client, hub, directory }) => {
    await client.uploadFile("data", BYTES, "x");
    hub.switches.faults.add({ endpoint: "cas.data", status: "reset", times: 2 });
    assertEquals(await (await client.downloadFile("data", "x")).bytes(), BYTES);
    hub.switches.faults.add({ endpoint: "cas.data", status: 503, times: 2 });
    await client.downloadFileTo("data", "x", `${directory}/x`);
    assertEquals(await Deno.readFile(`${directory}/x`), BYTES);
  });
});

Deno.test("progress counts the bytes that came in", async () => {
  await withLibrary(async ({ client, directory }) => {
    await client.uploadFile("data", BYTES, "x");
    const told: Progress[] = [];
    const onProgress = (progress: Progress) => void told.push(progress);
    await (await client.downloadFile("data", "x", { onProgress })).bytes();
    const last = told.at(-1);
    assertEquals([last?.phase, last?.filesDone, last?.bytesReceived], ["done", 1, BYTES.length]);
    told.length = 0;
    await client.downloadFileTo("data", "x", `${directory}/x`, { onProgress });
    assertEquals(told.at(-1)?.bytesReceived, BYTES.length);
    assertEquals(told.at(-1)?.phase, "done");
  });
});

Deno.test("a local file is replaced only when it is whole, and nothing else is left", async () => {
  await withLibrary(async ({ client, hub, directory }) => {
    await client.uploadFile("data", BYTES, "x");
    const target = `${directory}/with space`;
    await Deno.writeTextFile(target, "old");
    hub.switches.faults.add({ endpoint: "cas.data", status: 500 });
    await assertRejects(() => client.downloadFileTo("data", "x", target));
    assertEquals(await Deno.readTextFile(target), "old");
    hub.switches.faults.clear();
    const file = await client.downloadFileTo("data", "x", pathToFileURL(target));
    assertEquals([file.localPath, file.size], [target, BYTES.length]);
    assertEquals(await Deno.readFile(target), BYTES);
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["with space"]);
  });
});

Deno.test("a file that is known from a listing is not looked up, and can keep its time", async () => {
  await withLibrary(async ({ client, hub, directory }) => {
    const mtime = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    await client.uploadFile("data", BYTES, "x", { mtime });
    const file = await client.fileMetadata("data", "x");
    hub.counters.reset();
    await client.downloadFileTo("data", "x", `${directory}/x`, { file, keepTime: true });
    assertEquals((await Deno.stat(`${directory}/x`)).mtime, mtime);
    assertEquals(hub.counters.of("hub.paths-info").calls, 0);
    await client.downloadFileTo("data", "x", `${directory}/now`);
    assert(Number((await Deno.stat(`${directory}/now`)).mtime) > Date.now() - 60_000);
  });
});

/** Leaves a file half downloaded, as a process that is killed does, and says under which name. */
async function interrupted(
  { client, directory }: Parameters<Parameters<typeof withLibrary>[0]>[0],
  bytes: Uint8Array,
): Promise<string> {
  const { hash } = await client.uploadFile("data", BYTES, "x");
  const part = `${directory}/.x.${hash.slice(0, 16)}.part`;
  await Deno.writeFile(part, bytes);
  return part;
}

Deno.test("an interrupted file is continued, and only the rest is fetched", async () => {
  await withLibrary(async (fixture) => {
    const { client, directory } = fixture;
    const part = await interrupted(fixture, BYTES.subarray(0, 2_000_000));
    let [read, received] = [0, 0];
    await client.downloadFileTo("data", "x", `${directory}/x`, {
      onProgress: ({ bytesHashed, bytesReceived }) =>
        [read, received] = [bytesHashed, bytesReceived],
    });
    assertEquals([read, received], [2_000_000, 1_000_000]);
    assertEquals(await Deno.readFile(`${directory}/x`), BYTES);
    await assertRejects(() => Deno.stat(part), Deno.errors.NotFound);
  });
});

Deno.test("an abort leaves a part that the next attempt goes on with", async () => {
  await withLibrary(async ({ client, directory }) => {
    await client.uploadFile("data", BYTES, "x");
    const abort = new AbortController();
    await assertRejects(
      () =>
        client.downloadFileTo("data", "x", `${directory}/x`, {
          signal: abort.signal,
          onProgress: () => abort.abort(new Error("stop")),
        }),
      Error,
      "stop",
    );
    const [left] = [...Deno.readDirSync(directory)];
    assert(left !== undefined && left.name.endsWith(".part"));
    const { size } = await Deno.stat(`${directory}/${left.name}`);
    assert(size > 0 && size <= BYTES.length);
    let received = 0;
    await client.downloadFileTo("data", "x", `${directory}/x`, {
      onProgress: ({ bytesReceived }) => received = bytesReceived,
    });
    assertEquals(received, BYTES.length - size);
    assertEquals(await Deno.readFile(`${directory}/x`), BYTES);
  });
});

Deno.test("an interrupted file that is not the file's beginning is begun anew", async () => {
  const tampered = BYTES.slice(0, 1_000_000);
  tampered[500_000] = (tampered[500_000] ?? 0) ^ 1;
  const longer = new Uint8Array(BYTES.length + 1);
  for (const left of [tampered, longer, new Uint8Array(BYTES.length), new Uint8Array()]) {
    await withLibrary(async (fixture) => {
      await interrupted(fixture, left);
      await fixture.client.downloadFileTo("data", "x", `${fixture.directory}/x`);
      assertEquals(await Deno.readFile(`${fixture.directory}/x`), BYTES);
      assertEquals([...Deno.readDirSync(fixture.directory)].length, 1);
    });
  }
});

Deno.test("what is left of other content is not continued", async () => {
  await withLibrary(async (fixture) => {
    const { client, directory } = fixture;
    await interrupted(fixture, BYTES.subarray(0, 2_000_000));
    const other = randomBytes(100_000, 9);
    await client.uploadFile("data", other, "x");
    await client.downloadFileTo("data", "x", `${directory}/x`);
    assertEquals(await Deno.readFile(`${directory}/x`), other);
  });
});

Deno.test("local files may have the longest names", async () => {
  await withLibrary(async ({ client, directory }) => {
    await client.uploadFile("data", BYTES, "x");
    const target = `${directory}/${"ü".repeat(127)}`;
    await client.downloadFileTo("data", "x", target);
    assertEquals((await Deno.stat(target)).size, BYTES.length);
  });
});

Deno.test("what is left of other content goes, unless it was written to in the last minute", async () => {
  await withLibrary(async (fixture) => {
    const { client, directory } = fixture;
    const part = await interrupted(fixture, BYTES.subarray(0, 1000));
    const others = [".xy", ".x.y", ".y"].map((name) => `${directory}/${name}${part.slice(-22)}`);
    for (const path of others) await Deno.copyFile(part, path);
    const left = () => [...Deno.readDirSync(directory)].filter(({ name }) => name !== "x").length;
    await client.uploadFile("data", new Uint8Array(10), "x");
    await client.downloadFileTo("data", "x", `${directory}/x`);
    assertEquals(left(), 4);
    const old = new Date(Date.now() - 120_000);
    for (const path of [part, ...others]) await Deno.utime(path, old, old);
    await client.uploadFile("data", new Uint8Array(11), "x");
    await client.downloadFileTo("data", "x", `${directory}/x`);
    assertEquals(left(), 3);
    await assertRejects(() => Deno.stat(part), Deno.errors.NotFound);
  });
});

Deno.test("what this client has left is known to it without another look", async () => {
  await withLibrary(async ({ client, directory }) => {
    await client.uploadFile("data", new Uint8Array(1), "first");
    await client.downloadFileTo("data", "first", `${directory}/first`);
    await client.uploadFile("data", BYTES, "x");
    const stop = new AbortController();
    const download = client.downloadFileTo("data", "x", `${directory}/x`, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("stop")),
    });
    await assertRejects(() => download, Error, "stop");
    const old = new Date(Date.now() - 120_000);
    for (const { name } of Deno.readDirSync(directory)) {
      await Deno.utime(`${directory}/${name}`, old, old);
    }
    await client.uploadFile("data", new Uint8Array(2), "x");
    await client.downloadFileTo("data", "x", `${directory}/x`);
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), ["first", "x"]);
  });
});
