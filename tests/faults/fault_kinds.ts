import type { Damage, EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import type { Rng } from "../model/rng.ts";

/** What a kind of fault can change. */
export interface FaultSite {
  readonly hub: EmbeddedHub;
  readonly rng: Rng;
  /** The hub's clock. */
  readonly clock: HubClock;
}

/** A clock that can jump by itself. */
export class HubClock {
  /** How far it is ahead, in milliseconds. */
  ahead = 0;
  /** Asked with every look at the clock. */
  jump: () => number = () => 0;

  /** Milliseconds since 1970. */
  readonly now = (): number => Date.now() + (this.ahead += this.jump());
}

/** A kind of fault. */
export interface FaultKind {
  readonly name: string;
  /** Brings faults about, as the seed decides. */
  readonly install: (site: FaultSite) => void;
  /** Connections are cut or stand still on their way to the hub. */
  readonly proxy?: "cut" | "stall";
  /** Calls that stand still are given up early. */
  readonly impatient?: boolean;
  /** Codes that only this kind leads to. */
  readonly codes?: readonly string[];
  /** A write that fails may leave an object without its metadata (see "Half-applied batches" in docs/architecture.md). */
  readonly halves?: boolean;
  /** Content that no object holds is removed from the CAS from time to time. */
  readonly collects?: boolean;
}

/** The CAS's calls, in which every kind of failure of the CAS happens. */
const CAS = ["cas.xorb", "cas.shards", "cas.reconstruction", "cas.data", "cas"];
const HUB = ["hub.batch", "hub.paths-info", "hub.tree", "hub.xet-token", "hub"];

const pickFrom = (rng: Rng, endpoints: readonly string[]): string => rng.pick(endpoints) ?? "*";
const side = (rng: Rng): "before" | "after" => rng.chance(0.5) ? "before" : "after";

/** A few bursts: some calls pass, then some in a row fail. */
const bursts =
  (endpoints: readonly string[], status: number, effect = true) =>
  ({ hub, rng }: FaultSite): void => {
    for (let burst = 0; burst < 4; burst++) {
      hub.switches.faults.add({
        endpoint: pickFrom(rng, endpoints),
        status,
        when: effect ? side(rng) : "before",
        skip: rng.int(12),
        times: 1 + rng.int(7),
        ...((status === 429 || status === 503) && rng.chance(0.5) && { retryAfter: rng.int(3) }),
      });
    }
  };

const often =
  (endpoint: string, status: number, effect = true) => ({ hub, rng }: FaultSite): void => {
    for (const when of effect ? ["before", "after"] as const : ["before"] as const) {
      const probability = effect ? 0.165 : 0.3;
      hub.switches.faults.add({ endpoint, status, when, probability });
    }
    void rng;
  };

const damage =
  (endpoints: readonly string[], status: Damage) => ({ hub, rng }: FaultSite): void => {
    for (let rule = 0; rule < 8; rule++) {
      hub.switches.faults.add({
        endpoint: pickFrom(rng, endpoints),
        status,
        at: rng.float(),
        probability: rng.chance(0.2) ? 0.6 : 0.15,
        times: 1 + rng.int(5),
      });
    }
  };

/** None of them says that a file to be deleted is not there: a Hub that says so of a file that is there cannot be helped. */
const REASONS = ["Internal error", "not today", "Xet hash unknown"];

/** Refuses operations on some paths, for a while each time. */
const refusals = (path: RegExp) => ({ hub, rng }: FaultSite): void => {
  let left = 0;
  hub.switches.settings.refuseOperation = (operation) => {
    if (!path.test(operation.path)) return undefined;
    if (left === 0 && rng.chance(0.15)) left = 1 + rng.int(5);
    return left-- > 0 ? rng.pick(REASONS) : (left = 0, undefined);
  };
};

/** The clock jumps beyond any lifetime of this many seconds, at some look at it. */
const jumps = (probability: number, seconds: number) => ({ clock, rng }: FaultSite): void => {
  clock.jump = () => rng.chance(probability) ? seconds * 1000 : 0;
};

const DENIED = ["AccessDenied"];
const OBJECTS = /^(?!~hugbucket\/)/;
const SIDECARS = /^~hugbucket\//;

/** All kinds, by the side on which they happen. */
export const FAULT_KINDS: readonly FaultKind[] = [
  ...[500, 502, 503, 429].flatMap((status): FaultKind[] => [
    { name: `cas ${status} in bursts`, install: bursts(CAS, status, status !== 429) },
    { name: `cas ${status} at 30 %`, install: often("cas", status, status !== 429) },
  ]),
  { name: "cas answers break off", install: damage(CAS, "break") },
  { name: "cas answers cut short", install: damage(CAS, "truncate") },
  { name: "cas answers stand still", install: damage(CAS, "stall"), impatient: true },
  { name: "xorbs truncated", install: damage(["cas.data"], "truncate") },
  { name: "xorbs with a flipped bit", install: damage(["cas.data"], "flip") },
  { name: "connections reset", install: () => {}, proxy: "cut" },
  { name: "connections stand still", install: () => {}, proxy: "stall", impatient: true },
  ...[401, 403].map((status): FaultKind => ({
    name: `hub ${status}`,
    install: bursts(HUB, status, false),
    codes: DENIED,
  })),
  ...[409, 422, 429].map((status): FaultKind => ({
    name: `hub ${status}`,
    install: bursts(HUB, status, false),
  })),
  ...[500, 502, 503, 504].flatMap((status): FaultKind[] => [
    { name: `hub ${status} in bursts`, install: bursts(HUB, status) },
    { name: `hub ${status} at 30 %`, install: often("hub", status) },
  ]),
  { name: "hub answers break off", install: damage(HUB, "break") },
  { name: "hub answers cut short", install: damage(HUB, "truncate") },
  { name: "hub answers stand still", install: damage(HUB, "stall"), impatient: true },
  { name: "batch refuses some", install: refusals(/^/), halves: true },
  { name: "batch takes the object, not its sidecar", install: refusals(SIDECARS), halves: true },
  { name: "batch takes the sidecar, not its object", install: refusals(OBJECTS), halves: true },
  { name: "tokens expire", install: jumps(0.05, 1000) },
  { name: "urls expire", install: jumps(0.05, 4000) },
  { name: "dedup answers are stale", install: () => {}, collects: true },
];
