/**
 * Feeds every parser of the gateway and of the embedded hub with inputs that are like valid ones: none may crash it, hold it for
 * 100 ms, or make memory grow. It prints what came of each.
 *
 *     deno task test:fuzz [--inputs N] [--seed S] [--target TEXT] [--minutes M]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { fuzz, FUZZ_TARGETS } from "./fuzz.ts";

const MIB = 1024 * 1024;
/** What the process may grow by while one parser is fed, once it is warm. */
const MOST_GROWTH = 256 * MIB;

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    target: { type: "string", default: "" },
    minutes: { type: "string", default: "600" },
  },
});
const targets = FUZZ_TARGETS.filter(({ name }) => name.includes(values.target));
const end = performance.now() + Number(values.minutes) * 60_000;
let failures = 0;
for (const [at, target] of targets.entries()) {
  const start = performance.now();
  const until = start + (end - start) / (targets.length - at);
  try {
    const { inputs, taken, slowestMs, grown } = await fuzz(
      target,
      Number(values.inputs),
      Number(values.seed),
      { hangs: true, until },
    );
    console.log(
      `${target.name}: ${inputs} inputs, ${taken} taken, slowest ${slowestMs.toFixed(1)} ms, ` +
        `memory ${grown < 0 ? "" : "+"}${(grown / MIB).toFixed(0)} MiB, ` +
        `${((performance.now() - start) / 1000).toFixed(0)} s`,
    );
    if (grown > MOST_GROWTH) throw new Error(`${target.name}: memory grew by ${grown} bytes`);
  } catch (error) {
    failures++;
    console.error(error);
  }
}
console.log(failures === 0 ? "nothing found" : `${failures} findings`);
if (failures > 0) Deno.exit(1);
