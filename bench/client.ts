/** The S3 client of the benches: plain HTTP requests, unsigned, bodies as streams. */

import http from "node:http";

/** How long a slow reader waits between two pieces. */
const SLOW_READ_MS = 250;

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
 * @returns The ETag of the answer.
 */
export async function put(
  url: string,
  blocks: Iterable<Uint8Array>,
  size: number,
  { signal }: ClientOptions,
): Promise<string> {
  const request = http.request(url, {
    method: "PUT",
    headers: { "content-length": String(size) },
    agent: false,
    signal,
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request.on("error", reject);
  request.on("response", (response) => {
    response.resume();
    response.on("error", reject);
    response.on("end", () => {
      if (response.statusCode === 200) resolve(response.headers.etag ?? "");
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
  return await promise;
}

/** Numbers and tags of parts, as CompleteMultipartUpload takes them. */
export type PartTags = readonly (readonly [number: number, tag: string])[];

/** Begins a multipart upload; gives its URL, to which a part number is added. */
export async function beginParts(url: string, { signal }: ClientOptions): Promise<string> {
  const response = await fetch(`${url}?uploads`, { method: "POST", signal });
  const [, id] = /<UploadId>([^<]+)</.exec(await response.text()) ?? [];
  if (id === undefined) throw new Error(`POST ${url} was answered with ${response.status}`);
  return `${url}?uploadId=${id}`;
}

/** Completes a multipart upload; gives the object's Xet hash. */
export async function completeParts(
  upload: string,
  parts: PartTags,
  { signal }: ClientOptions,
): Promise<string> {
  const list = parts.map(([number, tag]) =>
    `<Part><PartNumber>${number}</PartNumber><ETag>${tag}</ETag></Part>`
  );
  const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
  const response = await fetch(upload, { method: "POST", body, signal });
  const text = await response.text();
  if (!text.includes("<CompleteMultipartUploadResult")) {
    throw new Error(`POST ${upload} was answered with ${response.status}: ${text}`);
  }
  return response.headers.get("x-hf-xet-hash") ?? "";
}

/**
 * Uploads in parts, several at once.
 *
 * @param url Where to.
 * @param parts How many, of which size in bytes, how many at once.
 * @param body Gives the bytes of a part; parts are begun in order.
 */
export async function putParts(
  url: string,
  parts: { readonly count: number; readonly size: number; readonly atOnce: number },
  body: (size: number) => Iterable<Uint8Array>,
  options: ClientOptions,
): Promise<void> {
  const upload = await beginParts(url, options);
  const tags: [number, string][] = [];
  let next = 1;
  const work = async () => {
    while (next <= parts.count) {
      const number = next++;
      const target = `${upload}&partNumber=${number}`;
      tags.push([number, await put(target, body(parts.size), parts.size, options)]);
    }
  };
  await Promise.all(Array.from({ length: parts.atOnce }, work));
  await completeParts(upload, tags.sort(([a], [b]) => a - b), options);
}

/**
 * Begins to read a body and then takes a piece of it now and then.
 *
 * @param url Where from.
 * @param ms How long this goes on; the body is given up then.
 */
export async function readSlowly(
  url: string,
  ms: number,
  { signal }: ClientOptions,
): Promise<void> {
  const response = await fetch(url, { signal });
  const reader = response.body?.getReader();
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await reader?.read();
    await new Promise((resolve) => setTimeout(resolve, SLOW_READ_MS));
  }
  await reader?.cancel();
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
