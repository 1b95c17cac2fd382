/** Any number of things: a list, or whatever gives them when they are asked for. */
export type Many<T> = Iterable<T> | AsyncIterable<T>;

/** Things that several workers take, each of them once. */
export type Shared<T> = AsyncGenerator<T, void, void>;

/** Makes something that several workers can take from; its `return` ends the source. */
export async function* share<T>(items: Many<T>): Shared<T> {
  yield* items;
}

/** What one worker takes; when it leaves off the others go on. */
export async function* take<T>(items: Shared<T>): AsyncGenerator<T, void, void> {
  for (let next = await items.next(); !next.done; next = await items.next()) yield next.value;
}
