/** The S3 client of the benches: plain HTTP requests, unsigned, bodies as streams. */

import http from "node:http";

/** What bounds a request. */
export interface ClientOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Sends a body with its Content-Length, as S3 clients do (`fetch` sends streams chunked).
 *
 * @param url Where to.
 * @param blocks The body.
 * @param size Its length in bytes.
 */
export async function put(
  url: string,
  blocks: Iterable<Uint8Array>,
  size: number,
  { signal }: ClientOptions,
): Promise<void> {
  const request = http.request(url, {
    method: "PUT",
    headers: { "content-length": String(size) },
    agent: false,
    signal,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request.on("error", reject);
  request.on("response", (response) => {
    response.resume();
    response.on("error", reject);
    response.on("end", () => {
      if (response.statusCode === 200) resolve();
      else reject(new Error(`PUT ${url} was answered with ${response.statusCode}`));
    });
  });
  const failed = promise.catch(() => {}); // thrown below; here it only ends the wait for the socket
  for (const block of blocks) {
    if (request.destroyed || signal.aborted) break;
    if (request.write(block)) continue;
    const drained = Promise.withResolvers<void>();
    request.once("drain", drained.resolve);
    await Promise.race([drained.promise, failed]);
  }
  request.end();
  await promise;
}

/** Creates a bucket, or does anything else that has no body in either direction. */
export async function call(method: string, url: string, { signal }: ClientOptions): Promise<void> {
  const response = await fetch(url, { method, signal });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${method} ${url} was answered with ${response.status}`);
}

/**
 * Reads a body to its end and forgets it.
 *
 * @param url Where from.
 * @param size How long it must be, in bytes.
 */
export async function get(url: string, size: number, { signal }: ClientOptions): Promise<void> {
  const response = await fetch(url, { signal });
  if (response.status !== 200) throw new Error(`GET ${url} was answered with ${response.status}`);
  const reader = response.body?.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(1024 * 1024);
  let received = 0;
  for (let done = reader === undefined; !done;) {
    const read = await reader?.read(new Uint8Array(buffer));
    done = read?.done ?? true;
    if (read?.value === undefined) continue;
    received += read.value.length;
    buffer = read.value.buffer;
  }
  if (received !== size) throw new Error(`GET ${url} gave ${received} of ${size} bytes`);
}
