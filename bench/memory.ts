/** How much memory the gateway's process needs for one large object, by the kernel's own figures. */

import { call, get, put } from "./client.ts";
import { DataSource } from "./data.ts";
import { startGateway, startHub } from "./processes.ts";

/** Peaks of resident memory in bytes. */
export interface MemoryResult {
  /** After the gateway has answered a first small request. */
  readonly idle: number;
  readonly put: number;
  readonly get: number;
  /** The hub's, over both. */
  readonly hub: number;
}

/**
 * Measures one PUT and one GET, each with a fresh gateway, with the default budget.
 *
 * @param size Bytes of the object.
 * @param directory For the hub's data.
 * @param signal Ends it.
 */
export async function measureMemory(
  size: number,
  directory: string,
  signal: AbortSignal,
): Promise<MemoryResult> {
  await using hub = await startHub(directory);
  const source = new DataSource("random");
  const up = await (async () => {
    await using gateway = await startGateway(hub);
    await call("PUT", `${gateway.url}/bench`, { signal });
    const idle = gateway.peakRss();
    await put(`${gateway.url}/bench/large`, source.blocks(size), size, { signal });
    return { idle, put: gateway.peakRss() };
  })();
  await using gateway = await startGateway(hub);
  await get(`${gateway.url}/bench/large`, size, { signal });
  return { ...up, get: gateway.peakRss(), hub: hub.peakRss() };
}
