/** Small objects with a slow Hub and CAS: how many a second, and at how many calls. */

import { createEmbeddedHub, type EmbeddedHub } from "../lib/create_embedded_hub.ts";
import { BucketClient } from "../lib/buckets/mod.ts";
import { HubClient } from "../lib/hub/hub_client.ts";
import { call } from "./client.ts";
import { type CrowdResult, failuresOf, runCrowd, smallBody } from "./crowd.ts";
import { startGateway } from "./processes.ts";
import type { Table } from "./table.ts";

const OBJECTS = 10_000;
const SIZE = 4096;
const CLIENTS = 64;
const LATENCY_MS = 50;
/** Enough for a steady rate: each takes a batch call of its own. */
const ALONE = 200;

/**
 * Puts, looks at, gets and deletes 4 KiB objects, with 50 ms on every call of the Hub and the CAS.
 *
 * @param signal Ends it.
 */
export async function measureSmall(signal: AbortSignal): Promise<readonly Table[]> {
  const hub = await createEmbeddedHub({ verify: false });
  try {
    hub.switches.latency.set("*", LATENCY_MS);
    const alone = await commitAlone(hub);
    await using gateway = await startGateway(hub);
    const bucket = `${gateway.url}/bench`;
    await call("PUT", bucket, { signal });
    const crowd = (method: string, clients: number, count: number, body = false) =>
      measure(hub, clients, () =>
        runCrowd({
          count,
          clients,
          request: (i) =>
            new Request(`${bucket}/${clients}/${i}`, {
              method,
              ...(body && { body: smallBody(i, SIZE) }),
            }),
        }, signal));
    await crowd("PUT", 2, 20, true); // tokens, connections, the compiler
    const rows = [
      row("PUT, one client", await crowd("PUT", 1, 50, true), alone),
      row("PUT", await crowd("PUT", CLIENTS, OBJECTS, true), alone),
      row("HEAD", await crowd("HEAD", CLIENTS, OBJECTS), alone),
      row("GET", await crowd("GET", CLIENTS, OBJECTS), alone),
      row("DELETE", await crowd("DELETE", CLIENTS, OBJECTS), alone),
    ];
    return [{
      title: `${OBJECTS} objects of 4 KiB, ${CLIENTS} clients, ${LATENCY_MS} ms on every call`,
      rows: [
        [
          "",
          "objects/s",
          "÷ one commit at a time",
          "Hub API calls/object",
          "CAS calls/object",
          "errors",
        ],
        ["PUT, one commit at a time", alone.toFixed(0), "1.0", "1.000", "2.000", "0"],
        ...rows,
      ],
    }];
  } finally {
    await hub.close();
  }
}

interface Measured {
  readonly result: CrowdResult;
  readonly count: number;
  readonly api: number;
  readonly cas: number;
}

async function measure(
  hub: EmbeddedHub,
  clients: number,
  work: () => Promise<CrowdResult>,
): Promise<Measured & { readonly clients: number }> {
  hub.counters.reset();
  const result = await work();
  const count = Object.values(result.statuses).reduce((sum, n) => sum + n, 0);
  const { hub: api, cas } = {
    hub: hub.counters.of("hub").calls,
    cas: hub.counters.of("cas").calls,
  };
  return { result, count, api, cas, clients };
}

function row(name: string, { result, count, api, cas }: Measured, alone: number) {
  const rate = count / result.seconds;
  return [
    name,
    rate.toFixed(0),
    (rate / alone).toFixed(1),
    (api / count).toFixed(3),
    (cas / count).toFixed(3),
    String(failuresOf(result)),
  ];
}

/** Objects a second when as many clients upload at once, but each object has a batch call to itself. */
async function commitAlone(hub: EmbeddedHub): Promise<number> {
  const options = { token: hub.token, endpoint: hub.url };
  const [client, api] = [new BucketClient(options), new HubClient(options)];
  const id = `${await client.namespace()}/alone`;
  await client.create(id);
  await client.upload(id, new Blob(["first"]).stream()); // the token
  let last = Promise.resolve();
  const start = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let i = next++; i < ALONE; i = next++) {
      const body = new Blob([smallBody(i, SIZE)]).stream();
      const { hash } = await client.upload(id, body);
      await (last = last.then(async () => {
        await api.batch(id, [{ type: "addFile", path: `${i}`, xetHash: hash, mtime: Date.now() }]);
      }));
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  await client.close();
  return ALONE / seconds;
}
