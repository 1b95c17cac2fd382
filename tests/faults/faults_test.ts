import { FAULT_KINDS } from "./fault_kinds.ts";
import { runWithFaults } from "./fault_run.ts";

/** Fixed ones, and one that is new with each run. */
const RANDOM_SEED = Math.floor(Math.random() * 1e9);
const SEEDS = [1, 2, RANDOM_SEED];

for (const kind of FAULT_KINDS) {
  Deno.test(`clients see success or an error that passes, and nothing is lost: ${kind.name}`, async () => {
    await Promise.all(SEEDS.map((seed) => runWithFaults(kind, seed)));
  });
}
