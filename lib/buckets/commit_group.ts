import { type BatchOperation, MAX_PER_CALL } from "../hub/files.ts";

/** What became of an operation of a commit. */
export type CommitOutcome =
  | { readonly kind: "applied"; readonly path: string }
  | {
    readonly kind: "failed";
    readonly path: string;
    /** A `HubError`; its `detail` is the Hub's reason. */
    readonly error: Error;
  };

/** When a commit may be sent. */
export interface SendOptions {
  /**
   * Called right before each batch that these operations are in. If it throws, they are not sent, and the commit
   * fails with what it threw; others that would have shared the batch are not concerned.
   */
  readonly before?: (() => Promise<void>) | undefined;
}

/** The operations of one commit on their way: they share every batch that they are in. */
export class Group {
  /** Settles when it is known what became of all operations. */
  readonly outcomes: Promise<readonly CommitOutcome[]>;
  readonly #operations: readonly BatchOperation[];
  readonly #before: () => Promise<void>;
  readonly #pending: Map<string, BatchOperation>;
  readonly #refusals = new Map<string, Error>();
  readonly #resolve: (outcomes: readonly CommitOutcome[]) => void;
  readonly #reject: (error: unknown) => void;
  #open = true;
  #repaired = false;

  /**
   * @param operations At most 1,000, no path twice.
   * @param options What is to hold when they are sent.
   * @throws TypeError or RangeError if they cannot share a batch.
   */
  constructor(operations: readonly BatchOperation[], { before }: SendOptions = {}) {
    if (operations.length > MAX_PER_CALL) {
      throw new RangeError(`A commit holds at most ${MAX_PER_CALL} operations`);
    }
    this.#operations = operations;
    this.#before = before ?? (() => Promise.resolve());
    this.#pending = new Map(operations.map((operation) => [operation.path, operation]));
    if (this.#pending.size !== operations.length) {
      throw new TypeError("A commit must not hold two operations on one path");
    }
    const { promise, resolve, reject } = Promise.withResolvers<readonly CommitOutcome[]>();
    this.outcomes = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Whether it has not been answered. */
  get open(): boolean {
    return this.#open;
  }

  /** The operations that are not known to have been applied. */
  get pending(): readonly BatchOperation[] {
    return [...this.#pending.values()];
  }

  /** The paths of all operations. */
  get paths(): readonly string[] {
    return this.#operations.map(({ path }) => path);
  }

  /** To be called before each batch: ends the group, unsent, where it may not be sent. */
  async prepare(): Promise<void> {
    try {
      await this.#before();
    } catch (error) {
      this.fail(error);
    }
  }

  /** An operation was applied. */
  applied(path: string): void {
    this.#pending.delete(path);
  }

  /** The Hub refused an operation. */
  refused(path: string, error: Error): void {
    this.#refusals.set(path, error);
  }

  /**
   * Answers if nothing is left to do. What was refused while another operation of the group was
   * applied is left open once, to be sent again.
   */
  answerIfSettled(): void {
    const left = [...this.#pending.keys()];
    if (!left.every((path) => this.#refusals.has(path))) return;
    const half = left.length > 0 && left.length < this.#operations.length;
    if (half && !this.#repaired) this.#repaired = true;
    else this.#answer();
  }

  /** Ends it: what is pending failed, with the Hub's refusal of it or else with this error. */
  fail(error: unknown): void {
    const untouched = this.#pending.size === this.#operations.length && this.#refusals.size === 0;
    if (untouched) {
      this.#open = false;
      this.#reject(error);
    } else {
      this.#answer(
        error instanceof Error ? error : new Error("The commit failed", { cause: error }),
      );
    }
  }

  #answer(otherwise?: Error): void {
    this.#open = false;
    this.#resolve(this.#operations.map(({ path }): CommitOutcome => {
      if (!this.#pending.has(path)) return { kind: "applied", path };
      const error = this.#refusals.get(path) ?? otherwise ?? new Error("The commit was not sent");
      return { kind: "failed", path, error };
    }));
  }
}

/**
 * Takes the commits that can share a batch, in the order in which they came: at most 1,000
 * operations, and none on a path that an earlier commit, taken or left behind, writes too.
 */
export function takeGroups(waiting: Group[]): Group[] {
  const taken: Group[] = [];
  const left: Group[] = [];
  const busy = new Set<string>();
  let count = 0;
  for (const group of waiting) {
    const { paths } = group;
    const fits = count + paths.length <= MAX_PER_CALL && !paths.some((path) => busy.has(path));
    (fits ? taken : left).push(group);
    if (fits) count += paths.length;
    for (const path of paths) busy.add(path);
  }
  waiting.splice(0, waiting.length, ...left);
  return taken;
}
