import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createEmbeddedHub, type RepoSeed } from "../../../../lib/create_embedded_hub.ts";
import { assertError, field, fields, startTestHub, type TestHub, TOKENS } from "../../test_hub.ts";

const LARGE = new Uint8Array(100_000).map((_, index) => (index * 7) ^ (index >> 8));

const PRICES: RepoSeed = {
  type: "dataset",
  id: "alice/prices",
  date: Date.UTC(2026, 0, 1),
  files: {
    "README.md": "# Prices\n",
    "a/b.txt": "b",
    "a/c/d.txt": "d",
    "a.txt": "a",
    "large.bin": LARGE,
  },
};

/** A hub with a dataset of two commits. */
async function withPrices(test: (hub: TestHub, commits: readonly string[]) => Promise<void>) {
  await using hub = await startTestHub();
  const first = await hub.hub.seedRepo({ ...PRICES, tag: "v1" });
  const second = await hub.hub.seedRepo({
    ...PRICES,
    date: Date.UTC(2026, 1, 1),
    title: "Other words",
    files: { ...PRICES.files, "README.md": "# More prices\n" },
  });
  await test(hub, [first.commit, second.commit]);
}

Deno.test("a tree comes one level at a time, directories first, or with all below", async () => {
  await withPrices(async ({ call }) => {
    const level = await call("GET", "/api/datasets/alice/prices/tree/main");
    assertEquals(fields(level.json, "path"), ["a", "README.md", "a.txt", "large.bin"]);
    assertEquals(fields(level.json, "type"), ["directory", "file", "file", "file"]);
    const all = await call("GET", "/api/datasets/alice/prices/tree/main?recursive=true");
    assertEquals(
      fields(all.json, "path"),
      ["a", "a/c", "a/c/d.txt", "a/b.txt", "README.md", "a.txt", "large.bin"],
    );
    const below = await call("GET", "/api/datasets/alice/prices/tree/main/a/c");
    assertEquals(fields(below.json, "path"), ["a/c/d.txt"]);
    const missing = await call("GET", "/api/datasets/alice/prices/tree/main/none");
    assertError(missing, 404, "EntryNotFound", "Entry not found");
    const revision = await call("GET", "/api/datasets/alice/prices/tree/none");
    assertError(revision, 404, "RevisionNotFound", "Invalid rev id: none");
  });
});

Deno.test("pages of a tree follow one another", async () => {
  await withPrices(async ({ call, hub }) => {
    const paths: unknown[] = [];
    let path = "/api/datasets/alice/prices/tree/main?recursive=true&limit=3";
    while (path !== "") {
      const page = await call("GET", path);
      paths.push(...fields(page.json, "path"));
      const [, next = ""] = /<([^>]+)>;\s+rel="next"/.exec(page.headers.get("Link") ?? "") ?? [];
      path = next.replace(hub.url, "");
    }
    assertEquals(paths.length, 7);
    assertEquals(hub.counters.of("hub.repo-tree").calls, 3);
  });
});

Deno.test("expand tells which commit changed an entry last", async () => {
  await withPrices(async ({ call }, [first, second]) => {
    const { json } = await call("POST", "/api/datasets/alice/prices/paths-info/main", {
      json: { paths: ["README.md", "a", "large.bin", "none"], expand: true },
    });
    assertEquals(fields(json, "path"), ["README.md", "a", "large.bin"]);
    const last = fields(json, "lastCommit");
    assertEquals(last.map((commit) => field(commit, "id")), [second, first, first]);
    const form = await call("POST", "/api/datasets/alice/prices/paths-info/v1", {
      body: new URLSearchParams([["paths", "README.md"], ["paths", "a.txt"], ["expand", "True"]]),
    });
    assertEquals(fields(form.json, "path"), ["README.md", "a.txt"]);
    assertEquals(fields(form.json, "size"), [9, 1]);
  });
});

Deno.test("a revision is a branch, a tag or a commit, and has its own files", async () => {
  await withPrices(async ({ call }, [first, second]) => {
    for (const [revision, sha] of [["main", second], ["v1", first], [first, first]]) {
      const info = await call("GET", `/api/datasets/alice/prices/revision/${revision}`);
      assertEquals(field(info.json, "sha"), sha);
      const readme = await call("GET", `/datasets/alice/prices/resolve/${revision}/README.md`);
      assertEquals(readme.text, sha === first ? "# Prices\n" : "# More prices\n");
      assertEquals(readme.headers.get("X-Repo-Commit"), sha);
    }
    const refs = await call("GET", "/api/datasets/alice/prices/refs");
    assertEquals(field(refs.json, "branches"), [
      { name: "main", ref: "refs/heads/main", targetCommit: second },
    ]);
    assertEquals(fields(field(refs.json, "tags"), "targetCommit"), [first]);
    const commits = await call("GET", "/api/datasets/alice/prices/commits/main");
    assertEquals(fields(commits.json, "id"), [second, first]);
  });
});

Deno.test("resolve redirects to the bytes of a large file, and says where they are in Xet", async () => {
  await withPrices(async ({ call, hub }, [, second]) => {
    const path = "/datasets/alice/prices/resolve/main/large.bin";
    const answer = await call("HEAD", path);
    assertEquals(answer.status, 302);
    assertEquals(answer.headers.get("X-Linked-Size"), "100000");
    assertEquals(answer.headers.get("X-Repo-Commit"), second);
    assertStringIncludes(
      answer.headers.get("Link") ?? "",
      `/api/datasets/alice/prices/xet-read-token/${second}>; rel="xet-auth"`,
    );
    const target = (answer.headers.get("Location") ?? "").replace(hub.url, "");
    const part = await fetch(hub.url + target, { headers: { Range: "bytes=1000-1999" } });
    assertEquals(part.status, 206);
    assertEquals(await part.bytes(), LARGE.slice(1000, 2000));
    const info = await call("GET", path, {
      headers: { Accept: "application/vnd.xet-fileinfo+json" },
    });
    assertEquals(field(info.json, "hash"), answer.headers.get("X-Xet-Hash"));
    const token = await call("GET", "/api/datasets/alice/prices/xet-read-token/main");
    assertEquals(typeof field(token.json, "accessToken"), "string");
  });
});

Deno.test("files in LFS alone have no Xet hash", async () => {
  await using test = await startTestHub();
  await test.hub.seedRepo({ ...PRICES, type: "model", id: "old", largeFiles: "lfs" });
  const answer = await test.call("GET", "/old/resolve/main/large.bin");
  assertEquals([answer.status, answer.headers.get("X-Xet-Hash")], [302, null]);
  const bytes = await fetch(answer.headers.get("Location") ?? "");
  assertEquals(await bytes.bytes(), LARGE);
  const { json } = await test.call("POST", "/api/models/old/paths-info/main", {
    json: { paths: ["large.bin", "a.txt"] },
  });
  assertEquals(fields(json, "xetHash"), [undefined, undefined]);
  assertEquals(field(fields(json, "lfs")[0], "size"), 100_000);
});

Deno.test("private repos are seen by members, gated ones read by those who may", async () => {
  await using test = await startTestHub();
  await test.hub.seedRepo({ ...PRICES, id: "alice/secret", private: true });
  await test.hub.seedRepo({
    ...PRICES,
    id: "alice/gated",
    gated: "manual",
    grantedTo: ["carol"],
  });
  const status = async (path: string, token: string | null) => {
    const { status, headers } = await test.call("GET", path, { token });
    return [status, headers.get("X-Error-Code")];
  };
  const secret = "/datasets/alice/secret/resolve/main/a.txt";
  assertEquals(await status(secret, TOKENS.alice), [200, null]);
  assertEquals(await status(secret, TOKENS.bob), [404, "RepoNotFound"]);
  assertEquals(await status(secret, null), [401, null]);
  const gated = "/datasets/alice/gated/resolve/main/a.txt";
  assertEquals(await status(gated, TOKENS.alice), [200, null]);
  assertEquals(await status(gated, TOKENS.carol), [200, null]);
  assertEquals(await status(gated, TOKENS.bob), [403, "GatedRepo"]);
  assertEquals(await status(gated, null), [401, "GatedRepo"]);
  assertEquals(await status("/api/datasets/alice/gated/tree/main", TOKENS.bob), [200, null]);
  const token = "/api/datasets/alice/gated/xet-read-token/main";
  assertEquals(await status(token, TOKENS.bob), [403, "GatedRepo"]);
  const listed = async (token: string) =>
    fields((await test.call("GET", "/api/datasets?author=alice", { token })).json, "id");
  assertEquals(await listed(TOKENS.bob), ["alice/gated"]);
  assertEquals(await listed(TOKENS.alice), ["alice/gated", "alice/secret"]);
});

Deno.test("a batch copies content of a repo that the caller may read", async () => {
  await using test = await startTestHub();
  await test.hub.seedRepo({ ...PRICES, id: "bob/gated", gated: "auto" });
  await test.hub.seedRepo(PRICES);
  const xetHash = (await test.call("HEAD", "/datasets/alice/prices/resolve/main/large.bin"))
    .headers.get("X-Xet-Hash");
  const copy = (sourceRepoType: string, sourceRepoId: string) => ({
    type: "copyFile",
    path: `${sourceRepoType}.bin`,
    xetHash,
    sourceRepoType,
    sourceRepoId,
  });
  const good = await test.batch("alice/photos", copy("dataset", "alice/prices"));
  assertEquals(good.status, 200);
  const listed = await test.call("GET", "/api/buckets/alice/photos/tree");
  assertEquals(fields(listed.json, "size"), [100_000]);
  for (const [type, id] of [["model", "alice/prices"], ["dataset", "bob/gated"]] as const) {
    assertEquals((await test.batch("alice/photos", copy(type, id))).status, 422);
  }
});

Deno.test("the same files again are no new commit", async () => {
  await using test = await startTestHub();
  const first = await test.hub.seedRepo(PRICES);
  assertEquals(await test.hub.seedRepo({ ...PRICES, date: 0 }), first);
});

Deno.test("names that no repo can have are refused", async () => {
  await using test = await startTestHub();
  const wrong: readonly Partial<RepoSeed>[] = [
    { id: "a/b/c" },
    { id: "a--b" },
    { branch: "../x" },
    { files: { "a//b": "" } },
    { files: { ".git/config": "" } },
    { files: { a: "", "a/b": "" } },
  ];
  for (const part of wrong) {
    await assertRejects(() => test.hub.seedRepo({ ...PRICES, ...part }), TypeError);
  }
});

Deno.test("repos are kept in the hub's directory", async () => {
  const directory = await Deno.makeTempDir();
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/deep`);
  await Deno.writeFile(`${folder}/deep/large.bin`, LARGE);
  await Deno.writeTextFile(`${folder}/small.txt`, "small");
  try {
    const hub = await createEmbeddedHub({ directory });
    const { commit } = await hub.seedRepo({ type: "space", id: "local/app", folder });
    await hub.close();
    const again = await createEmbeddedHub({ directory });
    const read = async (path: string) =>
      await (await fetch(`${again.url}/spaces/local/app/resolve/${commit}/${path}`)).bytes();
    assertEquals(await read("deep/large.bin"), LARGE);
    assertEquals(new TextDecoder().decode(await read("small.txt")), "small");
    assert((await Array.fromAsync(Deno.readDir(`${directory}/files`))).length > 0);
    await again.close();
  } finally {
    await Deno.remove(directory, { recursive: true });
    await Deno.remove(folder, { recursive: true });
  }
});
