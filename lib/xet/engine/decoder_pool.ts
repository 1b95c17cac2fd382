import { XetFormatError } from "../error.ts";
import type { DecodedChunks } from "./decode_chunks.ts";
import { type DecoderResult, type DecoderTask, startDecoderWorker } from "./decoder_worker.ts";
import { usefulWorkers } from "./encoder_pool.ts";

/** Serialized chunks that are whole, at the start of some memory. */
export interface StoredChunks {
  /** Is transferred, and comes back with the answer. */
  readonly buffer: ArrayBuffer;
  /** Their bytes; no more than the engine takes at once. */
  readonly length: number;
  /** How many there are. */
  readonly count: number;
}

interface Waiter {
  readonly resolve: (result: DecoderResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Workers that decode and hash. They are started when the first is asked for; until they are there, and
 * where there can be none, `decodeSome` does the same in place.
 */
export class DecoderPool {
  readonly #size: number;
  readonly #workers: DecoderThread[] = [];
  #starting: Promise<void> | undefined;
  #closed = false;

  /** @param size Most workers; 0 for none. */
  constructor(size: number = usefulWorkers()) {
    this.#size = size;
  }

  /** Whether there are workers now. Starts them if not. */
  get isReady(): boolean {
    this.start();
    return this.#workers.length > 0;
  }

  /** Resolves when the workers are there, or it is known that there will be none. */
  start(): Promise<void> {
    return this.#starting ??= this.#start();
  }

  /**
   * Decodes chunks in the worker that has least to do; must be ready.
   *
   * @returns The chunks, and the memory that they were in.
   * @throws XetFormatError if a header or a payload is not what the format allows.
   */
  async decode(
    { buffer, length, count }: StoredChunks,
    options: { readonly hashes: boolean },
  ): Promise<{ readonly decoded: DecodedChunks; readonly buffer: ArrayBuffer }> {
    const [least] = this.#workers.toSorted((a, b) => a.waiting - b.waiting);
    if (least === undefined) throw new Error("The decoders were closed");
    const result = await least.ask({ stored: buffer, length, count, ...options });
    if (result.count !== count) {
      throw new XetFormatError(`One of ${count} chunks is not what the format of xorbs allows`);
    }
    const { data, lengths, hashes, stored } = result;
    const decoded = { data, lengths, consumed: length, ...(options.hashes && { hashes }) };
    return { decoded, buffer: stored };
  }

  /** Ends the workers; what they have under way fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting;
    for (const worker of this.#workers.splice(0)) {
      worker.close(new Error("The decoders were closed"));
    }
  }

  async #start(): Promise<void> {
    for (let i = 0; i < this.#size && !this.#closed; i++) {
      try {
        const thread = new DecoderThread(await startDecoderWorker(), () => {
          const at = this.#workers.indexOf(thread);
          if (at >= 0) this.#workers.splice(at, 1);
        });
        this.#workers.push(thread);
      } catch {
        // There may be no workers here (Deno Deploy, a permission): decoding in place does the same.
        return;
      }
    }
  }
}

/** One worker. */
class DecoderThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiter>();
  #last = 0;

  constructor(worker: Worker, onEnd: () => void) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<DecoderResult>) => {
      this.#waiting.get(data.id)?.resolve(data);
      this.#waiting.delete(data.id);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      onEnd();
      this.close(new Error(`A decoder failed: ${event.message}`));
    };
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  ask(task: Omit<DecoderTask, "id">): Promise<DecoderResult> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...task } satisfies DecoderTask, [task.stored]);
    });
  }

  close(reason: Error): void {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}
