/**
 * Waits for work that others wait for too: an abort ends the waiting of this caller and leaves the
 * work alone.
 *
 * @param shared The work under way.
 * @param signal Ends the waiting; the promise then rejects with its reason.
 * @returns What the work gives.
 */
export function abortable<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
