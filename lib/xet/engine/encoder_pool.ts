import type { PagePool } from "../../flow/page_pool.ts";
import { type EncodedChunk, readRecords } from "./encoded_chunks.ts";
import { type EncoderResult, type EncoderTask, startEncoderWorker } from "./encoder_worker.ts";

/** More workers gain nothing: the thread that feeds them is busy by then. */
const MAX_WORKERS = 4;

/** Chunks of a block, and the page in which they stand one after the other. */
export interface EncodedPage {
  readonly chunks: readonly EncodedChunk[];
  /** Whoever gets it gives it back to the pool or keeps it. */
  readonly page: Uint8Array<ArrayBuffer>;
}

/** How many workers pay on this machine. */
export function usefulWorkers(): number {
  return Math.max(0, Math.min(MAX_WORKERS, navigator.hardwareConcurrency - 1));
}

/**
 * Workers that cut, hash and compress, each for several streams. They are started when the first stream
 * is opened, which waits for them: many streams encoded in place would hold an engine each and the event
 * loop for seconds. Where there can be none, streams are encoded in place.
 */
export class EncoderPool {
  readonly #size: number;
  readonly #workers: EncoderThread[] = [];
  #starting: Promise<void> | undefined;
  #closed = false;

  /** @param size Most workers; 0 for none. */
  constructor(size: number = usefulWorkers()) {
    this.#size = size;
  }

  /** Whether there are workers now. */
  get isReady(): boolean {
    return this.#workers.length > 0;
  }

  /** Resolves when the workers are there, or it is known that there will be none. */
  start(): Promise<void> {
    return this.#starting ??= this.#start();
  }

  /**
   * An encoder in the worker that has the fewest; undefined if there can be no worker.
   *
   * @param pages Where memory is taken from.
   */
  async open(pages: PagePool): Promise<StreamEncoder | undefined> {
    await this.start();
    const [least] = this.#workers.toSorted((a, b) => a.streams - b.streams);
    return least?.open(pages);
  }

  /** Ends the workers; what they have under way fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting;
    for (const worker of this.#workers.splice(0)) {
      worker.close(new Error("The encoders were closed"));
    }
  }

  async #start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#size }, () => this.#startOne()));
  }

  async #startOne(): Promise<void> {
    try {
      const thread = new EncoderThread(await startEncoderWorker(), () => {
        const at = this.#workers.indexOf(thread);
        if (at >= 0) this.#workers.splice(at, 1);
      });
      if (this.#closed) thread.close(new Error("The encoders were closed"));
      else this.#workers.push(thread);
    } catch {
      // There may be no workers here (Deno Deploy, a permission): encoding in place does the same.
    }
  }
}

interface Waiter {
  readonly resolve: (result: EncoderResult) => void;
  readonly reject: (error: unknown) => void;
}

/** One worker. It answers in order, so the first who waits for a stream gets its next answer. */
class EncoderThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiter[]>();
  #last = 0;

  constructor(worker: Worker, onEnd: () => void) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<EncoderResult>) =>
      this.#waiting.get(data.session)?.shift()?.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      onEnd();
      this.close(new Error(`An encoder failed: ${event.message}`));
    };
  }

  get streams(): number {
    return this.#waiting.size;
  }

  open(pages: PagePool): StreamEncoder {
    const session = ++this.#last;
    this.#waiting.set(session, []);
    this.#worker.postMessage({ kind: "open", session } satisfies EncoderTask);
    return new StreamEncoder(this, session, pages);
  }

  ask(task: EncoderTask & { readonly kind: "push" | "finish" }): Promise<EncoderResult> {
    const transfer = task.kind === "push"
      ? [task.block.buffer, task.out.buffer]
      : [task.out.buffer];
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(task.session);
      if (waiting === undefined) return reject(new Error("The encoder was closed"));
      waiting.push({ resolve, reject });
      this.#worker.postMessage(task, transfer);
    });
  }

  forget(session: number): void {
    if (!this.#waiting.delete(session)) return;
    this.#worker.postMessage({ kind: "close", session } satisfies EncoderTask);
  }

  close(reason: Error): void {
    this.#worker.terminate();
    for (const waiting of this.#waiting.values()) waiting.forEach(({ reject }) => reject(reason));
    this.#waiting.clear();
  }
}

/** Encodes one stream in a worker. Blocks may be pushed before the last one has been answered. */
export class StreamEncoder {
  readonly #thread: EncoderThread;
  readonly #session: number;
  readonly #pages: PagePool;

  /** See {@linkcode EncoderPool.open}. */
  constructor(thread: EncoderThread, session: number, pages: PagePool) {
    this.#thread = thread;
    this.#session = session;
    this.#pages = pages;
  }

  /**
   * Takes more of the stream and gives the chunks that it completes.
   *
   * @param block A page that begins with the block; is given back to the pool.
   * @param length Bytes of the block.
   */
  push(block: Uint8Array<ArrayBuffer>, length: number): Promise<EncodedPage> {
    return this.#ask({
      kind: "push",
      session: this.#session,
      block,
      length,
      out: this.#pages.take(),
    });
  }

  /** Gives the open chunk, if any. */
  finish(): Promise<EncodedPage> {
    return this.#ask({ kind: "finish", session: this.#session, out: this.#pages.take() });
  }

  /** Gives the encoder up. Answers that nobody waited for are lost with their pages. */
  dispose(): void {
    this.#thread.forget(this.#session);
  }

  async #ask(task: EncoderTask & { readonly kind: "push" | "finish" }): Promise<EncodedPage> {
    try {
      const { records, block, out } = await this.#thread.ask(task);
      if (task.kind === "push") this.#pages.give(block);
      return { chunks: readRecords(records, { output: out }), page: out };
    } catch (error) {
      this.#pages.give(undefined);
      if (task.kind === "push") this.#pages.give(undefined);
      throw error;
    }
  }
}
