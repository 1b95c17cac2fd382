import { cpuUsage } from "node:process";
import { Rng } from "../model/rng.ts";
import { HTTP_TARGETS } from "./http_targets.ts";
import { HUB_TARGETS } from "./hub_targets.ts";
import { type Input, mutated } from "./mutate.ts";
import { bytesOf, type FuzzTarget } from "./target.ts";
import { XET_TARGETS } from "./xet_targets.ts";

/** All parsers under fuzz. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...HTTP_TARGETS,
  ...HUB_TARGETS,
  ...XET_TARGETS,
];

/** What came of a fuzz. */
export interface FuzzResult {
  readonly inputs: number;
  /** Inputs that were taken for valid. */
  readonly taken: number;
  /** The longest that an input took at its best try, in milliseconds of the processor. */
  readonly slowestMs: number;
  /** What the process has grown by since it was warm, in bytes; negative where it has become smaller. */
  readonly grown: number;
}

/** An input on which a parser failed in a way that it must not. */
export class FuzzFinding extends Error {
  /** The name of the class. */
  override readonly name = "FuzzFinding";
}

/** Who takes longer is tried again, so that a pause of the machine is not taken for a hang. */
const HANG_MS = 100;
/** On a machine that is busy with other things, only the time of the processor counts; beyond this all of it does. */
const LONG_MS = 10_000;
/** After so many inputs code is compiled and the heap has the size that garbage of such inputs needs; a leak goes on. */
const WARM_INPUTS = 10_000;
const TRIES = 5;

/**
 * Feeds a parser with inputs that a seed fixes.
 *
 * @param count How many.
 * @param options `hangs`: whether an input that takes 100 ms each time counts as a failure; `until`: when to stop.
 * @throws FuzzFinding with the input, when an error is none of the typed ones or an input hangs.
 */
export async function fuzz(
  target: FuzzTarget,
  count: number,
  seed: number,
  { hangs, until = Infinity }: { readonly hangs: boolean; readonly until?: number },
): Promise<FuzzResult> {
  const rng = new Rng(seed);
  const words = (target.words ?? []).map(bytesOf);
  let taken = 0;
  let slowestMs = 0;
  let inputs = 0;
  let warm = Deno.memoryUsage().rss;
  for (; inputs < count; inputs++) {
    if (inputs % 256 === 0) {
      // Lets timers and the collector of garbage have their turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (performance.now() > until) break;
    }
    if (inputs === WARM_INPUTS) warm = Deno.memoryUsage().rss;
    const input = mutated(rng, target.corpus, words);
    let took = Infinity;
    for (let tries = 0; tries < TRIES && took > HANG_MS; tries++) {
      const [start, before] = [performance.now(), cpuUsage()];
      if (await accepts(target, input, inputs, seed) && tries === 0) taken++;
      const { user, system } = cpuUsage(before);
      const working = (user + system) / 1000;
      const waited = performance.now() - start;
      took = Math.min(took, waited > LONG_MS ? waited : Math.min(waited, working));
    }
    slowestMs = Math.max(slowestMs, took);
    if (hangs && took > HANG_MS) {
      throw finding(target, input, `input ${inputs} of seed ${seed} took ${took.toFixed(0)} ms`);
    }
  }
  return { inputs, taken, slowestMs, grown: Deno.memoryUsage().rss - warm };
}

/** Whether a parser takes an input. */
async function accepts(
  target: FuzzTarget,
  input: Input,
  number: number,
  seed: number,
): Promise<boolean> {
  try {
    await target.run(input);
    return true;
  } catch (error) {
    if (target.errors.some((Class) => error instanceof Class)) return false;
    throw finding(target, input, `input ${number} of seed ${seed}`, error);
  }
}

const finding = (target: FuzzTarget, input: Input, what: string, cause?: unknown): FuzzFinding =>
  new FuzzFinding(`${target.name}, ${what}: ${input.toBase64()}`, { cause });
