import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHub } from "../lib/create_embedded_hub.ts";

const EMPTY = "0".repeat(64);

async function call(hub: Pick<EmbeddedHub, "url">, method: string, path: string, body?: unknown) {
  const response = await fetch(hub.url + path, {
    method,
    headers: {
      "Authorization": "Bearer hf_local",
      "Content-Type": "application/x-ndjson",
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

Deno.test("a hub needs no options, and its first user's token works", async () => {
  const hub = await createEmbeddedHub();
  const response = await fetch(`${hub.url}/api/whoami-v2`, {
    headers: { Authorization: `Bearer ${hub.token}` },
  });
  assertEquals((await response.json()).name, "local");
  await hub.close();
  await hub.close();
  await assertRejects(() => fetch(hub.url));
});

Deno.test("a hub without a server answers by its handler, with links to its public URL", async () => {
  const hub = await createEmbeddedHub({ serve: false, publicUrl: "https://hub.example" });
  assertEquals(hub.url, "https://hub.example");
  const answer = await hub.handler(
    new Request("http://inside.test/api/buckets/local/a", {
      method: "POST",
      headers: { Authorization: "Bearer hf_local" },
    }),
  );
  assertEquals((await answer.json()).url, "https://hub.example/buckets/local/a");
  await hub.close();
});

Deno.test("a hub closes when its signal aborts, and does not start after it", async () => {
  const abort = new AbortController();
  const hub = await createEmbeddedHub({ signal: abort.signal });
  abort.abort();
  await hub.close();
  await assertRejects(() => fetch(hub.url));
  await assertRejects(() => createEmbeddedHub({ signal: abort.signal }), DOMException);
});

Deno.test("a hub on disk holds its buckets, files and signed links over a restart", async () => {
  const directory = await Deno.makeTempDir();
  const first = await createEmbeddedHub({ directory });
  await call(first, "POST", "/api/buckets/local/kept");
  const add = { type: "addFile", path: "a", xetHash: EMPTY, mtime: 5 };
  await call(first, "POST", "/api/buckets/local/kept/batch", add);
  const redirect = await fetch(`${first.url}/buckets/local/kept/resolve/a`, { redirect: "manual" });
  await redirect.body?.cancel();
  const link = new URL(redirect.headers.get("Location") ?? "");
  await assertRejects(() => createEmbeddedHub({ directory }), Error, "in use");
  await first.close();
  const second = await createEmbeddedHub({ directory });
  const tree = await call(second, "GET", "/api/buckets/local/kept/tree");
  assertEquals(tree.json.length, 1);
  assertEquals(tree.json[0].mtime, "1970-01-01T00:00:00.005Z");
  const again = await fetch(second.url + link.pathname + link.search);
  assertEquals([again.status, await again.text()], [200, ""]);
  await second.close();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a hub killed while writing holds every file that it acknowledged", async () => {
  const directory = await Deno.makeTempDir();
  const module = new URL("../lib/create_embedded_hub.ts", import.meta.url);
  const program = `import { createEmbeddedHub } from ${JSON.stringify(module.href)};
    console.log((await createEmbeddedHub({ directory: ${JSON.stringify(directory)} })).url);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const url = ((await lines.read()).value ?? "").trim();
  await call({ url }, "POST", "/api/buckets/local/kept");
  const acknowledged: string[] = [];
  const write = async (writer: number): Promise<void> => {
    for (let number = 0;; number++) {
      const path = `${writer}/${number}`;
      const add = { type: "addFile", path, xetHash: EMPTY };
      const { status } = await call({ url }, "POST", "/api/buckets/local/kept/batch", add);
      if (status === 200) acknowledged.push(path);
      if (acknowledged.length === 100) child.kill("SIGKILL");
    }
  };
  await Promise.allSettled([write(0), write(1), write(2)]);
  await child.status;
  await lines.cancel();
  const hub = await createEmbeddedHub({ directory });
  const tree = await call(hub, "GET", "/api/buckets/local/kept/tree?limit=10000");
  const found = new Set(tree.json.map((file: { path: string }) => file.path));
  assert(acknowledged.length >= 100);
  assertEquals(acknowledged.filter((path) => !found.has(path)), []);
  const info = await call(hub, "GET", "/api/buckets/local/kept");
  assertEquals(info.json.totalFiles, found.size);
  await hub.close();
  await Deno.remove(directory, { recursive: true });
});
