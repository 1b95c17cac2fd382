/**
 * Many connections that do nothing, and many bodies that come byte by byte, against a gateway in a process of its own, while another
 * client works.
 *
 * @module
 */

import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { startGatewayProcess } from "./gateway_process.ts";
import { randomBytes } from "./random_bytes.ts";
import { RawConnection } from "./raw_connection.ts";
import { type Signer, signHeaderV4 } from "./sign_requests.ts";

/** How much of what. */
export interface StormOptions {
  /** Connections that send one request and then nothing. */
  readonly idle: number;
  /** Uploads that send a byte now and then. */
  readonly slow: number;
  /** Requests of the client whose times are taken, each before, during and after. */
  readonly requests: number;
  /** Seconds that the gateway gives a body. */
  readonly bodyTimeoutSeconds: number;
}

/** What the process holds. */
export interface Holdings {
  readonly descriptors: number;
  readonly residentBytes: number;
}

/** What came of it. */
export interface StormResult {
  /** Milliseconds of the other client's requests, sorted. */
  readonly calm: readonly number[];
  readonly storm: readonly number[];
  /** Statuses of its requests that were not 200. */
  readonly failures: readonly number[];
  /** How the slow uploads ended: status and code. */
  readonly slowEnds: Readonly<Record<string, number>>;
  /** Nothing where the system does not tell. */
  readonly before: Holdings | undefined;
  readonly during: Holdings | undefined;
  readonly after: Holdings | undefined;
}

const BUCKET = "storm";
const SLOW = { accessKeyId: "SLOW", secretAccessKey: "slow-secret" };
const WORKER = { accessKeyId: "WORKER", secretAccessKey: "worker-secret" };
const OBJECT_BYTES = 64 * 1024;

/** Raises one. */
export async function raiseStorm(options: StormOptions): Promise<StormResult> {
  const hub = await createEmbeddedHub();
  const { bodyTimeoutSeconds } = options;
  const gateway = await startGatewayProcess({
    token: hub.token,
    endpoint: hub.url,
    credentials: [WORKER, SLOW],
    bodyTimeoutSeconds,
  });
  const { host } = new URL(gateway.url);
  const signer = (pair: typeof SLOW): Signer => ({ ...pair, host, now: new Date() });
  try {
    const worker = new Worker(gateway.url, signer);
    await worker.send("PUT", `/${BUCKET}`);
    await worker.work(options.requests);
    const before = await holdings(gateway.pid);
    const calm = await worker.work(options.requests);
    const idle = await openIdle(gateway.url, options.idle);
    const slow = Array.from(
      { length: options.slow },
      (_, i) => uploadSlowly(gateway.url, () => signer(SLOW), i, bodyTimeoutSeconds),
    );
    await Promise.all(slow.map(({ begun }) => begun));
    const during = await holdings(gateway.pid);
    const storm = await worker.work(options.requests);
    const ends = await Promise.all(slow.map(({ end }) => end));
    for (const connection of idle) connection[Symbol.dispose]();
    const after = await settled(gateway.pid, before, () => worker.work(options.requests));
    return {
      calm,
      storm,
      failures: worker.failures,
      slowEnds: countOf(ends),
      before,
      during,
      after,
    };
  } finally {
    await gateway.stop();
    await hub.close();
  }
}

/** A client that writes and reads small objects. */
class Worker {
  readonly failures: number[] = [];
  readonly #url: string;
  readonly #signer: (pair: typeof WORKER) => Signer;
  #count = 0;

  constructor(url: string, signer: (pair: typeof WORKER) => Signer) {
    this.#url = url;
    this.#signer = signer;
  }

  /** Writes and reads as many objects; the times in milliseconds, sorted. */
  async work(requests: number): Promise<readonly number[]> {
    const times: number[] = [];
    for (let i = 0; i < requests; i++) {
      const target = `/${BUCKET}/k${this.#count++ % 10}`;
      for (const [method, body] of [["PUT", randomBytes(OBJECT_BYTES, i)], ["GET"]] as const) {
        const start = performance.now();
        await this.send(method, target, body);
        times.push(performance.now() - start);
      }
    }
    return times.sort((a, b) => a - b);
  }

  async send(method: string, target: string, body?: Uint8Array<ArrayBuffer>): Promise<void> {
    const request = { method, target, headers: {}, ...(body && { body }) };
    const { Host: _, ...headers } = signHeaderV4(request, this.#signer(WORKER)).headers as Record<
      string,
      string
    >;
    const response = await fetch(this.#url + target, { method, headers, ...(body && { body }) });
    await response.body?.pipeTo(new WritableStream());
    if (response.status !== 200) this.failures.push(response.status);
  }
}

/** Connections that have been served once and stay open. */
async function openIdle(url: string, count: number): Promise<readonly RawConnection[]> {
  const connections: RawConnection[] = [];
  for (let i = 0; i < count; i++) {
    const connection = await RawConnection.open(url);
    await connection.exchange({ method: "GET", target: "/robots.txt", headers: {} });
    connections.push(connection);
  }
  return connections;
}

/** An upload that sends a byte now and then until it is answered. */
function uploadSlowly(url: string, signer: () => Signer, i: number, seconds: number) {
  const begun = Promise.withResolvers<void>();
  const upload = async () => {
    using connection = await RawConnection.open(url);
    const target = `/${BUCKET}/slow-${i}`;
    // Half of them tell their length, half come in chunks.
    const framing: Record<string, string> = i % 2 === 0
      ? { "Content-Length": "1000000" }
      : { "Transfer-Encoding": "chunked", "x-amz-decoded-content-length": "1000000" };
    const request = { method: "PUT", target, headers: framing };
    const { headers } = signHeaderV4(request, signer(), "UNSIGNED-PAYLOAD");
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    await connection.write(`PUT ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
    begun.resolve();
    const answer = connection.read().then(({ status, code }) => `${status} ${code}`, () => "ended");
    let isAnswered = false;
    answer.finally(() => isAnswered = true);
    while (!isAnswered) {
      await connection.write(i % 2 === 0 ? "x" : "1\r\nx\r\n").catch(() => {});
      const pause = new Promise((done) => setTimeout(done, seconds * 100));
      await Promise.race([answer, pause]);
    }
    return await answer;
  };
  return { begun: begun.promise, end: upload() };
}

/** What a process holds, where the system tells. */
async function holdings(pid: number): Promise<Holdings | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const descriptors = (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const residentBytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  return { descriptors, residentBytes };
}

/** What it holds when closed connections have been noticed, and work has gone on for a while. */
async function settled(
  pid: number,
  before: Holdings | undefined,
  work: () => Promise<unknown>,
): Promise<Holdings | undefined> {
  for (let attempt = 0;; attempt++) {
    await work();
    const now = await holdings(pid);
    if (now === undefined || before === undefined || attempt === 40) return now;
    const isFree = now.descriptors <= before.descriptors + 10;
    if (isFree && now.residentBytes <= before.residentBytes * 1.25) return now;
    await new Promise((done) => setTimeout(done, 100));
  }
}

function countOf(ends: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
  return counts;
}
