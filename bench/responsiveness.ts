/** How long a HEAD takes while uploads run, against one with nothing else going on. */

import { call, put } from "./client.ts";
import { DataSource } from "./data.ts";
import { startGateway, startHub } from "./processes.ts";

/** Milliseconds. */
export interface Latencies {
  readonly median: number;
  readonly p99: number;
}

/** What was measured, from another process than that of the uploads' sender. */
export interface ResponsivenessResult {
  readonly uploads: number;
  readonly probes: readonly Probed[];
}

/** One kind of request, with nothing else going on and while uploads run. */
export interface Probed {
  readonly name: string;
  readonly idle: Latencies;
  readonly busy: Latencies;
}

interface Probe {
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly token?: string;
}

const MIB = 1024 * 1024;
const UPLOADS = 8;
const REQUESTS = 100;
const PAUSE_MS = 10;

/**
 * Measures one request after the other, with a short pause between, in a worker: this thread is busy
 * with sending.
 *
 * @param size Bytes of all uploads together, which go on until all requests are answered.
 * @param signal Ends it.
 */
export async function measureResponsiveness(
  size: number,
  signal: AbortSignal,
): Promise<ResponsivenessResult> {
  await using hub = await startHub({ verify: false });
  await using gateway = await startGateway(hub);
  const bucket = `${gateway.url}/bench`;
  const source = new DataSource("random");
  await call("PUT", bucket, { signal });
  await put(`${bucket}/head`, source.blocks(64 * MIB), 64 * MIB, { signal });
  const probes: readonly Probe[] = [
    { name: "HEAD of an object", method: "HEAD", url: `${bucket}/head` },
    // Answered by the gateway alone, and by the hub alone: whose time it is.
    {
      name: "HEAD that the gateway answers alone",
      method: "HEAD",
      url: `${gateway.url}/robots.txt`,
    },
    {
      name: "a call of the hub alone",
      method: "GET",
      url: `${hub.url}/api/whoami-v2`,
      token: hub.token,
    },
  ];
  const measureAll = async () => {
    const all: Latencies[] = [];
    for (const probe of probes) all.push(await measureProbe(probe));
    return all;
  };
  await measureAll();
  const idle = await measureAll();
  let done = false;
  const each = Math.floor(size / UPLOADS);
  // The same bytes again after a while, or the hub would fill the memory; most of the work is the same.
  const upload = async (i: number) => {
    const blocks = new DataSource("random");
    for (let n = 0; !done; n++) {
      await put(`${bucket}/${i}`, blocks.blocks(each), each, { signal });
      if (n === 3) blocks.rewound();
    }
  };
  const uploads = Promise.all(Array.from({ length: UPLOADS }, (_, i) => upload(i)));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const busy = await measureAll().finally(() => done = true);
  await uploads;
  const none = { median: NaN, p99: NaN };
  return {
    uploads: UPLOADS,
    probes: probes.map(({ name }, i) => ({ name, idle: idle[i] ?? none, busy: busy[i] ?? none })),
  };
}

/** The worker's own source: it shares nothing with this thread. */
async function probeScope(
  { url, method, token }: { url: string; method: string; token?: string },
  requests: number,
  pauseMs: number,
): Promise<number[]> {
  const times: number[] = [];
  const headers = new Headers();
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  for (let i = 0; i < requests; i++) {
    const start = performance.now();
    await (await fetch(url, { method, headers })).arrayBuffer();
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return times;
}

async function measureProbe(probe: Probe): Promise<Latencies> {
  const call = `(${probeScope})(${JSON.stringify(probe)}, ${REQUESTS}, ${PAUSE_MS})`;
  const source = `${call}.then((times) => self.postMessage(times));`;
  const script = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(script, { type: "module" });
  try {
    const times = await new Promise<number[]>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<number[]>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? NaN;
    return { median: at(0.5), p99: at(0.99) };
  } finally {
    worker.terminate();
    URL.revokeObjectURL(script);
  }
}
