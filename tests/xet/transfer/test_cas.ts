import { decodeChunks } from "../../../lib/xet/engine/mod.ts";
import { readShard, type Term } from "../../../lib/xet/format/mod.ts";
import { ChunkList, fileHash, printHash, xorbHash } from "../../../lib/xet/hash/mod.ts";
import { verificationHash } from "../../../lib/xet/hash/mod.ts";
import { CasClient } from "../../../lib/xet/cas/cas_client.ts";
import type { CasClientOptions } from "../../../lib/xet/cas/cas_options.ts";

interface StoredXorb {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly chunks: ChunkList;
  /** Where each chunk begins in `bytes`, and the end. */
  readonly offsets: readonly number[];
}

/** What a test wants to go wrong: gets each request, may answer it. */
export type Fault = (
  request: Request,
  answer: () => Promise<Response>,
) => Promise<Response> | undefined;

/** A CAS in memory, as strict as a CAS can be, for what a well-behaved one would never do. */
export class TestCas {
  readonly xorbs = new Map<string, StoredXorb>();
  readonly files = new Map<string, readonly Term[]>();
  /** Method and path of every request, without queries. */
  readonly requests: string[] = [];
  /** Serve only version 1 of the API. */
  v1Only = false;
  fault: Fault | undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #clients: CasClient[] = [];
  readonly url: string;

  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => {
        this.requests.push(`${request.method} ${new URL(request.url).pathname}`);
        const answer = () => this.#answer(request);
        return this.fault?.(request, answer) ?? answer();
      },
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  client(options: Partial<CasClientOptions> = {}): CasClient {
    const client = new CasClient({
      token: (scope) =>
        Promise.resolve({ accessToken: `secret-${scope}`, exp: 2 ** 32, casUrl: `${this.url}/` }),
      retry: { attempts: 3, baseMs: 1, maxMs: 2 },
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  count(pattern: RegExp): number {
    return this.requests.filter((request) => pattern.test(request)).length;
  }

  async [Symbol.asyncDispose]() {
    for (const client of this.#clients) client.close();
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === "/data") return this.#data(url, request);
    if (!/^Bearer secret-/.test(request.headers.get("authorization") ?? "")) return status(401);
    const [, version, kind, ...rest] = url.pathname.split("/");
    if (version === "v2" && this.v1Only) return status(404);
    const hash = rest.at(-1) ?? "";
    if (kind === "xorbs") return this.#putXorb(hash, await request.bytes());
    if (kind === "shards") return this.#putShard(version === "v2", await request.bytes());
    if (kind === "reconstructions") return this.#reconstruct(version === "v2", hash, request);
    if (kind === "files") {
      const terms = this.files.get(hash);
      if (terms === undefined) return status(404);
      const size = terms.reduce((sum, { length }) => sum + length, 0);
      return new Response(null, { headers: { "content-length": String(size) } });
    }
    return status(404);
  }

  #putXorb(hash: string, bytes: Uint8Array<ArrayBuffer>): Response {
    const { lengths, hashes, consumed } = decodeChunks(bytes, { hashes: true });
    if (consumed !== bytes.length || bytes.length > (64 << 20)) return status(400);
    const chunks = new ChunkList();
    const offsets = [0];
    let at = 0;
    lengths.forEach((length, i) => {
      chunks.push((hashes ?? bytes).subarray(i * 32, i * 32 + 32), length);
      at += 8 + (bytes[at + 1] ?? 0) + ((bytes[at + 2] ?? 0) << 8) + ((bytes[at + 3] ?? 0) << 16);
      offsets.push(at);
    });
    if (printHash(xorbHash(chunks)) !== hash) return status(400);
    const isNew = !this.xorbs.has(hash);
    this.xorbs.set(hash, { bytes, chunks, offsets });
    return Response.json({ was_inserted: isNew });
  }

  #putShard(stream: boolean, bytes: Uint8Array): Response {
    const { files, xorbs } = readShard(bytes);
    for (const { hash, chunks } of xorbs) {
      const stored = this.xorbs.get(hash)?.chunks;
      if (stored?.count !== chunks.length) return status(400);
      const same = chunks.every((chunk, i) =>
        chunk.hash === printHash(stored.hash(i)) && chunk.length === stored.size(i)
      );
      if (!same) return status(400);
    }
    for (const { hash, terms } of files) {
      const all = new ChunkList();
      for (const { xorbHash, start, end, length, verification } of terms) {
        const run = this.xorbs.get(xorbHash)?.chunks.slice(start, end);
        if (run?.totalSize !== length || run.count === 0) return status(400);
        if (printHash(verificationHash(run.hashes())) !== verification) return status(400);
        all.append(run);
      }
      if (printHash(fileHash(all)) !== hash) return status(400);
      this.files.set(hash, terms);
    }
    if (!stream) return Response.json({ result: 1 });
    return new Response(
      '{"type":"validating","verified":1,"total":1}\n{"type":"new"}\n{"type":"result"}\n',
      { headers: { "content-type": "application/x-ndjson" } },
    );
  }

  #reconstruct(v2: boolean, hash: string, request: Request): Response {
    const terms = this.files.get(hash);
    if (terms === undefined) return status(404);
    const [, a, b] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
    const [first, last] = [Number(a ?? 0), Number(b ?? Infinity)];
    const trimmed: Term[] = [];
    let [position, offset] = [0, 0];
    for (const { xorbHash, start, end } of terms) {
      const chunks = this.xorbs.get(xorbHash)?.chunks ?? new ChunkList();
      const run = { xorbHash, start: -1, end: 0, length: 0 };
      for (let i = start; i < end; i++) {
        const size = chunks.size(i);
        if (position + size > first && position <= last) {
          if (trimmed.length === 0 && run.start < 0) offset = first - position;
          if (run.start < 0) run.start = i;
          run.end = i + 1;
          run.length += size;
        }
        position += size;
      }
      if (run.start >= 0) trimmed.push(run);
    }
    if (first > 0 && first >= position) return status(416);
    return Response.json({
      offset_into_first_range: offset,
      terms: trimmed.map(({ xorbHash: hash, length, start, end }) => ({
        hash,
        unpacked_length: length,
        range: { start, end },
      })),
      ...this.#sources(v2, trimmed),
    });
  }

  #sources(v2: boolean, terms: readonly Term[]) {
    const merged = new Map<string, { start: number; end: number }[]>();
    for (const { xorbHash, start, end } of terms.toSorted((x, y) => x.start - y.start)) {
      const ranges = merged.get(xorbHash) ?? [];
      const last = ranges.at(-1);
      if (last && start <= last.end) last.end = Math.max(last.end, end);
      else ranges.push({ start, end });
      merged.set(xorbHash, ranges);
    }
    const entries = [...merged].map(([hash, ranges]) => {
      const { offsets = [] } = this.xorbs.get(hash) ?? {};
      const url = `${this.url}/data?xorb=${hash}&X-Signature=secret-url`;
      const spans = ranges.map((chunks) => ({
        chunks,
        bytes: { start: offsets[chunks.start] ?? 0, end: (offsets[chunks.end] ?? 0) - 1 },
      }));
      return [
        hash,
        v2
          ? [{ url, ranges: spans }]
          : spans.map(({ chunks, bytes }) => ({ range: chunks, url, url_range: bytes })),
      ];
    });
    return { [v2 ? "xorbs" : "fetch_info"]: Object.fromEntries(entries) };
  }

  #data(url: URL, request: Request): Response {
    if (request.headers.has("authorization")) return status(400);
    const { bytes } = this.xorbs.get(url.searchParams.get("xorb") ?? "") ?? {};
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "");
    if (bytes === undefined || range === null) return status(404);
    const body = bytes.subarray(Number(range[1]), Number(range[2]) + 1);
    return new Response(body, { status: 206 });
  }
}

function status(code: number): Response {
  return new Response("no", { status: code });
}
