/** What completing a multipart upload moves and takes, and whether the object's Xet hash is that of `hf_xet`. */

import { createEmbeddedHub, type EmbeddedHub } from "../lib/create_embedded_hub.ts";
import { beginParts, call, type ClientOptions, completeParts, put } from "./client.ts";
import { DataSource } from "./data.ts";
import { startGateway } from "./processes.ts";
import { preparePython } from "./python.ts";

/** What Complete did, counted at the embedded hub. */
export interface CompleteResult {
  readonly parts: number;
  readonly size: number;
  /** Bytes of xorbs that were sent, and of stored chunks that were read. */
  readonly sent: number;
  readonly read: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** What the same requests take when a bare client makes them, eight at a time. */
  readonly bareSeconds: number;
}

/** Whether one object has the hash that `hf_xet` gives. */
export interface HashResult {
  readonly name: string;
  readonly equal: boolean;
}

/** What was measured. */
export interface MultipartResult {
  readonly complete: CompleteResult;
  /** Or why there are none. */
  readonly hashes: readonly HashResult[] | string;
}

/** A request of the gateway to the CAS. */
interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

const MIB = 1024 * 1024;
const PART = 8 * MIB;
const ODD_PART = 5 * MIB + 1;
const AT_ONCE = 8;

/**
 * Completes an upload of many parts of 8 MiB, and uploads some objects in parts whose hash is compared.
 *
 * @param count How many parts.
 * @param directory For the hub's data and Python's environment.
 * @param signal Ends it.
 */
export async function measureMultipart(
  count: number,
  directory: string,
  signal: AbortSignal,
): Promise<MultipartResult> {
  const recorder = new Recorder();
  await using hub = disposable(
    await createEmbeddedHub({
      directory: `${directory}/hub`,
      verify: false,
      serve: recorder.serve,
    }),
  );
  await using gateway = await startGateway(hub);
  const bucket = `${gateway.url}/bench`;
  await call("PUT", bucket, { signal });
  const complete = await measureComplete(`${bucket}/parts`, count, hub, recorder, { signal });
  return { complete, hashes: await compareHashes(bucket, directory, { signal }) };
}

async function measureComplete(
  url: string,
  count: number,
  hub: EmbeddedHub,
  recorder: Recorder,
  options: ClientOptions,
): Promise<CompleteResult> {
  const source = new DataSource("random");
  const upload = await beginParts(url, options);
  const tags: [number, string][] = [];
  let next = 1;
  const send = async () => {
    while (next <= count) {
      const number = next++;
      tags.push([
        number,
        await put(`${upload}&partNumber=${number}`, source.blocks(PART), PART, options),
      ]);
    }
  };
  await Promise.all([send(), send()]);
  tags.sort(([a], [b]) => a - b);
  hub.counters.reset();
  recorder.start();
  const start = performance.now();
  await completeParts(upload, tags, options);
  const seconds = (performance.now() - start) / 1000;
  const requests = recorder.stop();
  const { counters } = hub;
  const result = {
    parts: count,
    size: count * PART,
    sent: counters.of("cas.xorb.post").bytesIn,
    read: counters.of("cas.data").bytesOut,
    calls: Object.fromEntries(
      Object.entries(counters.all()).map(([name, { calls }]) => [name, calls]),
    ),
    seconds,
  };
  return { ...result, bareSeconds: await replay(requests, options) };
}

/** The requests in their order, several under way; those that register things one after the other, last. */
async function replay(
  requests: readonly Recorded[],
  { signal }: ClientOptions,
): Promise<number> {
  const isLast = ({ url }: Recorded) => /\/(shards|batch)$/.test(new URL(url).pathname);
  const queue = requests.filter((request) => !isLast(request));
  const send = async ({ method, url, headers, body }: Recorded) => {
    const response = await fetch(url, { method, headers, body: body ?? null, signal });
    await response.arrayBuffer();
  };
  const start = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await send(next);
    }),
  );
  for (const request of requests.filter(isLast)) await send(request);
  return (performance.now() - start) / 1000;
}

/** `Deno.serve` that keeps what it is asked, while it is told to. */
class Recorder {
  #requests: Recorded[] | undefined;

  // Of the overloads only the one that an embedded hub calls.
  readonly serve =
    ((options: Deno.ServeTcpOptions, handler: Deno.ServeHandler<Deno.NetAddr>) =>
      Deno.serve(options, async (request, info) => {
        const requests = this.#requests;
        if (requests === undefined) return await handler(request, info);
        const { method, url, headers } = request;
        if (request.body === null) {
          requests.push({ method, url, headers, body: undefined });
          return await handler(request, info);
        }
        const body = await request.bytes();
        requests.push({ method, url, headers, body });
        return await handler(new Request(url, { method, headers, body }), info);
      })) as typeof Deno.serve;

  start(): void {
    this.#requests = [];
  }

  stop(): readonly Recorded[] {
    const requests = this.#requests ?? [];
    this.#requests = undefined;
    return requests;
  }
}

async function compareHashes(
  bucket: string,
  directory: string,
  options: ClientOptions,
): Promise<readonly HashResult[] | string> {
  const python = await preparePython(directory, options.signal);
  if (typeof python === "string") return python;
  const results: HashResult[] = [];
  for (const [name, bytes] of hashCases()) {
    const path = `${directory}/object`;
    await Deno.writeFile(path, bytes);
    // The program printed it: native.py, of this directory.
    const [expected] = await python.run(["--hash", path]) as readonly string[];
    for (const size of [PART, ODD_PART]) {
      const hash = await putShuffled(`${bucket}/object`, bytes, size, options);
      results.push({ name: `${name}, parts of ${size} bytes`, equal: hash === expected });
    }
  }
  return results;
}

function hashCases(): readonly (readonly [string, Uint8Array<ArrayBuffer>])[] {
  const size = 42 * MIB + 4321;
  const of = (kind: "random" | "text") => joined(new DataSource(kind).blocks(size), size);
  const periodic = (period: number) => {
    const pattern = crypto.getRandomValues(new Uint8Array(period));
    return Uint8Array.from({ length: size }, (_, i) => pattern[i % period] ?? 0);
  };
  return [
    ["random", of("random")],
    ["text", of("text")],
    ["zeros", new Uint8Array(size)],
    ["period 26", periodic(26)],
    ["period 4096", periodic(4096)],
  ];
}

function joined(blocks: Iterable<Uint8Array>, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}

/** Last part first; the first one is sent twice, with other bytes before. */
async function putShuffled(
  url: string,
  bytes: Uint8Array,
  partSize: number,
  options: ClientOptions,
): Promise<string> {
  const upload = await beginParts(url, options);
  const count = Math.ceil(bytes.length / partSize);
  const target = (number: number) => `${upload}&partNumber=${number}`;
  await put(target(1), [new Uint8Array(partSize).fill(7)], partSize, options);
  const tags: [number, string][] = [];
  for (let number = count; number >= 1; number--) {
    const part = bytes.subarray((number - 1) * partSize, number * partSize);
    tags.unshift([number, await put(target(number), [part], part.length, options)]);
  }
  await completeParts(upload, tags, options);
  const head = await fetch(url, { method: "HEAD", signal: options.signal });
  return head.headers.get("x-hf-xet-hash") ?? "";
}

function disposable(hub: EmbeddedHub): EmbeddedHub & AsyncDisposable {
  return { ...hub, [Symbol.asyncDispose]: () => hub.close() };
}
