/** Whether a free account's quota is enough for many small objects from many clients. */

import { createEmbeddedHub } from "../lib/create_embedded_hub.ts";
import { call } from "./client.ts";
import { failuresOf, runCrowd, smallBody } from "./crowd.ts";
import { startGateway } from "./processes.ts";
import type { Table } from "./table.ts";

const OBJECTS = 10_000;
const SIZE = 4096;
const CLIENTS = 64;
const WINDOW_MS = 300_000;

/**
 * Puts, looks at and gets objects at a hub that enforces the free plan's limits and is otherwise as fast as it can,
 * which makes calls hard to share. Each row has a window of its own.
 *
 * @param signal Ends it.
 */
export async function measureQuota(signal: AbortSignal): Promise<readonly Table[]> {
  const rows: string[][] = [];
  // The hub's clock begins each row at the beginning of a window.
  let offset = 0;
  const hub = await createEmbeddedHub({
    verify: false,
    rateLimits: "plans",
    now: () => Date.now() + offset,
  });
  try {
    for (const method of ["PUT", "HEAD", "GET"]) {
      offset += WINDOW_MS - (Date.now() + offset) % WINDOW_MS;
      await using gateway = await startGateway(hub);
      const bucket = `${gateway.url}/bench`;
      if (method === "PUT") await call("PUT", bucket, { signal });
      hub.counters.reset();
      const result = await runCrowd({
        count: OBJECTS,
        clients: CLIENTS,
        request: (i) =>
          new Request(`${bucket}/${i}`, {
            method,
            ...(method === "PUT" && { body: smallBody(i, SIZE) }),
          }),
      }, signal);
      const { calls, statuses } = hub.counters.of("hub");
      rows.push([
        method,
        result.seconds.toFixed(0),
        String(calls),
        String(statuses[429] ?? 0),
        String(failuresOf(result)),
      ]);
    }
    return [{
      title: `${OBJECTS} objects of 4 KiB from ${CLIENTS} clients, 1,000 API calls in 300 s`,
      rows: [["", "seconds", "Hub calls", "refused by the Hub", "errors for clients"], ...rows],
    }];
  } finally {
    await hub.close();
  }
}
