import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";
import type { Gateway } from "../../lib/gateway_options.ts";
import { StoreError } from "../../lib/errors/store_error.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { sleep } from "../../lib/flow/sleep.ts";
import { createWorld } from "../model/gateway_under_model.ts";
import { followListing } from "../model/listings.ts";
import { Rng } from "../model/rng.ts";
import { type History, KEYS, runOperations } from "../model/run_operations.ts";
import { readTags, readWhole } from "../model/reads.ts";
import { deleteObjects } from "../model/writes.ts";
import { Mismatch, STRICT, type Tolerance, type World } from "../model/world.ts";
import { type FaultKind, HubClock } from "./fault_kinds.ts";
import { type FaultProxy, startFaultProxy } from "./fault_proxy.ts";

/** What came of a run. */
export interface FaultRunResult {
  /** Answers of the hub that were no success, and accidents of connections. */
  readonly faults: number;
  /** Requests of clients. */
  readonly requests: number;
  /** Those that were answered with an error that passes, or broke off. */
  readonly failed: number;
}

/** Waits between attempts are this many times as short as in life. */
const HASTE = 50;
/** What a client that is told to come again waits, so that a circuit is not open for the whole run. */
const REST_MS = 20_000;
const OPERATIONS = 14;

const RETRYABLE: Tolerance = {
  codes: new Set(["SlowDown", "ServiceUnavailable", "InternalError", "OperationAborted"]),
  statuses: new Set([500, 503, 409]),
  breaks: true,
};

function toleranceOf({ codes = [], halves = false }: FaultKind): Tolerance {
  return {
    ...RETRYABLE,
    halves,
    codes: new Set([...RETRYABLE.codes, ...codes]),
    statuses: new Set([...RETRYABLE.statuses, ...(codes.includes("AccessDenied") ? [403] : [])]),
  };
}

/**
 * Does a few operations while faults happen, holds every answer against the model, and compares in the end what another
 * gateway reads without faults.
 *
 * @throws Mismatch if anything is not as it must be.
 */
export async function runWithFaults(
  kind: FaultKind,
  seed: number,
  operations = OPERATIONS,
): Promise<FaultRunResult> {
  const rng = new Rng(seed);
  const clock = new HubClock();
  await using hub = await createEmbeddedHub({ now: clock.now, seed, onError: fail });
  await using proxy = kind.proxy === undefined
    ? undefined
    : startFaultProxy(hub.url, new Rng(seed + 1), { probability: 0.3, kind: kind.proxy });
  const mistakes: Error[] = [];
  const gatewayClock = { ahead: 0 };
  const gateway = startGateway(hub, proxy, kind, { mistakes, gatewayClock, rng });
  let requests = 0;
  let failed = 0;
  try {
    const made = createWorld(gateway, "faults", {
      tolerance: toleranceOf(kind),
      largeParts: seed % 10 === 0,
    });
    const world: World = {
      ...made,
      async send(request) {
        gatewayClock.ahead += REST_MS;
        const reply = await made.send(request);
        requests++;
        if (reply === undefined || made.tolerance.codes.has(reply.code)) failed++;
        return reply;
      },
    };
    const history: History = { labels: [] };
    await createBucket(hub, "faults");
    const collect = kind.collects ? collector(hub) : undefined;
    kind.install({ hub, rng, clock });
    if (collect === undefined) await runOperations(world, rng, operations, history);
    else await runCollecting(world, rng, operations, collect);
    await gateway.close();
    const { statuses } = hub.counters.of("*");
    const faults = (proxy?.accidents ?? 0) + Object.entries(statuses)
      .reduce((sum, [status, count]) => sum + (Number(status) >= 400 ? count : 0), 0);
    heal(hub, clock, proxy);
    await verify(hub, world, history);
    if (mistakes[0] !== undefined) throw mistakes[0];
    return { faults, requests, failed };
  } catch (error) {
    throw error instanceof Mismatch
      ? new Mismatch(`${kind.name}, seed ${seed}: ${error.message}`)
      : new Error(`${kind.name}, seed ${seed}`, { cause: error });
  }
}

const fail = (error: unknown): never => {
  throw error;
};

function startGateway(
  hub: EmbeddedHub,
  proxy: FaultProxy | undefined,
  kind: FaultKind,
  { mistakes, gatewayClock, rng }: {
    readonly mistakes: Error[];
    readonly gatewayClock: { readonly ahead: number };
    readonly rng: Rng;
  },
): Gateway {
  const look = (_message: string, facts: { readonly error?: unknown } = {}) => {
    if (isMistake(facts.error)) {
      mistakes.push(new Error("A mistake of ours", { cause: facts.error }));
    }
  };
  return createGateway({
    token: hub.token,
    endpoint: proxy?.url ?? hub.url,
    allowAnonymous: true,
    workers: 0,
    memoryBudget: 32 * 1024 * 1024,
    now: () => Date.now() + gatewayClock.ahead,
    sleep: (ms, signal) => sleep(ms / HASTE, signal),
    random: () => rng.float(),
    ...(kind.impatient && { callTimeoutSeconds: 0.5, stallTimeoutSeconds: 0.15 }),
    log: { debug() {}, info: look, warning: look, error: look },
  });
}

/** Whether an error is none of those that mean something: then it is a mistake in the program. */
function isMistake(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof StoreError) return false;
  if (!(error instanceof S3Error)) return true;
  return error.code === "InternalError" && isMistake(error.cause);
}

async function createBucket(hub: EmbeddedHub, name: string): Promise<void> {
  const answer = await fetch(`${hub.url}/api/buckets/local/${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${hub.token}` },
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`The bucket could not be made: ${answer.status}`);
}

function heal(hub: EmbeddedHub, clock: HubClock, proxy: FaultProxy | undefined): void {
  hub.switches.faults.clear();
  hub.switches.settings.refuseOperation = () => undefined;
  clock.jump = () => 0;
  proxy?.heal();
}

/** Lists and reads everything by a gateway that has seen nothing of it. */
async function verify(hub: EmbeddedHub, world: World, { labels }: History): Promise<void> {
  const gateway = createGateway({
    token: hub.token,
    endpoint: hub.url,
    allowAnonymous: true,
    workers: 0,
  });
  const { send } = createWorld(gateway, world.bucketName, { tolerance: STRICT, largeParts: false });
  const strict: World = { ...world, tolerance: STRICT, send };
  try {
    // The listing shows whether there is anything else.
    for (const key of world.bucket.keys()) {
      for (const operation of [readWhole(strict, key), readTags(strict, key)]) {
        try {
          operation.judge(await send(operation.request));
        } catch (error) {
          if (!(error instanceof Mismatch)) throw error;
          throw new Mismatch(
            `afterwards ${operation.label}: ${error.message}. Before that\n  ${
              labels.join("\n  ")
            }`,
          );
        }
      }
    }
    const all = { version: 2, prefix: "", delimiter: "", after: "", maxKeys: 1000 } as const;
    await followListing(strict, send, all);
  } finally {
    await gateway.close();
  }
}

/** Notes which xorbs are sent, and has the CAS forget them. */
function collector(hub: EmbeddedHub): () => void {
  const sent = new Set<string>();
  class XorbPath extends RegExp {
    override test(path: string): boolean {
      const hash = /\/xorbs\/default\/([0-9a-f]{64})/.exec(path)?.[1];
      if (hash !== undefined) sent.add(hash);
      return false;
    }
  }
  hub.switches.faults.add({ endpoint: "cas.xorb", path: new XorbPath(""), status: 500 });
  return () => {
    for (const hash of sent) hub.forgetXorb(hash);
    sent.clear();
  };
}

/** From time to time nothing is left in the bucket, and the CAS forgets everything; the same contents come again. */
async function runCollecting(
  world: World,
  rng: Rng,
  operations: number,
  collect: () => void,
): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await runOperations(world, rng, operations);
    const all = deleteObjects(world, KEYS, false);
    all.judge(await world.send(all.request));
    world.bucket.uploads.clear();
    collect();
  }
  await runOperations(world, rng, operations);
}
