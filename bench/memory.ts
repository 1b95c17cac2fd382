/** How much memory the gateway's process needs, by the kernel's own figures: `VmHWM` of a fresh one each time. */

import { call, type ClientOptions, get, put, putParts, readSlowly } from "./client.ts";
import { type DataKind, DataSource } from "./data.ts";
import { type HubProcess, type ServerProcess, startGateway, startHub } from "./processes.ts";

/** What one case needed. */
export interface MemoryResult {
  readonly name: string;
  /** Bytes that clients moved. */
  readonly moved: number;
  readonly seconds: number;
  /** The peak of the gateway's resident memory in bytes. */
  readonly peak: number;
}

/** How much is moved. */
export interface MemorySize {
  /** Bytes of the large object; each of the many is a tenth of it. */
  readonly large: number;
  /** Parts of 5 MiB in the upload with very many. */
  readonly parts: number;
}

interface Case {
  readonly name: string;
  readonly moved: number;
  readonly run: (bucket: string) => Promise<void>;
}

const MIB = 1024 * 1024;
const PART = 64 * MIB;
const SMALL_PART = 5 * MIB;
const SLOW_READERS = 64;
const SLOW_MS = 15_000;
const SLOW_CAS = { latencyMs: 200, bytesPerSecond: 4 * MIB };

/**
 * Measures all cases, each with a gateway of its own and the default budget.
 *
 * @param size How much is moved.
 * @param directory For the hub's data.
 * @param signal Ends it.
 * @param done Told of each case as soon as it is done.
 */
export async function measureMemory(
  size: MemorySize,
  directory: string,
  signal: AbortSignal,
  done: (result: MemoryResult) => void,
): Promise<void> {
  await using hub = await startHub({ directory: `${directory}/hub`, verify: false });
  for (const one of cases(size, { signal })) done(await measure(hub, one, signal));
  await using slow = await startHub({ ...SLOW_CAS, directory: `${directory}/slow`, verify: false });
  for (const one of slowCasCases({ signal })) done(await measure(slow, one, signal));
}

function cases({ large, parts }: MemorySize, options: ClientOptions): readonly Case[] {
  const many = Math.floor(large / 10);
  const count = Math.ceil(large / PART);
  return [
    { name: "idle, after a first request", moved: 0, run: () => Promise.resolve() },
    {
      name: "one object, PUT in parts of 64 MiB, 4 at a time",
      moved: count * PART,
      run: (bucket) =>
        putParts(`${bucket}/large`, { count, size: PART, atOnce: 4 }, blocksOf("random"), options),
    },
    {
      name: "one object, GET",
      moved: count * PART,
      run: (bucket) => get(`${bucket}/large`, count * PART, options),
    },
    {
      name: `${SLOW_READERS} slow readers of it, and a PUT meanwhile`,
      moved: many,
      run: async (bucket) => {
        const readers = Array.from(
          { length: SLOW_READERS },
          () => readSlowly(`${bucket}/large`, SLOW_MS, options),
        );
        await put(`${bucket}/meanwhile`, blocksOf("random")(many), many, options);
        await Promise.all(readers);
      },
    },
    parallelPuts(16, many, "random", options),
    parallelPuts(64, Math.floor(many / 8), "text", options),
    {
      name: `one object, PUT in ${parts} parts of 5 MiB, 4 at a time`,
      moved: parts * SMALL_PART,
      run: (bucket) =>
        putParts(
          `${bucket}/parts`,
          { count: parts, size: SMALL_PART, atOnce: 4 },
          blocksOf("sparse"),
          options,
        ),
    },
  ];
}

function slowCasCases(options: ClientOptions): readonly Case[] {
  const size = 64 * MIB;
  const slow: readonly Case[] = [
    parallelPuts(16, size, "random", options),
    {
      name: "16 objects, GET, all at once",
      moved: 16 * size,
      run: async (bucket) => {
        const all = Array.from({ length: 16 }, (_, i) => get(`${bucket}/16-${i}`, size, options));
        await Promise.all(all);
      },
    },
  ];
  return slow.map((one) => ({ ...one, name: `slow CAS: ${one.name}` }));
}

function parallelPuts(count: number, size: number, kind: DataKind, options: ClientOptions): Case {
  return {
    name: `${count} objects, PUT, all at once (${kind})`,
    moved: count * size,
    run: async (bucket) => {
      const blocks = blocksOf(kind);
      const puts = Array.from(
        { length: count },
        (_, i) => put(`${bucket}/${count}-${i}`, blocks(size), size, options),
      );
      await Promise.all(puts);
    },
  };
}

function blocksOf(kind: DataKind): (size: number) => Iterable<Uint8Array> {
  const source = new DataSource(kind);
  return (size) => source.blocks(size);
}

async function measure(
  hub: HubProcess,
  { name, moved, run }: Case,
  signal: AbortSignal,
): Promise<MemoryResult> {
  await using gateway: ServerProcess = await startGateway(hub);
  const bucket = `${gateway.url}/bench`;
  await call("PUT", bucket, { signal });
  const start = performance.now();
  await run(bucket);
  return {
    name,
    moved,
    seconds: (performance.now() - start) / 1000,
    peak: gateway.peakRss(),
  };
}
