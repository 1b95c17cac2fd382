/**
 * Runs the races of conditional writers a thousand times, or as often as the argument says, and prints what
 * came of them. It ends at the first race that is not as it must be.
 *
 *     deno task test:races [rounds] [--kv]
 *
 * With `--kv` the gateways are two processes that share a Deno KV.
 *
 * @module
 */

import { startProcessCourse } from "../processes/gateways.ts";
import { processRaces } from "../processes/race_course.ts";
import {
  countTogether,
  type RaceCourse,
  raceDeletesWithWrites,
  raceForAbsentKey,
  startRaceCourse,
  takeTurns,
  WRITER_KINDS,
} from "../support/races.ts";

const overKv = Deno.args.includes("--kv");
const rounds = Number(Deno.args.find((word) => word !== "--kv") ?? 1000);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error("The number of rounds is 1 or more");
  Deno.exit(2);
}

await run("16 PutObject, If-None-Match: *", 1, async (course) => {
  const { wins, losses } = await raceForAbsentKey(course, { rounds, kinds: ["PutObject"] });
  return `won by ${counts(wins)}; refused with ${counts(losses)}`;
});
await run("16 of three operations, If-None-Match: *", 1, async (course) => {
  const { wins, losses } = await raceForAbsentKey(course, { rounds, kinds: WRITER_KINDS });
  return `won by ${counts(wins)}; refused with ${counts(losses)}`;
});
await run(`16 over ${overKv ? 2 : 3} gateways with shared locks`, 3, async (course) => {
  const kinds = ["PutObject", "CopyObject"] as const;
  const { wins, losses } = await raceForAbsentKey(course, { rounds, kinds });
  return `won by ${counts(wins)}; refused with ${counts(losses)}`;
});
await run("8 deletes and 8 writes, one If-Match", 1, async (course) => {
  const written = await raceDeletesWithWrites(course, { rounds });
  return `a write came first in ${written}, the deletes in ${rounds - written}`;
});
await run("8 workers count, If-Match", 1, async (course) => {
  const each = Math.ceil(rounds / 8);
  const { increments, retries } = await countTogether(course, { workers: 8, increments: each });
  return `${increments} increments, none lost, ${retries} tried again`;
});
await run("8 workers take turns at a lock", 1, async (course) => {
  const turns = Math.ceil(rounds / 8);
  const refused = await takeTurns(course, { workers: 8, turns });
  return `${turns * 8} turns, never two at once, refused ${refused} times`;
});

async function run(
  name: string,
  gateways: number,
  race: (course: RaceCourse) => Promise<string>,
): Promise<void> {
  const start = performance.now();
  await using processes = overKv ? await startProcessCourse() : undefined;
  await using course = processes === undefined
    ? await startRaceCourse(gateways)
    : await processRaces(processes, 2);
  const result = await race(course);
  const seconds = (performance.now() - start) / 1000;
  console.log(`${name}, ${rounds} rounds: ${result} (${seconds.toFixed(0)} s)`);
}

function counts(byName: Readonly<Record<string, number>>): string {
  return Object.entries(byName).map(([name, count]) => `${name} ${count}`).join(", ");
}
