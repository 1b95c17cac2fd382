import { assertEquals } from "@std/assert";
import { BucketClient } from "../../../lib/buckets/mod.ts";
import { createEmbeddedHub } from "../../../lib/create_embedded_hub.ts";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { KeptTrees } from "../../../lib/store/repos/kept_trees.ts";
import { RepoTimes } from "../../../lib/store/repos/repo_times.ts";
import { RepoTrees } from "../../../lib/store/repos/repo_trees.ts";

const DAY = 86_400_000;
const THEN = Date.UTC(2026, 0, 1);
const REPO = { type: "dataset", id: "local/d" } as const;

/** Commits `count` files, then one that changes `changed`; the times that files have, and the calls for them. */
async function timesOf(count: number, changed: string) {
  await using hub = await createEmbeddedHub();
  await using client = new BucketClient({ token: hub.token, endpoint: hub.url, workers: 0 });
  const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.txt`, `${i}`]));
  await hub.seedRepo({ ...REPO, files, date: THEN });
  const { commit } = await hub.seedRepo({
    ...REPO,
    files: { ...files, [changed]: "changed" },
    date: THEN + DAY,
  });
  const budget = new MemoryBudget(1 << 24);
  const trees = new RepoTrees({
    reader: client.repos,
    kept: new KeptTrees(budget, 1 << 24),
    sortLimit: 1000,
  });
  const times = new RepoTimes({ reader: client.repos, trees });
  const name = { repo: REPO, commit };
  hub.counters.reset();
  const [all] = await Promise.all([times.of(name), times.of(name)]);
  const calls = hub.counters.of("hub").calls;
  assertEquals(await times.of(name), all);
  assertEquals(hub.counters.of("hub").calls, calls);
  const dayOf = (path: string) => (all.of(path).getTime() - THEN) / DAY;
  return { old: dayOf("0.txt"), new: dayOf(changed), calls, tree: trees.known(name, "")?.length };
}

Deno.test("files of a commit that one page holds have their own times, for one call", async () => {
  assertEquals(await timesOf(50, "7.txt"), { old: 0, new: 1, calls: 1, tree: 50 });
});

Deno.test("files of a commit with up to 200 entries have their own times, page by page", async () => {
  assertEquals(await timesOf(51, "7.txt"), { old: 0, new: 1, calls: 3, tree: 51 });
  assertEquals(await timesOf(200, "7.txt"), { old: 0, new: 1, calls: 5, tree: 200 });
});

Deno.test("files of a commit with more entries have its time, and the tree is kept if a page holds it", async () => {
  assertEquals(await timesOf(201, "7.txt"), { old: 1, new: 1, calls: 3, tree: 201 });
  assertEquals(await timesOf(1001, "7.txt"), { old: 1, new: 1, calls: 3, tree: undefined });
});
