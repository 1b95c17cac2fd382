import { HubError } from "../hub/hub_error.ts";

/**
 * One call at a time for each bucket, shared by whoever waits for it: the first request goes at
 * once, and those that arrive while a call is under way share the next one. No timer delays anyone,
 * and the more comes in, the more shares a call.
 *
 * A request never joins the call that is under way: that one may have been answered before the
 * request was made.
 */
export class Turns<R> {
  readonly #take: (waiting: R[]) => readonly R[];
  readonly #serve: (id: string, requests: readonly R[]) => Promise<void>;
  readonly #waiting = new Map<string, R[]>();
  readonly #running = new Set<Promise<void>>();

  /**
   * @param take Removes from the waiting, of which the first must be taken, those that go together.
   * @param serve Makes the call and answers each request; must not throw.
   */
  constructor(
    take: (waiting: R[]) => readonly R[],
    serve: (id: string, requests: readonly R[]) => Promise<void>,
  ) {
    this.#take = take;
    this.#serve = serve;
  }

  /** Has a request served. */
  add(id: string, request: R): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      waiting.push(request);
      return;
    }
    const queue = [request];
    this.#waiting.set(id, queue);
    const run = this.#run(id, queue).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Settles when all requests made so far have been served. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #run(id: string, queue: R[]): Promise<void> {
    while (queue.length > 0) await this.#serve(id, this.#take(queue));
    this.#waiting.delete(id);
  }
}

/**
 * Makes one call for several requests. If the Hub refuses what is in it, each half is tried for
 * itself, so that a bad request fails alone.
 *
 * @param requests Who shares the call.
 * @param call Makes it and answers those it served; when it throws, the rest are unanswered.
 * @param open Whether a request is unanswered.
 * @param fail Answers a request with an error.
 */
export async function divide<R>(
  requests: readonly R[],
  call: (requests: readonly R[]) => Promise<void>,
  open: (request: R) => boolean,
  fail: (request: R, error: unknown) => void,
): Promise<void> {
  try {
    await call(requests);
  } catch (error) {
    const left = requests.filter(open);
    if (left.length > 1 && isAboutContent(error)) {
      const half = Math.ceil(left.length / 2);
      await divide(left.slice(0, half), call, open, fail);
      await divide(left.slice(half), call, open, fail);
    } else {
      for (const request of left) fail(request, error);
    }
  }
}

/** Whether a smaller call might be taken. Rights, quota and outages concern all halves alike. */
function isAboutContent(error: unknown): boolean {
  return error instanceof HubError && !error.outcomeUnknown &&
    (error.status === 400 || error.status === 413 || error.status === 422);
}
