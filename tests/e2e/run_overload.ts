/**
 * Raises a storm of idle connections and slow bodies, prints what it did to another client and what is left of it, and fails if others were not
 * served or something stayed behind.
 *
 *     deno task test:overload [idle connections] [slow bodies]
 *
 * @module
 */

import { raiseStorm } from "../support/storm.ts";

const MIB = 1024 * 1024;
const [idle = 5000, slow = 500] = Deno.args.map(Number);
const result = await raiseStorm({ idle, slow, requests: 200, bodyTimeoutSeconds: 20 });

/** The time below which 99 of 100 lie. */
const p99 = (times: readonly number[]): number => times[Math.ceil(times.length * 0.99) - 1] ?? 0;
const [calm, storm] = [p99(result.calm), p99(result.storm)];
console.log(`${idle} idle connections, ${slow} slow bodies`);
console.log(
  `p99 of 64 KiB PUT and GET: ${calm.toFixed(1)} ms before, ${storm.toFixed(1)} ms during, ratio ${
    (storm / calm).toFixed(2)
  }`,
);
console.log(`other client's failures: ${result.failures.length}`);
console.log(`slow bodies ended: ${JSON.stringify(result.slowEnds)}`);
for (const when of ["before", "during", "after"] as const) {
  const held = result[when];
  if (held === undefined) continue;
  const { descriptors, residentBytes } = held;
  console.log(
    `${when}: ${descriptors} descriptors, ${(residentBytes / MIB).toFixed(0)} MiB resident`,
  );
}
const { before, after } = result;
const isLeft = before !== undefined && after !== undefined &&
  after.descriptors > before.descriptors + 10;
const problems = [
  ...result.failures.length > 0 ? ["others were not served"] : [],
  ...isLeft ? ["descriptors stayed open"] : [],
  ...storm > 2 * calm ? ["others waited more than twice as long"] : [],
];
if (problems.length > 0) {
  console.error(problems.join("; "));
  Deno.exit(1);
}
