import { assertEquals, assertRejects } from "@std/assert";
import { createEmbeddedHub, type RepoSeed } from "../../lib/create_embedded_hub.ts";
import { HubClient } from "../../lib/hub/hub_client.ts";
import { HubError } from "../../lib/hub/hub_error.ts";
import type { RepoName } from "../../lib/hub/repo_id.ts";
import { repoApiPath, repoPagePath, revisionSegment } from "../../lib/hub/repo_id.ts";

const LARGE = new Uint8Array(100_000).map((_, index) => (index * 7) ^ (index >> 8));
const FILES = { "README.md": "# Words\n", "a/b c.txt": "b", "large.bin": LARGE };
const WORDS: RepoSeed = { type: "dataset", id: "local/words", files: FILES };
const REPO: RepoName = { type: "dataset", id: "local/words" };

async function withHub(
  seed: RepoSeed,
  test: (client: HubClient, commit: string, calls: () => Record<string, number>) => Promise<void>,
) {
  const hub = await createEmbeddedHub();
  const { commit } = await hub.seedRepo(seed);
  const client = new HubClient({ endpoint: hub.url, token: hub.token });
  const calls = () =>
    Object.fromEntries(
      Object.entries(hub.counters.all()).map(([name, { calls }]) => [name, calls]),
    );
  await test(client, commit, calls);
  await hub.close();
}

Deno.test("a revision, the refs and the repos of a namespace", async () => {
  await withHub({ ...WORDS, tag: "v1", date: 1_700_000_000_000 }, async (client, commit) => {
    const revision = await client.repoRevision(REPO, "v1");
    assertEquals(revision, {
      id: "local/words",
      sha: commit,
      lastModified: new Date(1_700_000_000_000),
      createdAt: new Date(1_700_000_000_000),
      private: false,
    });
    const { branches, tags } = await client.repoRefs(REPO);
    assertEquals(branches, [{ name: "main", ref: "refs/heads/main", targetCommit: commit }]);
    assertEquals(tags.map(({ name }) => name), ["v1"]);
    const repos = await Array.fromAsync(client.listRepos("dataset", "local"));
    assertEquals(repos.map(({ id }) => id), ["local/words"]);
  });
});

Deno.test("pages of a tree, and paths", async () => {
  await withHub(WORDS, async (client, commit) => {
    const first = await client.repoTreePage(REPO, commit, { recursive: true, limit: 3 });
    assertEquals(first.items.map(({ path }) => path), ["a", "a/b c.txt", "README.md"]);
    const { cursor = "" } = first;
    const second = await client.repoTreePage(REPO, commit, { recursive: true, limit: 3, cursor });
    assertEquals(second.items.map(({ path }) => path), ["large.bin"]);
    assertEquals(second.cursor, undefined);
    const below = await client.repoTreePage(REPO, "main", {
      path: "a",
      recursive: false,
      expand: true,
    });
    const [file] = below.items;
    assertEquals(file?.type === "file" && file.lastCommit?.id, commit);
    const [large] = await client.repoPathsInfo(REPO, "main", ["none", "large.bin"]);
    assertEquals(large?.type === "file" && [large.size, large.xetHash?.length], [100_000, 64]);
    const failure = await assertRejects(
      () => client.repoTreePage(REPO, "main", { path: "none", recursive: false }),
      HubError,
    );
    assertEquals([failure.kind, failure.code], ["not_found", "EntryNotFound"]);
  });
});

Deno.test("resolve tells commit, size, names and place of a file", async () => {
  await withHub(WORDS, async (client, commit, calls) => {
    const small = await client.resolveRepoFile(REPO, "main", "a/b c.txt");
    assertEquals(small, { commit, size: 1, oid: "63d8dbd40c23542e740659a7168a0ce3138ea748" });
    const large = await client.resolveRepoFile(REPO, "main", "large.bin");
    assertEquals([large?.size, large?.oid.length, large?.xetHash?.length], [100_000, 64, 64]);
    assertEquals(large?.location?.includes("/cdn/"), true);
    assertEquals(await client.resolveRepoFile(REPO, "main", "none"), undefined);
    assertEquals(await client.resolveRepoFile(REPO, "main", "a/../README.md"), undefined);
    assertEquals(calls(), { "hub.repo-resolve": 3 });
    const token = await client.repoXetToken(REPO, commit);
    assertEquals(typeof token.accessToken, "string");
  });
});

Deno.test("files come by resolve, whole and in ranges, from Git and from LFS", async () => {
  await withHub({ ...WORDS, largeFiles: "lfs" }, async (client, commit) => {
    const read = async (path: string, first?: number, last?: number) => {
      const range = first === undefined || last === undefined ? undefined : { first, last };
      const { body } = await client.openRepoFile(REPO, commit, path, { range });
      return await new Response(body).bytes();
    };
    assertEquals(await read("large.bin"), LARGE);
    assertEquals(await read("large.bin", 10, 19), LARGE.slice(10, 20));
    assertEquals(new TextDecoder().decode(await read("README.md", 2, 6)), "Words");
    await assertRejects(() => read("none"), HubError);
    await assertRejects(() => read("README.md", 2, 600), HubError, "not the range asked for");
  });
});

Deno.test("of an answer that is all of a file the range is taken", async () => {
  const pieces = ["0123", "45", "6789"].map((text) => new TextEncoder().encode(text));
  let cancelled = false;
  const client = new HubClient({
    endpoint: "http://hub.invalid",
    fetch: () => {
      const rest = pieces.values();
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          const { value } = rest.next();
          if (value === undefined) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => {
          cancelled = true;
        },
      }, { highWaterMark: 0 });
      return Promise.resolve(new Response(body));
    },
  });
  const read = async (first: number, last: number) => {
    const { body } = await client.openRepoFile(REPO, "main", "f", { range: { first, last } });
    return await new Response(body).text();
  };
  assertEquals(await read(0, 0), "0");
  assertEquals(cancelled, true);
  assertEquals([await read(2, 6), await read(5, 9), await read(8, 20)], ["23456", "56789", "89"]);
});

Deno.test("a small file may lie behind a redirect within the Hub", async () => {
  const commit = "ab".repeat(20);
  const client = new HubClient({
    endpoint: "http://hub.invalid",
    fetch: (input) => {
      const headers = String(input).includes("/resolve-cache/")
        ? { "etag": `W/"${"cd".repeat(20)}"`, "content-length": "7" }
        : { "location": "/api/resolve-cache/x", "x-repo-commit": commit };
      const status = "location" in headers ? 307 : 200;
      return Promise.resolve(new Response(null, { status, headers }));
    },
  });
  assertEquals(await client.resolveRepoFile(REPO, "main", "x"), {
    commit,
    size: 7,
    oid: "cd".repeat(20),
  });
});

Deno.test("the token goes to the Hub and not where that redirects", async () => {
  const seen: (string | null)[] = [];
  const client = new HubClient({
    endpoint: "http://hub.invalid",
    token: "hf_secret",
    fetch: (input, init) => {
      seen.push(new Headers(init?.headers).get("authorization"));
      return Promise.resolve(
        String(input).startsWith("http://hub.invalid")
          ? new Response(null, { status: 302, headers: { location: "http://cdn.invalid/x" } })
          : new Response("bytes"),
      );
    },
  });
  const { body } = await client.openRepoFile(REPO, "main", "x");
  assertEquals(await new Response(body).text(), "bytes");
  assertEquals(seen, ["Bearer hf_secret", null]);
});

Deno.test("a body that stands still ends with an error", async () => {
  const client = new HubClient({
    endpoint: "http://hub.invalid",
    timeoutMs: 20,
    fetch: (_, init) => {
      const body = new ReadableStream({
        start(controller) {
          init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
        },
      });
      return Promise.resolve(new Response(body));
    },
  });
  const { body } = await client.openRepoFile(REPO, "main", "x");
  await assertRejects(() => new Response(body).text(), HubError, "no answer for 20 ms");
});

Deno.test("names that no repo can have make no call", () => {
  assertEquals(repoApiPath(REPO), "/api/datasets/local/words");
  assertEquals(repoPagePath({ type: "model", id: "gpt2" }), "/gpt2");
  assertEquals(revisionSegment("refs/pr/1"), "refs%2Fpr%2F1");
  for (const id of ["a/b/c", "..", "a/..", "", "a b", "/a"]) {
    let thrown: unknown;
    try {
      repoApiPath({ type: "space", id });
    } catch (error) {
      thrown = error;
    }
    assertEquals(thrown instanceof TypeError, true, id);
  }
});
