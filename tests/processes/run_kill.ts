/**
 * Counts the calls to the Hub and the CAS and the writes of the KV that a PUT, a copy, a delete and a multipart upload
 * make, and kills the gateway right before and right after each of them. Names of operations may follow.
 *
 *     deno task test:kill [put] [copy] [delete] [multipart]
 *
 * @module
 */

import { startProcessCourse } from "./gateways.ts";
import { KillTrace, type OperationName, OPERATIONS } from "./kill_trace.ts";

const start = performance.now();
const all = Object.keys(OPERATIONS) as OperationName[]; // keys are the literal names
const unknown = Deno.args.filter((word) => !all.some((name) => name === word));
if (unknown.length > 0) {
  console.error(`The operations are ${all.join(", ")}`);
  Deno.exit(2);
}
await using course = await startProcessCourse();
const trace = await KillTrace.start(course);
let kills = 0;
for (const name of all.filter((name) => Deno.args.length === 0 || Deno.args.includes(name))) {
  const points = await trace.points(name);
  const seen = { old: 0, new: 0, unharmed: 0 };
  for (let at = 1; at <= points.length; at++) {
    for (const when of ["before", "after"] as const) {
      seen[await trace.kill(name, { at, when })]++;
      kills++;
    }
  }
  console.log(
    `${name}: ${points.length} points; the key showed the old object ${seen.old} times, the new one ${seen.new}` +
      (seen.unharmed > 0 ? `, ${seen.unharmed} runs were over before` : ""),
  );
}
const seconds = (performance.now() - start) / 1000;
console.log(`${kills} kills, nothing lost (${seconds.toFixed(0)} s)`);
Deno.exit(0);
