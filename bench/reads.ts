/** GET through the gateway against a bare relay of the same objects from the same hub. */

import { get } from "./client.ts";
import type { DataKind } from "./data.ts";
import { cpuOf, type ServerProcess, type Speed } from "./processes.ts";

/** One way to read objects, through the gateway and through a relay. */
export interface ReadResult {
  readonly kind: DataKind;
  /** Objects that are read at once, each by a stream of its own. */
  readonly streams: number;
  readonly gateway: Speed;
  readonly relay: Speed;
}

/** Other work on the machine makes a round slower, never faster: the best counts. */
const ROUNDS = 3;

/**
 * Reads objects whole, all at once, in turns through the gateway and the relay.
 *
 * @param servers The gateway, and the relay of its hub.
 * @param paths Of the objects, below either URL.
 * @param size Bytes of each object.
 * @param signal Ends it.
 */
export async function measureReads(
  servers: { readonly gateway: ServerProcess; readonly relay: ServerProcess },
  paths: readonly string[],
  size: number,
  signal: AbortSignal,
): Promise<{ readonly gateway: Speed; readonly relay: Speed }> {
  const read = (server: ServerProcess) =>
    cpuOf(server, size * paths.length, async () => {
      await Promise.all(paths.map((path) => get(`${server.url}/${path}`, size, { signal })));
    });
  const rounds: { readonly gateway: Speed; readonly relay: Speed }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ gateway: await read(servers.gateway), relay: await read(servers.relay) });
  }
  return {
    gateway: best(rounds.map((round) => round.gateway)),
    relay: best(rounds.map((round) => round.relay)),
  };
}

function best(speeds: readonly Speed[]): Speed {
  return {
    megabytesPerSecond: Math.max(...speeds.map((speed) => speed.megabytesPerSecond)),
    cpu: Math.min(...speeds.map((speed) => speed.cpu)),
  };
}
