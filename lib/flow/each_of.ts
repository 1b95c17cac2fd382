/**
 * Works at several items at a time, in their order.
 *
 * @param items What is worked at; taken as workers get free.
 * @param limit How many are worked at at once.
 * @param work Does one. The first that throws keeps further ones from being begun; those under way
 * are waited for.
 */
export async function eachOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = Symbol.asyncIterator in items
    ? items[Symbol.asyncIterator]()
    : items[Symbol.iterator]();
  let failed = false;
  let turn: Promise<unknown> = Promise.resolve();
  const take = (): Promise<IteratorResult<T>> => {
    const next = turn.then(() => queue.next());
    turn = next.catch(() => {});
    return next;
  };
  const serve = async () => {
    try {
      while (!failed) {
        const { value, done } = await take();
        if (done || failed) return;
        await work(value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: limit }, serve));
  if (failed) await queue.return?.();
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
