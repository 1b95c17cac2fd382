/** How fast objects go in and out, and what the gateway's process spends on each byte. */

import { ChunkEncoder } from "../lib/xet/engine/mod.ts";
import { call, get, put } from "./client.ts";
import { DATA_KINDS, type DataKind, DataSource } from "./data.ts";
import {
  cpuOf,
  mainThreadSeconds,
  type Speed,
  startGateway,
  startHub,
  startHubRelay,
  startRelay,
} from "./processes.ts";
import { measureReads, type ReadResult } from "./reads.ts";

/** What was measured with one kind of data. */
export interface KindResult {
  readonly kind: DataKind;
  readonly put: Speed;
  /** One object alone, and several at once. */
  readonly reads: readonly ReadResult[];
  /** Cutting, hashing and compressing alone, in one thread, in nanoseconds a byte. */
  readonly engine: number;
  /** Stored bytes over bytes. */
  readonly stored: number;
}

/** Both directions through the gateway, and through a bare relay. */
export interface ThroughputResult {
  readonly kinds: readonly KindResult[];
  readonly relayPut: Speed;
  readonly relayGet: Speed;
}

const MIB = 1024 * 1024;
/** Enough for the compiler to have seen every loop. */
const WARM_UP = 64 * MIB;
const ENGINE_BLOCKS = 8 * MIB;
const ENGINE_ROUNDS = 32;
const STREAMS = 8;

/**
 * Measures PUT and GET for each kind of data.
 *
 * @param size Bytes of an object.
 * @param signal Ends it.
 */
export async function measureThroughput(
  size: number,
  signal: AbortSignal,
): Promise<ThroughputResult> {
  const floor = await measureRelay(size, signal);
  await using hub = await startHub();
  await using gateway = await startGateway(hub);
  await using relay = await startHubRelay(hub);
  const servers = { gateway, relay };
  const bucket = `${gateway.url}/bench`;
  await call("PUT", bucket, { signal });
  const kinds: KindResult[] = [];
  for (const kind of DATA_KINDS) {
    const source = new DataSource(kind);
    const url = `${bucket}/${kind}`;
    await put(url, source.blocks(WARM_UP), WARM_UP, { signal });
    for (const { url } of [gateway, relay]) await get(`${url}/bench/${kind}`, WARM_UP, { signal });
    const up = await cpuOf(gateway, size, () => put(url, source.blocks(size), size, { signal }));
    const part = Math.ceil(size / STREAMS);
    const parts = Array.from({ length: STREAMS }, (_, i) => `bench/${kind}-${i}`);
    for (const path of parts) {
      await put(`${gateway.url}/${path}`, source.blocks(part), part, { signal });
    }
    kinds.push({
      kind,
      put: up,
      reads: [
        { kind, streams: 1, ...await measureReads(servers, [`bench/${kind}`], size, signal) },
        { kind, streams: STREAMS, ...await measureReads(servers, parts, part, signal) },
      ],
      ...measureEngine(source),
    });
  }
  return { kinds, ...floor };
}

/** The relay does nothing with bytes, so one kind of data stands for all. */
async function measureRelay(size: number, signal: AbortSignal) {
  await using origin = await startRelay();
  await using relay = await startRelay(origin.url);
  const source = new DataSource("random");
  const send = (length: number) => put(`${relay.url}/`, source.blocks(length), length, { signal });
  const receive = (length: number) => get(`${relay.url}/${length}`, length, { signal });
  await send(WARM_UP);
  await receive(WARM_UP);
  return {
    relayPut: await cpuOf(relay, size, () => send(size)),
    relayGet: await cpuOf(relay, size, () => receive(size)),
  };
}

/** In CPU time of this thread: the clock would also count what other processes took of the machine. */
function measureEngine(source: DataSource) {
  using encoder = new ChunkEncoder();
  // Few blocks, used over and over, as many would keep the garbage collector busy.
  const blocks = [...source.blocks(ENGINE_BLOCKS)];
  const encode = (rounds: number): number => {
    let stored = 0;
    for (let round = 0; round < rounds; round++) {
      for (const block of blocks) {
        for (const { encodedLength } of encoder.push(block)) stored += encodedLength;
      }
    }
    return stored;
  };
  encode(ENGINE_ROUNDS);
  const start = mainThreadSeconds(Deno.pid);
  const stored = encode(ENGINE_ROUNDS);
  const length = ENGINE_ROUNDS * ENGINE_BLOCKS;
  return {
    engine: (mainThreadSeconds(Deno.pid) - start) * 1e9 / length,
    stored: stored / length,
  };
}
