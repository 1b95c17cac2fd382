import { assertEquals } from "@std/assert";
import {
  countTogether,
  raceDeletesWithWrites,
  raceForAbsentKey,
  startRaceCourse,
  takeTurns,
  WRITER_KINDS,
} from "../support/races.ts";

// A few rounds of each; `deno task test:races` does a thousand.

Deno.test("of sixteen writers that race for a key with If-None-Match one wins, and it is its own", async () => {
  await using course = await startRaceCourse(1);
  const { wins } = await raceForAbsentKey(course, { rounds: 10, kinds: ["PutObject"] });
  assertEquals(wins, { PutObject: 10 });
});

Deno.test("writers, completions and copies race for a key, and one wins", async () => {
  await using course = await startRaceCourse(1);
  const { losses } = await raceForAbsentKey(course, { rounds: 10, kinds: WRITER_KINDS });
  assertEquals(Object.values(losses).reduce((sum, each) => sum + each, 0), 150);
});

Deno.test("gateways that share their locks race as one", async () => {
  await using course = await startRaceCourse(3);
  await raceForAbsentKey(course, { rounds: 5, kinds: ["PutObject", "CopyObject"] });
  await countTogether(course, { workers: 6, increments: 3 });
  await takeTurns(course, { workers: 4, turns: 3 });
});

Deno.test("a counter that is incremented with If-Match loses nothing", async () => {
  await using course = await startRaceCourse(1);
  assertEquals((await countTogether(course, { workers: 8, increments: 5 })).increments, 40);
});

Deno.test("an object made with If-None-Match and deleted with If-Match is a lock", async () => {
  await using course = await startRaceCourse(1);
  await takeTurns(course, { workers: 8, turns: 3 });
});

Deno.test("of writes and deletes with the same If-Match either one write is done or the deletes", async () => {
  await using course = await startRaceCourse(1);
  await raceDeletesWithWrites(course, { rounds: 10 });
});
