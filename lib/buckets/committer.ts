import { retry } from "../flow/retry.ts";
import type { Sleep } from "../flow/sleep.ts";
import { Turns } from "../flow/turns.ts";
import type { BatchFailure, BatchOperation } from "../hub/files.ts";
import { HubError } from "../hub/hub_error.ts";
import type { FileInfo } from "../hub/wire.ts";
import { type CommitOutcome, Group, type SendOptions, takeGroups } from "./commit_group.ts";
import { isDone, refusedOperation, saysAbsent } from "./operation_outcome.ts";
import { divide } from "./divide.ts";

/** What a {@linkcode Committer} needs. */
export interface CommitterOptions {
  /** Sends a batch; see `HubClient.batch`. */
  readonly batch: (
    id: string,
    operations: readonly BatchOperation[],
  ) => Promise<{ readonly failed: readonly BatchFailure[] }>;
  /** What is at paths now. */
  readonly look: (
    id: string,
    paths: readonly string[],
  ) => Promise<ReadonlyMap<string, FileInfo>>;
  /** Waits before a batch where calls are scarce. */
  readonly pause?: (() => Promise<void> | undefined) | undefined;
  /** Told of each batch that is sent again. */
  readonly onRetry?: ((error: Error, attempt: number, waitMs: number) => void) | undefined;
  /** Waits before a batch is sent again. */
  readonly sleep?: Sleep | undefined;
  /** A number from 0 up to 1, for the jitter. */
  readonly random?: (() => number) | undefined;
}

/** How often what is known not to have been applied is sent in all. */
const ATTEMPTS = 3;
const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 5_000;

/** Something is known not to have been applied and is to be sent again. */
class SendAgain extends Error {
  /** @param lost Why it was not applied, if the Hub's answer was lost. */
  constructor(readonly lost?: HubError) {
    super("A part of the batch was not applied", { cause: lost });
  }
}

/**
 * Group commit: writes to a bucket share batch calls. The first goes at once, those that arrive
 * while a batch is under way share the next. No batch holds two operations on one path (the Hub
 * promises no order inside a batch), and writes to one path keep their order.
 *
 * The Hub applies the operations of a batch each for itself. Each failure is reported to the commit
 * that it belongs to; the rest of a half-applied commit is sent once more before that. When it is
 * not known what was applied (a lost answer), paths-info tells, and only what is not there is sent
 * again.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #turns: Turns<Group>;

  /** @param options What it stands on. */
  constructor(options: CommitterOptions) {
    this.#options = options;
    const { pause } = options;
    this.#turns = new Turns(takeGroups, (id, groups) => this.#serve(id, groups), { pause });
  }

  /**
   * Applies operations, all in the same batch.
   *
   * @param id The bucket, `namespace/name`.
   * @param operations At most 1,000, no path twice.
   * @param options What is to hold when they are sent.
   * @returns What became of each, in order. A delete of what is not there counts as applied.
   * @throws HubError when nothing was applied, or, with `outcomeUnknown`, when that cannot be told.
   * @throws TypeError, RangeError for operations that cannot share a batch.
   */
  async commit(
    id: string,
    operations: readonly BatchOperation[],
    options: SendOptions = {},
  ): Promise<readonly CommitOutcome[]> {
    if (operations.length === 0) return [];
    const group = new Group(operations, options);
    this.#turns.add(id, group);
    return await group.outcomes;
  }

  /** Settles when nothing is under way. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  #serve(id: string, groups: readonly Group[]): Promise<void> {
    return divide(
      groups,
      (sharing) => this.#deliver(id, sharing),
      (group) => group.open,
      (group, error) => group.fail(error),
    );
  }

  /** Sends what is pending until every group is answered or a batch fails for good. */
  async #deliver(id: string, groups: readonly Group[]): Promise<void> {
    const { sleep, random, onRetry } = this.#options;
    try {
      await retry(() => this.#attempt(id, groups.filter((group) => group.open)), {
        attempts: ATTEMPTS,
        baseMs: RETRY_BASE_MS,
        maxMs: RETRY_MAX_MS,
        shouldRetry: (error) => error instanceof SendAgain,
        waitOf: (error) => {
          const seconds = error instanceof SendAgain ? error.lost?.retryAfterSeconds : undefined;
          return seconds === undefined ? undefined : seconds * 1000;
        },
        onRetry,
        sleep,
        random,
      });
    } catch (error) {
      throw error instanceof SendAgain ? error.lost ?? error : error;
    }
  }

  async #attempt(id: string, asking: readonly Group[]): Promise<void> {
    await Promise.all(asking.map((group) => group.prepare()));
    const groups = asking.filter((group) => group.open);
    if (groups.length === 0) return;
    let lost: HubError | undefined;
    try {
      const { failed } = await this.#options.batch(id, groups.flatMap((group) => group.pending));
      await this.#record(id, groups, failed);
    } catch (error) {
      if (!(error instanceof HubError && error.outcomeUnknown)) throw error;
      lost = error;
      await this.#settle(id, groups, lost);
    }
    for (const group of groups) group.answerIfSettled();
    if (groups.some((group) => group.open)) throw new SendAgain(lost);
  }

  /** Notes what an answered batch did. */
  async #record(
    id: string,
    groups: readonly Group[],
    failed: readonly BatchFailure[],
  ): Promise<void> {
    const reasons = new Map(failed.map(({ path, error }) => [path, error]));
    const absent = await this.#absent(id, groups, reasons);
    for (const group of groups) {
      for (const { path } of group.pending) {
        const reason = reasons.get(path);
        if (reason === undefined || absent.has(path)) group.applied(path);
        else group.refused(path, refusedOperation(path, reason));
      }
    }
  }

  /** The paths whose delete failed because there is nothing: what was wanted is the case. */
  async #absent(
    id: string,
    groups: readonly Group[],
    reasons: ReadonlyMap<string, string>,
  ): Promise<ReadonlySet<string>> {
    const absent = new Set<string>();
    const unclear: string[] = [];
    for (const { type, path } of groups.flatMap((group) => group.pending)) {
      const reason = reasons.get(path);
      if (type !== "deleteFile" || reason === undefined) continue;
      if (saysAbsent(reason)) absent.add(path);
      else unclear.push(path);
    }
    if (unclear.length === 0) return absent;
    try {
      const files = await this.#options.look(id, unclear);
      return new Set([...absent, ...unclear.filter((path) => !files.has(path))]);
    } catch {
      // The deletes are then reported with the reasons that the batch gave.
      return absent;
    }
  }

  /**
   * Finds out what a batch did whose answer was lost. A server that is still at work on it may
   * apply it later than this; nothing can be done about that.
   */
  async #settle(id: string, groups: readonly Group[], lost: HubError): Promise<void> {
    const paths = groups.flatMap((group) => group.pending.map(({ path }) => path));
    let files: ReadonlyMap<string, FileInfo>;
    try {
      files = await this.#options.look(id, paths);
    } catch (cause) {
      throw new HubError(lost.kind, `${lost.message}; looking at what it did failed too`, {
        status: lost.status,
        retryAfterSeconds: lost.retryAfterSeconds,
        requestId: lost.requestId,
        outcomeUnknown: true,
        cause: new AggregateError([lost, cause]),
      });
    }
    for (const group of groups) {
      for (const operation of group.pending) {
        if (isDone(operation, files.get(operation.path))) group.applied(operation.path);
      }
    }
  }
}
