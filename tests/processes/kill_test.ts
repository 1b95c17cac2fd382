import { assert, assertEquals } from "@std/assert";
import { PROGRAM } from "../support/program.ts";
import { startProcessCourse } from "./gateways.ts";
import { KillTrace, type OperationName, OPERATIONS } from "./kill_trace.ts";

// Two points of each operation, which differ from run to run; `deno task test:kill` takes all of them.

Deno.test(
  "a gateway killed at any call or write leaves the old object or the new one, and another goes on",
  {
    // The probe cannot be loaded before a bundle's own KV.
    ignore: PROGRAM !== "main.ts",
  },
  async () => {
    await using course = await startProcessCourse();
    const trace = await KillTrace.start(course);
    for (const name of Object.keys(OPERATIONS) as OperationName[]) { // keys are the literal names
      const points = await trace.points(name);
      assert(
        points.some((point) => point.includes("KV commit")) && points.length >= 3,
        `${points}`,
      );
      const first = 1 + Math.floor(Math.random() * points.length);
      const second = 1 + Math.floor(Math.random() * points.length);
      const seen = [
        await trace.kill(name, { at: first, when: "before" }),
        await trace.kill(name, { at: second, when: "after" }),
      ];
      assertEquals(seen.length, 2, `${name} at ${first} and ${second}`);
    }
  },
);
