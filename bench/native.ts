/** What an upload costs through the gateway, and what it costs `hf_xet` to send the same bytes to such a hub. */

import { put } from "./client.ts";
import { DATA_KINDS, type DataKind, DataSource } from "./data.ts";
import { type HubProcess, startGateway, startHub } from "./processes.ts";
import { preparePython, type Python } from "./python.ts";

/** CPU of one process and time, in seconds: the least of several runs each. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/** One comparison. */
export interface NativeResult {
  readonly kind: DataKind;
  readonly atOnce: number;
  readonly gateway: Cost;
  readonly native: Cost;
}

const MIB = 1024 * 1024;
const WARM_UP = 64 * MIB;
const RUNS = 3;
const AT_ONCE = [1, 8];

/**
 * Uploads in both ways, to a fresh hub each time that is in memory and verifies nothing.
 *
 * @param size Bytes of all objects of one upload together.
 * @param directory For files and Python's environment.
 * @param signal Ends it.
 * @returns The comparisons, or why there are none.
 */
export async function measureNative(
  size: number,
  directory: string,
  signal: AbortSignal,
): Promise<readonly NativeResult[] | string> {
  const python = await preparePython(directory, signal);
  if (typeof python === "string") return python;
  const results: NativeResult[] = [];
  for (const kind of DATA_KINDS) {
    for (const atOnce of AT_ONCE) {
      const each = Math.floor(size / atOnce);
      const files = await writeFiles(directory, kind, atOnce, each);
      let [gateway, native]: (Cost | undefined)[] = [];
      for (let run = 0; run < RUNS; run++) {
        signal.throwIfAborted();
        native = least(native, await uploadNatively(python, files));
        gateway = least(gateway, await uploadThroughGateway(kind, atOnce, each, signal));
      }
      if (gateway !== undefined && native !== undefined) {
        results.push({ kind, atOnce, gateway, native });
      }
    }
  }
  return results;
}

function least(a: Cost | undefined, b: Cost): Cost {
  return a === undefined ? b : { cpu: Math.min(a.cpu, b.cpu), wall: Math.min(a.wall, b.wall) };
}

async function writeFiles(
  directory: string,
  kind: DataKind,
  count: number,
  size: number,
): Promise<readonly string[]> {
  const source = new DataSource(kind);
  const paths = Array.from({ length: count }, (_, i) => `${directory}/file-${i}`);
  for (const path of paths) {
    await Deno.writeFile(path, ReadableStream.from(source.blocks(size)));
  }
  return paths;
}

async function uploadNatively(python: Python, files: readonly string[]): Promise<Cost> {
  await using hub = await startHub();
  await createBucket(hub);
  const tokens = `${hub.url}/api/buckets/local/bench/xet-write-token`;
  // The program printed it: native.py, of this directory.
  return await python.run([tokens, hub.token, ...files]) as Cost;
}

async function uploadThroughGateway(
  kind: DataKind,
  count: number,
  size: number,
  signal: AbortSignal,
): Promise<Cost> {
  await using hub = await startHub();
  await createBucket(hub);
  await using gateway = await startGateway(hub);
  const url = `${gateway.url}/bench/`;
  const [source, other] = [new DataSource(kind), new DataSource(kind)];
  await put(`${url}warm-up`, other.blocks(WARM_UP), WARM_UP, { signal });
  const [cpu, start] = [gateway.cpuSeconds(), performance.now()];
  await Promise.all(
    Array.from(
      { length: count },
      (_, i) => put(`${url}${i}`, source.blocks(size), size, { signal }),
    ),
  );
  return { cpu: gateway.cpuSeconds() - cpu, wall: (performance.now() - start) / 1000 };
}

async function createBucket({ url, token }: HubProcess): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/buckets/local/bench`, { method: "POST", headers });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`POST bucket was answered with ${response.status}`);
}
