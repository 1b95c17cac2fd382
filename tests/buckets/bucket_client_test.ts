import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { BucketClient, type BucketClientOptions } from "../../lib/buckets/bucket_client.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import { BucketExistsError, BucketNotFoundError } from "../../lib/hub/hub_errors.ts";

const ID = "local/data";

/** Runs a test with a hub in memory, a client and a bucket. */
async function withBucket(
  test: (client: BucketClient, hub: EmbeddedHub) => Promise<void>,
  options: Partial<BucketClientOptions> = {},
): Promise<void> {
  const hub = await createEmbeddedHub();
  const client = new BucketClient({
    endpoint: hub.url,
    token: hub.token,
    sleep: () => Promise.resolve(),
    ...options,
  });
  try {
    await client.create(ID);
    await test(client, hub);
  } finally {
    await client.close();
    await hub.close();
  }
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream();
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Uploads content and gives it a path. */
async function put(client: BucketClient, path: string, bytes: Uint8Array<ArrayBuffer>) {
  const recipe = await client.upload(ID, streamOf(bytes));
  const [outcome] = await client.commit(ID, [
    { type: "addFile", path, xetHash: recipe.hash, mtime: 1_700_000_000_000, contentType: "a/b" },
  ]);
  assertEquals(outcome, { kind: "applied", path });
  return recipe;
}

Deno.test("what is uploaded and committed is found, and read back whole and in ranges", async () => {
  await withBucket(async (client) => {
    for (const length of [0, 1, 100_000, 3_000_000]) {
      const bytes = randomBytes(length, length);
      const path = `dir/${length} ?#%ü`;
      const { hash, size } = await put(client, path, bytes);
      const file = (await client.pathsInfo(ID, [path, "none"])).get(path);
      assertEquals([file?.xetHash, file?.size, file?.contentType], [hash, length, "a/b"]);
      assertEquals(file?.mtime, new Date(1_700_000_000_000));
      assertEquals(await bytesOf(client.download(ID, { hash, size })), bytes);
      if (length < 2) continue;
      const range = { first: length >> 1, last: length - 2 };
      assertEquals(
        await bytesOf(client.download(ID, { hash, size }, { range })),
        bytes.slice(range.first, range.last + 1),
      );
    }
  });
});

Deno.test("content composed of parts has the hash of the whole", async () => {
  await withBucket(async (client) => {
    const parts = [randomBytes(700_000, 1), randomBytes(1, 2), randomBytes(400_000, 3)];
    const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
    const recipes = await Promise.all(parts.map((part) => client.upload(ID, streamOf(part))));
    const composed = await client.compose(ID, recipes);
    const { hash, size } = await client.upload(ID, streamOf(whole));
    assertEquals([composed.hash, composed.size], [hash, size]);
    assertEquals(await bytesOf(client.download(ID, composed)), whole);
  });
});

Deno.test("buckets are created, described, listed, hidden, moved and deleted", async () => {
  await withBucket(async (client) => {
    assertEquals(await client.namespace(), "local");
    const again = await assertRejects(() => client.create(ID), HubError);
    assertEquals(again.kind, "conflict");
    assertEquals((await client.create(ID, { existOk: true })).created, false);
    assertEquals((await client.create("local/second", { private: true })).created, true);
    assertEquals((await client.info("local/second")).private, true);
    await client.setVisibility("local/second", "public");
    assertEquals((await client.info("local/second")).private, false);
    const names = async () => (await Array.fromAsync(client.list())).map(({ id }) => id).sort();
    assertEquals(await names(), [ID, "local/second"]);
    await client.move("local/second", "local/third");
    assertEquals(await names(), [ID, "local/third"]);
    assertEquals(await client.delete("local/third"), true);
    const gone = await assertRejects(() => client.delete("local/third"), HubError);
    assertEquals([gone.kind, gone.code], ["not_found", "RepoNotFound"]);
    assertEquals(await client.delete("local/third", { missingOk: true }), false);
    assertEquals(await names(), [ID]);
  });
});

Deno.test("a lost answer does not change what becomes of a bucket", async () => {
  await withBucket(async (client, hub) => {
    for (const when of ["before", "after"] as const) {
      hub.switches.faults.add({ method: "POST", path: /\/x$/, status: 502, when, times: 1 });
      const { created } = await client.create("local/x", { existOk: true });
      assertEquals(created, when === "before");
      hub.switches.faults.add({
        method: "POST",
        path: /move$/,
        status: 502,
        when: "after",
        times: 1,
      });
      await client.move("local/x", "local/y");
      hub.switches.faults.add({ method: "DELETE", status: 502, when, times: 1 });
      assertEquals(await client.delete("local/y"), true);
    }
    const names = (await Array.fromAsync(client.list())).map(({ id }) => id);
    assertEquals(names, [ID]);
  });
});

Deno.test("files are listed over pages, by plain prefix, and a cursor can be used later", async () => {
  await withBucket(async (client) => {
    const { hash } = await client.upload(ID, streamOf(new Uint8Array([1])));
    const paths = ["a", "b/1", "b/2", "b/c/3", "b.json", "é", ".hidden"];
    await client.commit(
      ID,
      paths.map((path) => ({ type: "addFile", path, xetHash: hash, mtime: 0 } as const)),
    );
    const list = async (options: Parameters<BucketClient["listTree"]>[1]) =>
      (await Array.fromAsync(client.listTree(ID, options))).map(({ path }) => path).sort();
    assertEquals(await list({ limit: 2 }), [...paths].sort());
    assertEquals(await list({ prefix: "b" }), ["b.json", "b/1", "b/2", "b/c/3"]);
    assertEquals(await list({ prefix: "b/", recursive: false }), ["b/1", "b/2", "b/c"]);
    assertEquals(await list({ prefix: "." }), [".hidden"]);
    assertEquals(await list({ prefix: "é" }), ["é"]);
    assertEquals(await list({ prefix: "none" }), []);
    const first = await client.treePage(ID, { recursive: true, limit: 3 });
    const { cursor } = first;
    assert(cursor !== undefined);
    const once = await client.treePage(ID, { recursive: true, limit: 3, cursor });
    assertEquals(await client.treePage(ID, { recursive: true, limit: 3, cursor }), once);
    assertEquals(once.items.length, 3);
  });
});

Deno.test("64 small writes at once need two batches, one token, and each shows at once", async () => {
  await withBucket(async (client, hub) => {
    const { hash } = await client.upload(ID, streamOf(new Uint8Array([1])));
    hub.counters.reset();
    await Promise.all(Array.from({ length: 64 }, async (_, index) => {
      const path = `k${index}`;
      await client.commit(ID, [{ type: "addFile", path, xetHash: hash, mtime: 0 }]);
      assertEquals((await client.pathsInfo(ID, [path])).size, 1);
    }));
    assertEquals(hub.counters.of("hub.batch").calls, 2);
    assert(hub.counters.of("hub.paths-info").calls <= 4);
  });
});

Deno.test("transfers at once share one token of each scope", async () => {
  await withBucket(async (client, hub) => {
    await Promise.all([1, 2, 3, 4].map(async (number) => {
      const { hash, size } = await client.upload(ID, streamOf(new Uint8Array([number])));
      await bytesOf(client.download(ID, { hash, size }));
    }));
    const calls = Object.entries(hub.counters.all()).filter(([name]) => /token/.test(name));
    const total = calls.reduce((sum, [, count]) => sum + count.calls, 0);
    assert(total >= 1 && total <= 2, `${total} token calls`);
  });
});

Deno.test("a batch whose answer is lost is settled and applied once", async () => {
  await withBucket(async (client, hub) => {
    const { hash } = await client.upload(ID, streamOf(new Uint8Array([1])));
    for (const status of [502, "reset"] as const) {
      for (const when of ["before", "after"] as const) {
        hub.counters.reset();
        hub.switches.faults.add({ endpoint: "hub.batch", status, when, times: 1 });
        const path = `${status}-${when}`;
        const outcomes = await client.commit(ID, [
          { type: "addFile", path, xetHash: hash, mtime: 1_700_000_000_123 },
          { type: "deleteFile", path: "nothing" },
        ]);
        assertEquals(outcomes.map(({ kind }) => kind), ["applied", "applied"]);
        assertEquals(hub.counters.of("hub.batch").calls, when === "before" ? 2 : 1);
        assertEquals(hub.counters.of("hub.paths-info").calls, 1);
        assertEquals((await client.pathsInfo(ID, [path])).size, 1);
      }
    }
  });
});

Deno.test("one bad entry fails only itself", async () => {
  await withBucket(async (client, hub) => {
    const { hash } = await client.upload(ID, streamOf(new Uint8Array([1])));
    hub.counters.reset();
    const add = (path: string, xetHash: string) =>
      client.commit(ID, [{ type: "addFile", path, xetHash, mtime: 0 }]);
    const outcomes = await Promise.all([
      add("first", hash),
      add("good", hash),
      add("bad", "ab".repeat(32)),
      add("also good", hash),
      client.commit(ID, [{ type: "deleteFile", path: "missing" }]),
    ]);
    assertEquals(outcomes.flat().map(({ kind }) => kind), [
      "applied",
      "applied",
      "failed",
      "applied",
      "applied",
    ]);
    assertEquals(hub.counters.of("hub.batch").calls, 2);
    assertEquals(hub.counters.of("hub.paths-info").calls, 0);
  });
});

Deno.test("a copy to another bucket moves no bytes", async () => {
  await withBucket(async (client, hub) => {
    const bytes = randomBytes(200_000, 4);
    const { hash, size } = await put(client, "source", bytes);
    await client.create("local/target");
    hub.counters.reset();
    const copy = {
      type: "copyFile",
      path: "copy",
      xetHash: hash,
      sourceRepoType: "bucket",
      sourceRepoId: ID,
      mtime: 0,
    } as const;
    assertEquals(await client.commit("local/target", [copy]), [{ kind: "applied", path: "copy" }]);
    assertEquals(hub.counters.of("cas").calls, 0);
    assertEquals(await bytesOf(client.download("local/target", { hash, size })), bytes);
  });
});

Deno.test("a spent quota is an error that says how long to wait", async () => {
  await withBucket(async (client, hub) => {
    hub.switches.rateLimits.set({ api: 1, resolvers: 1 });
    await client.info(ID);
    const error = await assertRejects(() => client.info(ID), HubError);
    assertEquals(error.kind, "rate_limited");
    assert((error.retryAfterSeconds ?? 0) > 1);
    hub.switches.rateLimits.set(undefined);
  });
});

Deno.test("a wrong token is refused by the Hub, and not quoted", async () => {
  const hub = await createEmbeddedHub();
  const client = new BucketClient({ endpoint: hub.url, token: "hf_wrongwrong" });
  const error = await assertRejects(() => client.namespace(), HubError);
  assertEquals(error.kind, "unauthorized");
  assert(!Deno.inspect(error).includes("hf_wrongwrong"));
  await client.close();
  await hub.close();
});

Deno.test("whoami is asked once, and not at all if the namespace is given", async () => {
  await withBucket(async (client, hub) => {
    await Promise.all([client.namespace(), client.whoAmI(), client.namespace()]);
    assertEquals(hub.counters.of("hub.whoami").calls, 1);
    const other = new BucketClient({ endpoint: hub.url, token: hub.token, namespace: "acme" });
    assertEquals(await other.namespace(), "acme");
    assertEquals(hub.counters.of("hub.whoami").calls, 1);
    await other.close();
  });
});

Deno.test("a closed client refuses every call", async () => {
  await withBucket(async (client) => {
    await client.close();
    await assertRejects(() => client.info(ID), TypeError, "closed");
    await assertRejects(() => client.pathsInfo(ID, ["x"]), TypeError, "closed");
    assertThrows(() => client.listTree(ID), TypeError, "closed");
    assertThrows(() => client.download(ID, { hash: "0".repeat(64), size: 0 }), TypeError, "closed");
  });
});

Deno.test("a bucket is named by its full name, its bare name or its handle everywhere", async () => {
  await withBucket(async (client) => {
    const created = await client.create("second", { region: "us" });
    assertEquals([created.id, created.handle, created.created], [
      "local/second",
      "hf://buckets/local/second",
      true,
    ]);
    assert(created.url.endsWith("/buckets/local/second"));
    const again = await client.create(created.handle, { existOk: true });
    assertEquals(again, { ...created, created: false });
    const taken = await assertRejects(() => client.create("second"), BucketExistsError);
    assertEquals(typeof taken.requestId, "string");
    await assertRejects(() => client.create("local/x", { namespace: "acme" }), TypeError, "acme");
    for (const name of ["second", "local/second", created.handle]) {
      await client.uploadFile(name, new TextEncoder().encode(name), "x");
      assertEquals((await client.info(name)).id, "local/second");
      assertEquals((await Array.fromAsync(client.listTree(name))).length, 1);
      assertEquals((await client.treePage(name, { recursive: true })).items.length, 1);
      assertEquals((await client.pathsInfo(name, ["x"])).size, 1);
      const { xetHash: hash, size } = await client.fileMetadata(name, "x");
      assertEquals(await new Response(client.download(name, { hash, size })).text(), name);
      assertEquals(await (await client.downloadFile(name, "x")).text(), name);
      assert(await client.locate(name, "x", hash));
      await client.setVisibility(name, "private");
    }
    await client.move("second", "third");
    await assertRejects(() => client.info("second"), BucketNotFoundError);
    assertEquals(await client.delete("third"), true);
    await assertRejects(() => client.delete("third"), BucketNotFoundError);
    const stream = client.download("no such", { hash: "0".repeat(64), size: 0 });
    assertEquals(await new Response(stream).text(), "");
  });
});

Deno.test("buckets are listed lazily, by namespace and by a part of their names", async () => {
  await withBucket(async (client, hub) => {
    for (const name of ["logs-1", "logs-2", "other"]) await client.create(name);
    const list = async (options: Parameters<BucketClient["list"]>[0]) =>
      (await Array.fromAsync(client.list(options))).map(({ id }) => id);
    assertEquals(await list({ search: "logs" }), ["local/logs-1", "local/logs-2"]);
    assertEquals((await list({ namespace: "local" })).length, 4);
    assertEquals((await list({ search: "a&b=c" })).length, 0);
    hub.counters.reset();
    const lazy = client.list();
    assertEquals(hub.counters.of("hub").calls, 0);
    await lazy.next();
    await lazy.return();
  });
});
