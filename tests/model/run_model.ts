/**
 * Compares a gateway with a model of S3 over many operations: every answer, with status, code, entity tags, headers, bytes, order and
 * pages. With `--faults` there are faults behind the gateway, and its answers may be errors that pass;
 * the model keeps track of what they left open.
 *
 *     deno task test:model [--operations N] [--seed S] [--faults]
 *
 * @module
 */

import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";
import { FAULT_KINDS } from "../faults/fault_kinds.ts";
import { runWithFaults } from "../faults/fault_run.ts";
import { createWorld } from "./gateway_under_model.ts";
import { Rng } from "./rng.ts";
import { runOperations } from "./run_operations.ts";
import { STRICT } from "./world.ts";
import { parseArgs } from "node:util";

const PER_RUN = 2000;
const PER_FAULTY_RUN = 40;

const { values } = parseArgs({
  options: {
    operations: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
    faults: { type: "boolean", default: false },
  },
});
const operations = Number(values.operations);
const firstSeed = Number(values.seed);
const start = performance.now();
let told = 0;
let done = 0;
for (let seed = firstSeed; done < operations; seed++) {
  const count = Math.min(values.faults ? PER_FAULTY_RUN : PER_RUN, operations - done);
  try {
    if (values.faults) await runFaulty(seed, count);
    else await runStrictly(seed, count);
  } catch (error) {
    console.error(`Seed ${seed} (--operations ${count} --seed ${seed}):`);
    throw error;
  }
  done += count;
  if (done - told < PER_RUN && done < operations) continue;
  told = done;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${done} operations as the model (seeds ${firstSeed} to ${seed}, ${seconds} s)`);
}

async function runStrictly(seed: number, count: number): Promise<void> {
  await using hub = await createEmbeddedHub();
  const gateway = createGateway({
    token: hub.token,
    endpoint: hub.url,
    allowAnonymous: true,
    workers: 0,
  });
  const world = createWorld(gateway, "model", { tolerance: STRICT, largeParts: true });
  await world.send({ method: "PUT", target: "" });
  await runOperations(world, new Rng(seed), count);
  await gateway.close();
}

async function runFaulty(seed: number, count: number): Promise<void> {
  const kind = FAULT_KINDS[seed % FAULT_KINDS.length];
  if (kind !== undefined) await runWithFaults(kind, seed, count);
}
