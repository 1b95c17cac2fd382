import { type BatchOperation, MAX_PER_CALL } from "../hub/files.ts";
import { HubError } from "../hub/hub_error.ts";
import type { BucketCore } from "./bucket_core.ts";

/** Told what became of an operation: no error if it was applied. */
export type OnOutcome = (operation: BatchOperation, error: Error | undefined) => void;

/** What is ready does not wait longer for what is not, in milliseconds. */
const MAX_AGE_MS = 5_000;
/** Commits of one queue under way at once: one that is answered and one that follows. */
const MAX_UNDER_WAY = 2;

/** Commits any number of operations on one bucket, as many as a batch takes at a time. */
export class OperationQueue {
  readonly #core: BucketCore;
  readonly #id: string;
  readonly #onOutcome: OnOutcome;
  readonly #underWay = new Set<Promise<void>>();
  #waiting: BatchOperation[] = [];
  #since = 0;
  #fatal: HubError | undefined;

  /**
   * @param core Where to.
   * @param id The bucket.
   * @param onOutcome Told of each operation.
   */
  constructor(core: BucketCore, id: string, onOutcome: OnOutcome) {
    this.#core = core;
    this.#id = id;
    this.#onOutcome = onOutcome;
  }

  /** Why no operation on the bucket can succeed, once that is known. */
  get fatal(): HubError | undefined {
    return this.#fatal;
  }

  /** Takes an operation; waits while too much is under way. */
  async add(operation: BatchOperation): Promise<void> {
    if (this.#waiting.length === 0) this.#since = this.#core.now();
    this.#waiting.push(operation);
    const isOld = this.#core.now() - this.#since >= MAX_AGE_MS;
    if (this.#waiting.length < MAX_PER_CALL && !isOld) return;
    this.#commit();
    while (this.#underWay.size >= MAX_UNDER_WAY) await Promise.race(this.#underWay);
  }

  /** Commits what is left, and waits for everything that is under way. */
  async finish(): Promise<void> {
    this.#commit();
    await this.settle();
  }

  /** Waits for what is under way; what has not been sent is dropped. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
  }

  /** Notes an error; some mean that nothing else can succeed. */
  note(error: unknown): void {
    if (error instanceof HubError && isAboutBucket(error)) this.#fatal ??= error;
  }

  #commit(): void {
    const operations = this.#waiting;
    this.#waiting = [];
    if (operations.length === 0) return;
    const sent = this.#send(operations).finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }

  async #send(operations: readonly BatchOperation[]): Promise<void> {
    try {
      const outcomes = await this.#core.committer.commit(this.#id, operations);
      operations.forEach((operation, i) => {
        const outcome = outcomes[i];
        this.#onOutcome(operation, outcome?.kind === "failed" ? outcome.error : undefined);
      });
    } catch (cause) {
      this.note(cause);
      const error = cause instanceof Error ? cause : new Error("The commit failed", { cause });
      for (const operation of operations) this.#onOutcome(operation, error);
    }
  }
}

/** Whether an error concerns all paths alike: the bucket, the token, the quota. */
function isAboutBucket({ kind }: HubError): boolean {
  return kind === "not_found" || kind === "unauthorized" || kind === "forbidden" ||
    kind === "rate_limited";
}
