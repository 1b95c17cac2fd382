import * as v from "valibot";
import type { Sleep } from "../../flow/sleep.ts";
import { exactly, MAX_ANSWER, ownBuffer, parseJson, readText, understood } from "./answers.ts";
import { CasError, refusal } from "./cas_error.ts";
import { type Attempt, type CasRetry, Exchange } from "./exchange.ts";
import { type FileChunkHashes, readFileChunkHashes } from "./file_chunk_hashes.ts";
import { createNodeSender, type NodeSender } from "./node_sender.ts";
import {
  type FetchSource,
  readReconstructionV1,
  readReconstructionV2,
  type Reconstruction,
} from "./reconstruction.ts";
import type { Sender } from "./sender.ts";
import { readShardProgress } from "./shard_progress.ts";

/** What the CAS lets the holder of a token do; `write` includes `read`. */
export type CasScope = "read" | "write";

/** A token and the CAS that it is for. */
export interface CasToken {
  readonly accessToken: string;
  /** When it ends, in seconds since 1970. */
  readonly exp: number;
  /** The base of all paths; may hold a path itself. */
  readonly casUrl: string;
}

/** Gives a token that is still good for a while; caching is its business. */
export type CasTokenSource = (scope: CasScope, signal?: AbortSignal) => Promise<CasToken>;

/** Options of every call. */
export interface CasCallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a {@linkcode CasClient} stands on. */
export interface CasClientOptions {
  readonly token: CasTokenSource;
  /** Default: the runtime's. */
  readonly fetch?: typeof fetch;
  /** Sends xorbs. Default: over `node:http` and `node:https` with kept connections. */
  readonly send?: Sender;
  /** Default: 5 attempts, waits of up to 0.5, 1, 2, 4 s, at most 60 s when the CAS asks for it. */
  readonly retry?: CasRetry;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: () => number;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Default: the runtime's timers. */
  readonly sleep?: Sleep;
  /** How long a call may stand still, in milliseconds. Default: 120,000. */
  readonly idleMs?: number;
  /** The same for registering a shard, which is silent while it is verified. Default: 600,000. */
  readonly shardIdleMs?: number;
}

/** Inclusive positions in a file. */
export interface FileRange {
  readonly first: number;
  readonly last: number;
}

const DEFAULT_RETRY: CasRetry = { attempts: 5, baseMs: 500, maxMs: 60_000 };

const inserted = v.object({ was_inserted: v.boolean() });
const registered = v.object({ result: v.number() });

/**
 * The HTTP API of the CAS. Knows nothing of how content is cut or put together. Every call is
 * idempotent, since content is named by its hash, and is repeated when that may help.
 */
export class CasClient {
  readonly #token: CasTokenSource;
  readonly #exchange: Exchange;
  readonly #sender: NodeSender | undefined;
  readonly #idleMs: number;
  readonly #shardIdleMs: number;
  /** Which version the CAS is known to serve; a 404 alone does not tell. */
  #reconstructions: "v1" | "v2" | undefined;
  #shards: "v1" | "v2" = "v2";

  /** @param options What it stands on. */
  constructor(options: CasClientOptions) {
    this.#token = options.token;
    this.#sender = options.send === undefined ? createNodeSender() : undefined;
    this.#idleMs = options.idleMs ?? 120_000;
    this.#shardIdleMs = options.shardIdleMs ?? 600_000;
    this.#exchange = new Exchange({
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      send: options.send ?? ((url, request) => this.#ownSender().send(url, request)),
      retry: options.retry ?? DEFAULT_RETRY,
      clock: options.clock ?? Date.now,
      random: options.random,
      sleep: options.sleep,
    });
  }

  /** Closes kept connections. Calls under way fail. */
  close(): void {
    this.#sender?.close();
  }

  /**
   * Stores a xorb: `POST /v1/xorbs/default/{hash}`.
   *
   * @param hash The xorb's hash in printed form.
   * @param pieces Its serialized chunks, in order; not changed while this is under way.
   * @returns Whether it was new to the CAS.
   */
  putXorb(
    hash: string,
    pieces: readonly Uint8Array[],
    options: CasCallOptions = {},
  ): Promise<boolean> {
    const path = `/v1/xorbs/default/${hash}`;
    return this.#run(`POST ${path}`, options, async (attempt) => {
      const { url, headers } = await this.#address("write", path, options);
      const answer = await attempt.send(url, { method: "POST", headers }, pieces);
      if (!isSuccess(answer.status)) {
        throw refusal(`POST ${path}`, answer, this.#exchange.now());
      }
      return understood(inserted, await answer.text(), `POST ${path}`).was_inserted;
    });
  }

  /**
   * Registers files and xorbs: `POST /v2/shards`, on 404 or 501 from then on `POST /v1/shards`.
   *
   * @param bytes The shard. Every xorb that it names has been stored.
   */
  async putShard(bytes: Uint8Array, options: CasCallOptions = {}): Promise<void> {
    if (this.#shards === "v2") {
      if (await this.#putShardV2(bytes, options)) return;
      this.#shards = "v1";
    }
    const what = "POST /v1/shards";
    await this.#run(what, options, async (attempt) => {
      const response = await this.#request(attempt, "write", "/v1/shards", options, {
        method: "POST",
        body: ownBuffer(bytes),
      });
      if (!response.ok) throw await attempt.refuse(response);
      understood(registered, await readText(attempt, response), what);
    }, this.#shardIdleMs);
  }

  /**
   * How a file, or a range of it, is put together. Version 2 of the API first, version 1 where that
   * is not served.
   *
   * @param hash The file hash in printed form.
   * @param range Which bytes; the end may lie beyond the file. Default: all.
   * @throws CasError with status 404 if the file is not known, 416 if the range begins beyond it.
   */
  async reconstruction(
    hash: string,
    range?: FileRange,
    options: CasCallOptions = {},
  ): Promise<Reconstruction> {
    if (this.#reconstructions === "v1") return await this.#reconstructionV1(hash, range, options);
    try {
      const answer = await this.#reconstruct("v2", hash, range, options);
      this.#reconstructions = "v2";
      return readReconstructionV2(answer);
    } catch (error) {
      if (!(error instanceof CasError)) throw error;
      // A 404 says "no such file" or "no such API"; from a CAS whose version 2 works, the former.
      const known = this.#reconstructions === "v2";
      if (!(error.status === 501 || (error.status === 404 && !known))) throw error;
    }
    return await this.#reconstructionV1(hash, range, options);
  }

  /**
   * Fetches stored bytes with a single range and without a token.
   *
   * @param source Where they are.
   * @param read Consumes exactly the bytes of the range; is called again if they break off. Bytes
   * that are too few or too many make the iteration throw.
   * @returns What `read` gives.
   * @throws CasError; with status 403 the URL has expired and a new reconstruction is needed.
   */
  fetchRange<T>(
    source: FetchSource,
    read: (body: AsyncIterable<Uint8Array>) => Promise<T>,
    options: CasCallOptions = {},
  ): Promise<T> {
    const { start, end } = source.bytes;
    const what = `GET bytes ${start}-${end} of a xorb`;
    return this.#run(what, options, async (attempt) => {
      const headers = { range: `bytes=${start}-${end}`, "accept-encoding": "identity" };
      const response = await attempt.fetch(source.url, { headers });
      if (response.status !== 206 && response.status !== 200) throw await attempt.refuse(response);
      // A server that ignores Range sends everything from the first byte on.
      const whole = response.status === 200;
      const body = exactly(attempt.receive(response), source.bytes, whole, what);
      try {
        return await read(body);
      } finally {
        await body.return();
        if (response.body?.locked === false) await response.body.cancel();
      }
    });
  }

  /**
   * Asks whether a chunk is known: `GET /v1/chunks/default/{hash}`.
   *
   * @param hash The chunk's hash in printed form.
   * @returns A shard with a footer that tells where it and its neighbours are; undefined if unknown.
   */
  queryChunk(hash: string, options: CasCallOptions = {}): Promise<Uint8Array | undefined> {
    const path = `/v1/chunks/default/${hash}`;
    return this.#run(`GET ${path}`, options, async (attempt) => {
      const response = await this.#request(attempt, "read", path, options);
      if (response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      if (!response.ok) throw await attempt.refuse(response);
      return await attempt.readAll(response, MAX_ANSWER);
    });
  }

  /**
   * Asks for the size of a file: `HEAD /v1/files/{hash}`.
   *
   * @param hash The file hash in printed form.
   * @returns Bytes; undefined if the file is not known.
   */
  fileSize(hash: string, options: CasCallOptions = {}): Promise<number | undefined> {
    const path = `/v1/files/${hash}`;
    return this.#run(`HEAD ${path}`, options, async (attempt) => {
      const response = await this.#request(attempt, "read", path, options, {
        method: "HEAD",
        headers: { "accept-encoding": "identity" },
      });
      if (response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      if (!response.ok) throw await attempt.refuse(response);
      await response.body?.cancel();
      const length = response.headers.get("content-length") ?? "";
      if (!/^\d{1,15}$/.test(length)) {
        throw new CasError(`The answer to HEAD ${path} has no length`, { retryable: false });
      }
      return Number(length);
    });
  }

  /**
   * Asks for what an edit of a file needs to know of its chunks: `GET /v2/file-chunk-hashes/{hash}`.
   *
   * @param hash The file hash in printed form.
   * @param dirty The ranges to be edited, in order.
   */
  fileChunkHashes(
    hash: string,
    dirty: readonly FileRange[],
    options: CasCallOptions = {},
  ): Promise<FileChunkHashes> {
    const path = `/v2/file-chunk-hashes/${hash}`;
    return this.#run(`GET ${path}`, options, async (attempt) => {
      const ranges = dirty.map(({ first, last }) => `${first}-${last}`).join(",");
      const response = await this.#request(attempt, "read", path, options, {
        headers: { "x-range-dirty": `bytes=${ranges}` },
      });
      if (!response.ok) throw await attempt.refuse(response);
      return readFileChunkHashes(
        parseJson(await readText(attempt, response), `GET ${path}`),
      );
    });
  }

  #ownSender(): NodeSender {
    if (this.#sender === undefined) throw new TypeError("A sender was given; there is no other");
    return this.#sender;
  }

  #run<T>(
    what: string,
    { signal }: CasCallOptions,
    work: (attempt: Attempt) => Promise<T>,
    idleMs = this.#idleMs,
  ): Promise<T> {
    return this.#exchange.run({ what, idleMs, signal }, work);
  }

  async #address(scope: CasScope, path: string, { signal }: CasCallOptions) {
    const { casUrl, accessToken } = await this.#token(scope, signal);
    return {
      url: casUrl.replace(/\/+$/, "") + path,
      headers: { authorization: `Bearer ${accessToken}` },
    };
  }

  async #request(
    attempt: Attempt,
    scope: CasScope,
    path: string,
    options: CasCallOptions,
    init: {
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array<ArrayBuffer>;
    } = {},
  ): Promise<Response> {
    const { url, headers } = await this.#address(scope, path, options);
    return await attempt.fetch(url, { ...init, headers: { ...init.headers, ...headers } });
  }

  /** False when the CAS does not serve version 2. */
  #putShardV2(bytes: Uint8Array, options: CasCallOptions): Promise<boolean> {
    return this.#run("POST /v2/shards", options, async (attempt) => {
      const response = await this.#request(attempt, "write", "/v2/shards", options, {
        method: "POST",
        body: ownBuffer(bytes),
      });
      if (response.status === 404 || response.status === 501) {
        await response.body?.cancel();
        return false;
      }
      if (!response.ok) throw await attempt.refuse(response);
      await readShardProgress(attempt.receive(response));
      return true;
    }, this.#shardIdleMs);
  }

  async #reconstructionV1(
    hash: string,
    range: FileRange | undefined,
    options: CasCallOptions,
  ): Promise<Reconstruction> {
    const answer = await this.#reconstruct("v1", hash, range, options);
    this.#reconstructions ??= "v1";
    return readReconstructionV1(answer);
  }

  #reconstruct(
    version: "v1" | "v2",
    hash: string,
    range: FileRange | undefined,
    options: CasCallOptions,
  ): Promise<unknown> {
    const path = `/${version}/reconstructions/${hash}`;
    return this.#run(`GET ${path}`, options, async (attempt) => {
      const response = await this.#request(attempt, "read", path, options, {
        headers: range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` },
      });
      if (!response.ok) throw await attempt.refuse(response);
      return parseJson(await readText(attempt, response), `GET ${path}`);
    });
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
