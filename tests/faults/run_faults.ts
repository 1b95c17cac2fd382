/**
 * Runs every kind of fault many times, each time with another seed, and prints what came of it. It ends at the first
 * run that is not as it must be, with the seed that repeats it.
 *
 *     deno task test:faults [--runs N] [--seed S] [--kind TEXT] [--minutes M] [--at-once N]
 *
 * @module
 */

import { parseArgs } from "node:util";
import pLimit from "p-limit";
import { FAULT_KINDS } from "./fault_kinds.ts";
import { type FaultRunResult, runWithFaults } from "./fault_run.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    kind: { type: "string", default: "" },
    minutes: { type: "string", default: "120" },
    "at-once": { type: "string", default: "16" },
  },
});
const runs = Number(values.runs);
const firstSeed = Number(values.seed);
const kinds = FAULT_KINDS.filter(({ name }) => name.includes(values.kind));
const end = performance.now() + Number(values.minutes) * 60_000;
let failures = 0;
for (const [at, kind] of kinds.entries()) {
  const share = performance.now() + (end - performance.now()) / (kinds.length - at);
  const limit = pLimit(Number(values["at-once"]));
  const start = performance.now();
  const results: FaultRunResult[] = [];
  await Promise.all(Array.from({ length: runs }, (_, i) =>
    limit(async () => {
      if (performance.now() > share) return;
      try {
        results.push(await runWithFaults(kind, firstSeed + i));
      } catch (error) {
        failures++;
        console.error(error);
      }
    })));
  const sum = (field: keyof FaultRunResult) =>
    results.reduce((total, result) => total + result[field], 0);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${kind.name}: ${results.length} runs, ${sum("requests")} requests, ${sum("faults")} faults, ` +
      `${sum("failed")} errors that pass, ${seconds} s`,
  );
}
console.log(failures === 0 ? "nothing lost" : `${failures} runs failed`);
if (failures > 0) Deno.exit(1);
