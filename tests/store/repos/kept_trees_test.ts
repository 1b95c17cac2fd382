import { assertEquals } from "@std/assert";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { KeptTrees } from "../../../lib/store/repos/kept_trees.ts";
import { TreeTable, TreeTableBuilder } from "../../../lib/store/repos/tree_table.ts";

function tree(name: string): TreeTable {
  const builder = new TreeTableBuilder();
  builder.add({ path: name.padEnd(100, "x"), size: 1, hash: "ab".repeat(20), inXet: false });
  return builder.finish();
}
const BYTES = tree("a").bytes;

Deno.test("trees are kept in spare memory, the one that was used last the longest", () => {
  const budget = new MemoryBudget(12 * BYTES);
  const kept = new KeptTrees(budget, 12 * BYTES);
  for (const name of ["a", "b", "c"]) kept.put(name, tree(name));
  kept.get("a", TreeTable);
  kept.put("d", tree("d"));
  const there = () => ["a", "b", "c", "d"].filter((name) => kept.get(name, TreeTable));
  assertEquals(there(), ["a", "c", "d"]);
});

Deno.test("trees give way to transfers, and one that is too large is not kept", async () => {
  const budget = new MemoryBudget(12 * BYTES);
  const kept = new KeptTrees(budget, 12 * BYTES);
  kept.put("a", tree("a"));
  const lease = await budget.acquire(12 * BYTES);
  assertEquals(kept.get("a", TreeTable), undefined);
  kept.put("a", tree("a"));
  assertEquals(kept.get("a", TreeTable), undefined);
  lease.release();
  new KeptTrees(budget, BYTES).put("a", tree("a"));
  assertEquals(kept.get("a", TreeTable), undefined);
});

Deno.test("trees that are closed take no memory", () => {
  const budget = new MemoryBudget(12 * BYTES);
  const kept = new KeptTrees(budget, 12 * BYTES);
  kept.put("a", tree("a"));
  kept.close();
  kept.put("a", tree("a"));
  assertEquals(kept.get("a", TreeTable), undefined);
  assertEquals(budget.addSpare(() => {}).take(12 * BYTES), true);
});
