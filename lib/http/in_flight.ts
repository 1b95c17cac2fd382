/** Answers a request of `Deno.serve`. */
type Handler = (request: Request) => Response | Promise<Response>;

/**
 * Counts the requests under way, so that a server can be ended without harm to them. `shutdown()` alone
 * lets answers finish but cuts off request bodies that are still arriving (Deno 2.9).
 */
export class InFlight {
  #count = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  /**
   * Wraps a handler for `Deno.serve`.
   *
   * @param handler Answers requests.
   * @param refuse Answers those that come after {@linkcode finish} was called.
   */
  wrap(handler: Handler, refuse: Handler): Deno.ServeHandler {
    return (request, { completed }) => {
      if (this.#idle !== undefined) return refuse(request);
      this.#count++;
      // However the answer ends, the request is over.
      completed.then(() => this.#end(), () => this.#end());
      return handler(request);
    };
  }

  /**
   * From now on requests are refused.
   *
   * @param graceMs How long those under way may take, in milliseconds. Default: as long as they want.
   * @returns Whether they have been answered; false when the time was over.
   */
  async finish(graceMs?: number): Promise<boolean> {
    const { promise } = this.#idle ??= Promise.withResolvers();
    if (this.#count === 0) return true;
    if (graceMs === undefined) return await promise.then(() => true);
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), graceMs);
    try {
      return await Promise.race([promise.then(() => true), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #end(): void {
    this.#count--;
    if (this.#count === 0) this.#idle?.resolve();
  }
}
