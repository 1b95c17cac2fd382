/** How fast one stream goes in and out, and what the gateway's process spends on each byte. */

import { ChunkEncoder } from "../lib/xet/engine/mod.ts";
import { call, get, put } from "./client.ts";
import { DATA_KINDS, type DataKind, DataSource } from "./data.ts";
import {
  mainThreadSeconds,
  type ServerProcess,
  startGateway,
  startHub,
  startRelay,
} from "./processes.ts";

/** One transfer: speed in MB/s (10⁶ bytes), CPU of one process in nanoseconds a byte. */
export interface Speed {
  readonly megabytesPerSecond: number;
  readonly cpu: number;
}

/** What was measured with one kind of data. */
export interface KindResult {
  readonly kind: DataKind;
  readonly put: Speed;
  readonly get: Speed;
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

/**
 * Measures one PUT and one GET for each kind of data.
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
  const bucket = `${gateway.url}/bench`;
  await call("PUT", bucket, { signal });
  const kinds: KindResult[] = [];
  for (const kind of DATA_KINDS) {
    const source = new DataSource(kind);
    const url = `${bucket}/${kind}`;
    await put(url, source.blocks(WARM_UP), WARM_UP, { signal });
    await get(url, WARM_UP, { signal });
    kinds.push({
      kind,
      put: await measure(gateway, size, () => put(url, source.blocks(size), size, { signal })),
      get: await measure(gateway, size, () => get(url, size, { signal })),
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
    relayPut: await measure(relay, size, () => send(size)),
    relayGet: await measure(relay, size, () => receive(size)),
  };
}

async function measure(
  process: ServerProcess,
  size: number,
  work: () => Promise<unknown>,
): Promise<Speed> {
  const [cpu, start] = [process.cpuSeconds(), performance.now()];
  await work();
  const ms = performance.now() - start;
  return {
    megabytesPerSecond: size / ms / 1000,
    cpu: (process.cpuSeconds() - cpu) * 1e9 / size,
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
