/**
 * What a job is at:
 *
 * - `transferring`: content is read, hashed, sent or received;
 * - `committing`: the Hub is told of what was sent;
 * - `done`: nothing follows.
 */
export type ProgressPhase = "transferring" | "committing" | "done";

/** How far a job is. Counts never fall. */
export interface Progress {
  /** What it is at. */
  readonly phase: ProgressPhase;
  /** Files that are finished: visible in the bucket, deleted from it, or whole on this side. */
  readonly filesDone: number;
  /** All files, once it is known how many there are. */
  readonly filesTotal?: number;
  /** Bytes of content that were cut and hashed: of what is sent, and of what an interrupted download had left. */
  readonly bytesHashed: number;
  /** Of these, bytes that need not be sent, because the CAS or this job has them. */
  readonly bytesDeduplicated: number;
  /** Bytes that went to the CAS, as they are stored: compressed, with headers. */
  readonly bytesSent: number;
  /** Bytes of content that were received. */
  readonly bytesReceived: number;
}

/** Told how far a job is, often; it must return soon. */
export type OnProgress = (progress: Progress) => void;

/** Adds up how far a job is, and tells. */
export class ProgressCounter {
  readonly #tell: OnProgress | undefined;
  #state: Progress;

  /**
   * @param onProgress Whom to tell.
   * @param filesTotal All files, if it is known.
   */
  constructor(onProgress: OnProgress | undefined, filesTotal?: number) {
    this.#tell = onProgress;
    this.#state = {
      phase: "transferring",
      filesDone: 0,
      ...(filesTotal !== undefined && { filesTotal }),
      bytesHashed: 0,
      bytesDeduplicated: 0,
      bytesSent: 0,
      bytesReceived: 0,
    };
  }

  /** Bytes of content were cut and hashed. */
  hashed(bytes: number): void {
    this.#set({ bytesHashed: this.#state.bytesHashed + bytes });
  }

  /** Bytes of content need not be sent. */
  deduplicated(bytes: number): void {
    this.#set({ bytesDeduplicated: this.#state.bytesDeduplicated + bytes });
  }

  /** Bytes went out. */
  sent(bytes: number): void {
    this.#set({ bytesSent: this.#state.bytesSent + bytes });
  }

  /** Bytes of content came in. */
  received(bytes: number): void {
    this.#set({ bytesReceived: this.#state.bytesReceived + bytes });
  }

  /** Files are finished. */
  filesDone(count = 1): void {
    this.#set({ filesDone: this.#state.filesDone + count });
  }

  /** It is known how many files there are. */
  total(files: number): void {
    this.#set({ filesTotal: files });
  }

  /** The job goes on to another phase. */
  phase(phase: ProgressPhase): void {
    if (phase !== this.#state.phase) this.#set({ phase });
  }

  #set(change: Partial<Progress>): void {
    if (this.#tell === undefined) return;
    this.#state = { ...this.#state, ...change };
    this.#tell(this.#state);
  }
}
