import * as v from "valibot";
import { parseJson, readText, understood } from "./answers.ts";
import { CasCalls } from "./cas_calls.ts";
import { CasError } from "./cas_error.ts";
import type {
  CasCallOptions,
  CasClientOptions,
  FileRange,
  UploadCallOptions,
} from "./cas_options.ts";
import { type FileChunkHashes, readFileChunkHashes } from "./file_chunk_hashes.ts";
import type { FetchSource, Reconstruction } from "./reconstruction.ts";
import { ReconstructionCache } from "./reconstruction_cache.ts";
import { ReconstructionCalls } from "./reconstruction_calls.ts";
import { ShardCalls } from "./shard_calls.ts";
import { StoredBytes } from "./stored_bytes.ts";

const DEFAULT_SHARD_IDLE_MS = 600_000;
const DEFAULT_STALL_MS = 5_000;
/** A query that is not answered soon is not worth waiting for. */
const QUERY_IDLE_MS = 5_000;
/** Most bytes of a dedup answer: what it tells of 10 GiB. */
const MAX_DEDUP_ANSWER = 8 << 20;

const inserted = v.object({ was_inserted: v.boolean() });

/**
 * The HTTP API of the CAS. Knows nothing of how content is cut or put together. Every call is
 * idempotent, since content is named by its hash, and is repeated when that may help.
 */
export class CasClient {
  readonly #calls: CasCalls;
  readonly #shards: ShardCalls;
  readonly #reconstructions: ReconstructionCalls;
  readonly #remembered: ReconstructionCache;
  readonly #owner: string;
  /** A store may be slow to find what nobody has read for long: each attempt is more patient. */
  readonly #stallMs: (attempt: number) => number;

  /** @param options What it stands on. */
  constructor(options: CasClientOptions) {
    this.#calls = new CasCalls(options);
    this.#shards = new ShardCalls(this.#calls, options.shardIdleMs ?? DEFAULT_SHARD_IDLE_MS);
    this.#reconstructions = new ReconstructionCalls(this.#calls);
    this.#remembered = options.reconstructions ??
      new ReconstructionCache(options.clock && { now: options.clock });
    this.#owner = options.owner ?? "";
    const { stallMs = DEFAULT_STALL_MS } = options;
    this.#stallMs = (attempt) => stallMs * 2 ** (attempt - 1);
  }

  /** Closes kept connections. Calls under way fail. */
  close(): void {
    this.#calls.close();
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
    options: UploadCallOptions = {},
  ): Promise<boolean> {
    const path = `/v1/xorbs/default/${hash}`;
    const onceTold = firstTimes(options.onSent);
    return this.#calls.run(`POST ${path}`, options, async (attempt) => {
      const call = { ...options, onSent: onceTold() };
      const answer = await this.#calls.post(attempt, path, call, pieces);
      return understood(inserted, await answer.text(), `POST ${path}`).was_inserted;
    });
  }

  /**
   * Registers files and xorbs: `POST /v2/shards`, on 404 or 501 from then on `POST /v1/shards`.
   *
   * @param bytes The shard. Every xorb that it names has been stored.
   */
  putShard(bytes: Uint8Array, options: CasCallOptions = {}): Promise<void> {
    return this.#shards.put(bytes, options);
  }

  /**
   * How a file, or a range of it, is put together: as it is remembered, or as the CAS says. Version 2
   * of the API first, version 1 where that is not served.
   *
   * @param hash The file hash in printed form.
   * @param range Which bytes; the end may lie beyond the file. Default: all.
   * @param options `refused` is what was given before and whose URLs have ended.
   * @throws CasError with status 404 if the file is not known, 416 if the range begins beyond it.
   */
  reconstruction(
    hash: string,
    range?: FileRange,
    options: CasCallOptions & { readonly refused?: Reconstruction | undefined } = {},
  ): Promise<Reconstruction> {
    const name = { owner: this.#owner, hash, range };
    const ask = (signal: AbortSignal) => this.#reconstructions.get(hash, range, { signal });
    return this.#remembered.get(name, ask, options);
  }

  /**
   * Fetches stored bytes with a single range and without a token.
   *
   * @param source Where they are.
   * @param read Takes the bytes; is called again with a new answer if it throws a CasError that is
   * worth a repeat, as the bytes do when they break off, are too many or stand still.
   * @returns What `read` gives.
   * @throws CasError; with status 403 the URL has expired and a new reconstruction is needed.
   */
  fetchRange<T>(
    source: FetchSource,
    read: (bytes: StoredBytes) => Promise<T>,
    options: CasCallOptions = {},
  ): Promise<T> {
    const { start, end } = source.bytes;
    const what = `GET bytes ${start}-${end} of a xorb`;
    return this.#calls.run(what, options, async (attempt) => {
      const headers = { range: `bytes=${start}-${end}`, "accept-encoding": "identity" };
      const response = await attempt.fetch(source.url, { headers });
      if (response.status !== 206 && response.status !== 200) throw await attempt.refuse(response);
      const body = attempt.open(response);
      try {
        // A server that ignores Range sends everything from the first byte on.
        return await read(new StoredBytes(body, source.bytes, response.status === 200, what));
      } finally {
        await body.close();
      }
    }, this.#stallMs);
  }

  /**
   * Asks whether a chunk is known: `GET /v1/chunks/default/{hash}`. It is asked once: what fails, or
   * is refused because too much is asked, counts as not known, as it does for hf_xet.
   *
   * @param hash The chunk's hash in printed form.
   * @returns A shard with a footer that tells where it and its neighbours are; undefined if unknown.
   */
  queryChunk(hash: string, options: CasCallOptions = {}): Promise<Uint8Array | undefined> {
    const path = `/v1/chunks/default/${hash}`;
    return this.#calls.run(`GET ${path}`, options, async (attempt) => {
      try {
        // Who asks is writing, and has a token for that.
        const response = await this.#calls.request(attempt, "write", path, options);
        if (response.ok) return await attempt.readAll(response, MAX_DEDUP_ANSWER);
        await attempt.leave(response);
      } catch (error) {
        if (!(error instanceof CasError)) throw error;
      }
      return undefined;
    }, QUERY_IDLE_MS);
  }

  /**
   * Asks whether a xorb is stored: `HEAD /v1/xorbs/default/{hash}`.
   *
   * @param hash The xorb's hash in printed form.
   * @returns Undefined if the CAS does not tell.
   */
  hasXorb(hash: string, options: CasCallOptions = {}): Promise<boolean | undefined> {
    const path = `/v1/xorbs/default/${hash}`;
    return this.#calls.run(`HEAD ${path}`, options, async (attempt) => {
      const request = { method: "HEAD", headers: { "accept-encoding": "identity" } };
      const response = await this.#calls.request(attempt, "write", path, options, request);
      const refused = await attempt.refuse(response);
      if (response.ok) return true;
      if (refused.retryable) throw refused;
      return response.status === 404 ? false : undefined;
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
    return this.#calls.run(`HEAD ${path}`, options, async (attempt) => {
      const response = await this.#calls.request(attempt, "read", path, options, {
        method: "HEAD",
        headers: { "accept-encoding": "identity" },
      });
      if (response.status === 404) {
        await attempt.leave(response);
        return undefined;
      }
      if (!response.ok) throw await attempt.refuse(response);
      await attempt.leave(response);
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
    return this.#calls.run(`GET ${path}`, options, async (attempt) => {
      const ranges = dirty.map(({ first, last }) => `${first}-${last}`).join(",");
      const response = await this.#calls.request(attempt, "read", path, options, {
        headers: { "x-range-dirty": `bytes=${ranges}` },
      });
      if (!response.ok) throw await attempt.refuse(response);
      return readFileChunkHashes(
        parseJson(await readText(attempt, response), `GET ${path}`),
      );
    });
  }
}

/** Gives each attempt a counter of its own; of bytes that were sent before nothing is told again. */
function firstTimes(
  tell: ((bytes: number) => void) | undefined,
): () => ((bytes: number) => void) | undefined {
  if (tell === undefined) return () => undefined;
  let told = 0;
  return () => {
    let sent = 0;
    return (bytes) => {
      sent += bytes;
      if (sent <= told) return;
      tell(sent - told);
      told = sent;
    };
  };
}
