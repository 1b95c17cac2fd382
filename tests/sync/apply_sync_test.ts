import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import {
  applySync,
  formatPlan,
  parsePlan,
  planSync,
  sync,
  type SyncOptions,
  type SyncProgress,
  type SyncResult,
} from "../../lib/sync/mod.ts";
import { HubError } from "../../lib/buckets/mod.ts";
import { randomBytes } from "../support/random_bytes.ts";
import {
  BUCKET,
  bucketTree,
  ID,
  putTree,
  readTree,
  THEN,
  withSync,
  writeTree,
} from "./sync_under_test.ts";

const NOTHING: SyncResult = {
  uploaded: 0,
  downloaded: 0,
  copied: 0,
  deleted: 0,
  bytes: 0,
  failed: [],
};

/** Odd names that directories and buckets can hold. */
const ODD = {
  "empty": "",
  "a blank/ and more ": "1",
  "100%/50%25.txt": "2",
  "hash#tag?query&x=y": "3",
  "ünïcödé/文件/🎉.txt": "4",
  "e\u0301 and \u00e9": "5",
  "-dash/--help": "6",
  ".hidden/.file": "7",
  "quote'\"`$(x);|<>": "8",
  "line\nbreak\ttab": "9",
  "[set]*{a,b}": "10",
  "~tilde": "11",
  "a.": "12",
  "...x": "13",
};

const failures = (result: SyncResult) => result.failed.map(({ error }) => error.message);

Deno.test("sync() takes odd names and empty files there and back, with their times, and then has nothing to do", async () => {
  await withSync(async ({ client, directory }) => {
    const [here, there] = [join(directory, "here"), join(directory, "there")];
    await writeTree(here, ODD);
    const count = Object.keys(ODD).length;
    const up = await sync(client, here, `${BUCKET}/pre fix`);
    assertEquals(up, { ...NOTHING, uploaded: count, bytes: 17 });
    assertEquals(await bucketTree(client), prefixed("pre fix/", ODD));
    const down = await sync(client, `${BUCKET}/pre fix/`, there);
    assertEquals(down, { ...NOTHING, downloaded: count, bytes: 17 });
    assertEquals(await readTree(there), ODD);
    assertEquals((await Deno.stat(join(there, "~tilde"))).mtime, new Date(THEN));
    for await (const item of client.listTree(ID)) {
      if (item.type === "file") assertEquals(item.mtime, new Date(THEN));
    }
    for (const options of [{}, { checksum: true }, { ignoreSizes: true }]) {
      assertEquals(await sync(client, there, `${BUCKET}/pre fix`, options), NOTHING);
      assertEquals(await sync(client, `${BUCKET}/pre fix`, here, options), NOTHING);
    }
  });
});

const prefixed = (prefix: string, tree: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(tree).map(([path, text]) => [prefix + path, text]));

Deno.test("sync() gives uploaded files the content type of their names", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { "a.json": "{}", "b.unheard-of": "1", "README": "1" });
    await sync(client, directory, BUCKET);
    const files = await client.pathsInfo(ID, ["a.json", "b.unheard-of", "README"]);
    assertEquals([...files].map(([path, { contentType }]) => [path, contentType]).sort(), [
      ["README", "application/octet-stream"],
      ["a.json", "application/json"],
      ["b.unheard-of", "application/octet-stream"],
    ]);
  });
});

Deno.test("sync() with delete makes both sides equal, files in the place of directories too", async () => {
  await withSync(async ({ client, directory }) => {
    await putTree(client, { "file": "1", "folder/in": "2", "swap": "3", "turn/a/b": "4" });
    await writeTree(directory, { "old/deep/x": "1", "swap/a/b": "2", "turn": "3", "file": "1" });
    const down = await sync(client, BUCKET, directory, { delete: true });
    assertEquals(down, { ...NOTHING, downloaded: 3, deleted: 3, bytes: 3 });
    assertEquals(await readTree(directory), await bucketTree(client));
    await assertRejects(() => Deno.stat(join(directory, "old")), Deno.errors.NotFound);

    await Deno.remove(join(directory, "swap"));
    await writeTree(directory, { "swap/again": "5" });
    const up = await sync(client, directory, BUCKET, { delete: true });
    assertEquals(up, { ...NOTHING, uploaded: 1, deleted: 1, bytes: 1 });
    assertEquals(await bucketTree(client), await readTree(directory));
  });
});

Deno.test("sync() keeps what stands in the way of a file unless it deletes, and says so", async () => {
  await withSync(async ({ client, directory }) => {
    await putTree(client, { "swap": "3", "turn/a": "4", "fine": "5" });
    await writeTree(directory, { "swap/a": "2", "turn": "3" });
    const result = await sync(client, BUCKET, directory);
    assertEquals([result.downloaded, failures(result)], [1, [
      '"swap": it is a directory',
      '"turn/a": turn is a file',
    ]]);
    assertEquals(await readTree(directory), { "swap/a": "2", "turn": "3", "fine": "5" });
  });
});

Deno.test("sync() never writes, reads or deletes outside of the directory", async () => {
  await withSync(async ({ client, directory }) => {
    const [root, outside] = [join(directory, "root"), join(directory, "outside")];
    await writeTree(outside, { secret: "s" });
    await writeTree(root, { a: "1" });
    await Deno.symlink(outside, join(root, "link"));
    await Deno.symlink(join(outside, "secret"), join(root, "file"));
    await putTree(client, { "link/secret": "evil", "link/new": "evil", "file": "evil!", "a": "1" });
    const down = await sync(client, BUCKET, root, { delete: true });
    assertEquals(failures(down), [
      '"link/new": link: it is a link to a directory, not followed',
      '"link/secret": link: it is a link to a directory, not followed',
    ]);
    assertEquals(await readTree(outside), { secret: "s" });
    assert(
      (await Deno.lstat(join(root, "file"))).isFile,
      "a link is replaced, not written through",
    );

    const header = `{"type":"header","source":"${BUCKET}","dest":"${root}","timestamp":"x"}\n`;
    const line = (action: string, path: string) =>
      `${JSON.stringify({ type: "operation", action, path, reason: "" })}\n`;
    const hostile = ["../outside/secret", "/etc/passwd", "link/secret", "a/../../outside/secret"];
    const plan = parsePlan(
      header + hostile.map((path) => line("delete", path)).join("") + line("download", "../x"),
    );
    const applied = await applySync(client, plan);
    assertEquals(applied.failed.length, 5);
    assertEquals(await readTree(outside), { secret: "s" });
    await Deno.remove(join(root, "link"));
    assertEquals(await readTree(root), { a: "1", file: "evil!" });
    await Deno.symlink(outside, join(root, "link"));
    const stealing = parsePlan(
      `{"type":"header","source":"${root}","dest":"${BUCKET}","timestamp":"x"}\n` +
        line("upload", "../outside/secret") + line("upload", "link/secret"),
    );
    assertEquals((await applySync(client, stealing)).failed.length, 2);
    assertEquals((await bucketTree(client))["link/secret"], "evil");
  });
});

Deno.test("a bucket whose listing names paths outside is refused path by path", async () => {
  const lies: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input instanceof Request ? input.url : input).includes("/tree")) return response;
    const items = (await response.text()).replace("aa/evil", "../evil").replace("bb/", "/etc/");
    return new Response(items, response);
  };
  await withSync(async ({ client, directory }) => {
    await putTree(client, { "aa/evil": "1", "bb/passwd": "1", "good": "1" });
    const root = join(directory, "root");
    const result = await sync(client, BUCKET, root);
    assertEquals(result.downloaded, 1);
    assertEquals(failures(result), [
      `"../evil": it leads out of the directory by '..'`,
      '"/etc/passwd": it has an empty part, or leads to the root of the file system',
    ]);
    assertEquals(await readTree(directory), { "root/good": "1" });
  }, { fetch: lies });
});

Deno.test("a download that is broken off leaves the old file, and what came of the new one is gone on with", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { big: "old", other: "old" });
    const content = randomBytes(3_000_000, 1);
    const { hash } = await client.upload(ID, new Blob([content]).stream());
    await client.commit(ID, [{ type: "addFile", path: "big", xetHash: hash, mtime: Date.now() }]);
    const stop = new AbortController();
    const options: SyncOptions = {
      signal: stop.signal,
      onProgress: ({ bytesDone }) => bytesDone > 0 && stop.abort(new Error("enough")),
    };
    await assertRejects(() => sync(client, BUCKET, directory, options), Error, "enough");
    assertEquals(await readTree(directory), { big: "old", other: "old" });
    assertEquals((await sync(client, BUCKET, directory)).downloaded, 1);
    assertEquals(await Deno.readFile(join(directory, "big")), content);
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
    assertEquals(names, ["big", "other"]);
  });
});

Deno.test("an upload that is broken off goes on with what is missing, and parts of downloads stay where they are", async () => {
  await withSync(async ({ client, directory }) => {
    const names = Array.from({ length: 40 }, (_, i) => `f${i}`);
    await writeTree(directory, Object.fromEntries(names.map((name) => [name, name])));
    const part = `.f.${"0".repeat(16)}.part`;
    await writeTree(directory, { [part]: "half" });
    const half = await sync(client, directory, BUCKET, { include: ["f1*"] });
    assertEquals(half.uploaded, 11);
    const stop = AbortSignal.abort(new Error("stopped"));
    await assertRejects(() => sync(client, directory, BUCKET, { signal: stop }), Error, "stopped");
    assertEquals((await sync(client, directory, BUCKET)).uploaded, 29);
    assertEquals((await bucketTree(client))[part], undefined);
  });
});

Deno.test("a file that cannot be read fails alone", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { a: "1", b: "2", gone: "3" });
    const plan = await planSync(client, directory, BUCKET);
    await Deno.remove(join(directory, "gone"));
    const result = await applySync(client, plan);
    assertEquals([result.uploaded, failures(result)], [2, ['"gone": it has gone']]);
    await Deno.writeTextFile(join(directory, "a"), "longer than planned");
    assertEquals((await applySync(client, plan)).bytes, 20);
  });
});

Deno.test("a path that the Hub refuses fails alone", async () => {
  await withSync(async ({ client, directory, hub }) => {
    await writeTree(directory, { "a": "1", "b/c": "2" });
    hub.switches.settings.refuseFileBesideDirectory = true;
    await putTree(client, { b: "3" });
    const result = await sync(client, directory, BUCKET);
    assertEquals([result.uploaded, result.failed.map(({ path }) => path)], [1, ["b/c"]]);
    assertEquals(await bucketTree(client), { a: "1", b: "3" });
  });
});

Deno.test("a bucket that is not there ends an upload with the Hub's error", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { a: "1" });
    const error = await assertRejects(
      () => sync(client, directory, "hf://buckets/local/none"),
      HubError,
    );
    assertEquals(error.kind, "not_found");
  });
});

Deno.test("a plan that was saved does the same, and finds what is there when it is applied", async () => {
  await withSync(async ({ client, directory }) => {
    await putTree(client, { a: "1", b: "2", gone: "3" });
    await writeTree(directory, { c: "4", d: "5" });
    const plan = await planSync(client, BUCKET, directory, { delete: true, exclude: ["d"] });
    const text = formatPlan(plan);
    await client.commit(ID, [{ type: "deleteFile", path: "gone" }]);
    const result = await applySync(client, parsePlan(text));
    assertEquals(failures(result), ['"gone": the source does not have it any more']);
    assertEquals(await readTree(directory), { a: "1", b: "2", d: "5" });
    const one = formatPlan(await planSync(client, `${BUCKET}/b`, join(directory, "one")));
    assertEquals((await applySync(client, parsePlan(one))).downloaded, 1);
    assertEquals(await Deno.readTextFile(join(directory, "one/b")), "2");
  });
});

Deno.test("sync() between buckets moves no bytes, keeps times and types, and then has nothing to do", async () => {
  await withSync(async ({ client, hub }) => {
    await client.create("local/copy");
    const copy = "hf://buckets/local/copy";
    await putTree(client, { ...ODD, "~hugbucket/meta/empty": "{}" });
    await putTree(client, { "rest": "1", "a.": "xx" }, { id: "local/copy", mtime: THEN + 9e6 });
    hub.counters.reset();
    const result = await sync(client, BUCKET, copy, { delete: true });
    assertEquals(result, { ...NOTHING, copied: 15, deleted: 1, bytes: 19 });
    assertEquals(hub.counters.of("cas").calls, 0);
    assertEquals(await bucketTree(client, "local/copy"), await bucketTree(client));
    assertEquals(await sync(client, BUCKET, copy, { delete: true }), NOTHING);
    for await (const item of client.listTree("local/copy")) {
      if (item.type === "file") assertEquals(item.mtime, new Date(THEN));
    }
    const inner = await sync(client, BUCKET, `${copy}/inner`, { include: ["1*"] });
    assertEquals(inner.copied, 1);
  });
});

Deno.test("sync() tells how far it is, and of each path", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { a: "1", b: "22", skipped: "1" });
    await putTree(client, { skipped: "1", gone: "1" });
    const seen: SyncProgress[] = [];
    const done: string[] = [];
    await sync(client, directory, BUCKET, {
      delete: true,
      onProgress: (progress) => seen.push(progress),
      onDone: ({ action, path }) => done.push(`${action} ${path}`),
    });
    assertEquals(seen.at(-1), { filesDone: 3, filesTotal: 3, bytesDone: 3, bytesTotal: 3 });
    assertEquals(done.sort(), ["delete gone", "upload a", "upload b"]);
  });
});

Deno.test("a sync of 2,500 small files takes few calls of the Hub", async () => {
  await withSync(async ({ client, directory, hub }) => {
    const names = Array.from({ length: 2_500 }, (_, i) => `d${i % 7}/f${i}`);
    await writeTree(directory, Object.fromEntries(names.map((name) => [name, name])));
    hub.counters.reset();
    assertEquals((await sync(client, directory, BUCKET)).uploaded, 2_500);
    assert(hub.counters.of("hub").calls <= 8, JSON.stringify(hub.counters.all()));
  });
});
