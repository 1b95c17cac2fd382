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
  readonly idle: Latencies;
  readonly busy: Latencies;
}

const MIB = 1024 * 1024;
const UPLOADS = 8;
const REQUESTS = 500;
const PAUSE_MS = 10;

/**
 * Measures one HEAD after the other, with a short pause between, in a worker: this thread is busy
 * with sending.
 *
 * @param size Bytes of all uploads together, which go on until all HEADs are answered.
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
  const heads = () => measureHeads(`${bucket}/head`);
  await heads();
  const idle = await heads();
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
  const busy = await heads().finally(() => done = true);
  await uploads;
  return { uploads: UPLOADS, idle, busy };
}

/** The worker's own source: it shares nothing with this thread. */
async function headScope(url: string, requests: number, pauseMs: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < requests; i++) {
    const start = performance.now();
    const response = await fetch(url, { method: "HEAD" });
    times.push(performance.now() - start);
    if (!response.ok) throw new Error(`HEAD was answered with ${response.status}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return times;
}

async function measureHeads(url: string): Promise<Latencies> {
  const call = `(${headScope})(${JSON.stringify(url)}, ${REQUESTS}, ${PAUSE_MS})`;
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
