/** Any constructor whose instances are errors. */
// deno-lint-ignore no-explicit-any
type ErrorConstructor<E extends Error> = new (...args: any[]) => E;
/** Thrown when an assertion does not hold. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions);
}
/** Throws unless `condition` is truthy. */
export function assert(condition: unknown, message?: string): asserts condition;
/** Throws unless the two values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void;
/** Throws when the two values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
/** Throws unless the two values are identical. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T;
/** Throws when `actual` is null or undefined. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
/** Throws unless `actual` is an instance of `type`. */
// deno-lint-ignore no-explicit-any
export function assertInstanceOf<T extends abstract new (...args: any) => unknown>(
  actual: unknown,
  type: T,
  message?: string,
): asserts actual is InstanceType<T>;
/** Throws unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void;
/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void;
/** Throws unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, message?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  type: ErrorConstructor<E>,
  messageIncludes?: string,
  message?: string,
): E;
/** Rejects unless the promise of `fn` rejects; resolves to what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type: ErrorConstructor<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;
/** Throws always. */
export function fail(message?: string): never;
