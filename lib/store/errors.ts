import { StoreError } from "../errors/store_error.ts";
import { BudgetError } from "../flow/memory_budget.ts";
import { HubError } from "../hub/hub_error.ts";
import { CasError } from "../xet/cas/cas_error.ts";
import { XetFormatError } from "../xet/error.ts";

/** What is moved when the CAS says that it does not have something. */
export type Transfer = "read" | "write";

/**
 * The one mapping from errors of the Hub, the CAS, the Xet formats and the memory budget to the store's. Everything else
 * is returned as it is: errors of a body that is read, an abort, and what is our own mistake.
 *
 * @param error What was thrown.
 * @param transfer Whether content is read; content that is missing is then a missing object, while for
 * a write (a part whose bytes the CAS has dropped) it is a failure to be repeated.
 */
export function toStoreError(error: unknown, transfer: Transfer = "write"): unknown {
  if (error instanceof HubError) return fromHub(error);
  if (error instanceof CasError) return fromCas(error, transfer);
  if (error instanceof BudgetError) {
    return new StoreError("slow_down", error.message, { cause: error });
  }
  if (error instanceof XetFormatError) {
    return new StoreError("corrupt", error.message, { cause: error });
  }
  return error;
}

/** Does the work; what it throws goes through {@linkcode toStoreError}. */
export async function withStoreErrors<T>(
  work: () => Promise<T>,
  transfer: Transfer = "write",
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStoreError(error, transfer);
  }
}

/** The same for each step of a listing. */
export async function* iterateWithStoreErrors<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw toStoreError(error);
  }
}

/**
 * The same for a stream that is read.
 *
 * @param open Opens it; called at the first read, so that what is never read costs nothing.
 */
export function streamWithStoreErrors(
  open: () => Promise<ReadableStream<Uint8Array>>,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await withStoreErrors(async () => {
        reader ??= (await open()).getReader();
        return await reader.read();
      }, "read");
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader?.cancel(reason),
  }, { highWaterMark: 0 });
}

function fromHub(error: HubError): Error {
  const { kind, message } = error;
  const options = optionsOf(error);
  switch (kind) {
    case "unauthorized":
    case "forbidden":
      return new StoreError("denied", message, options);
    case "not_found":
      return new StoreError(
        error.code === "EntryNotFound" ? "no_such_key" : "no_such_bucket",
        message,
        options,
      );
    case "conflict":
    // A single change that the Hub refuses: a file where it has a directory, a copy's source that is gone.
    case "unprocessable":
      return new StoreError("conflict", message, options);
    case "too_large":
      return new StoreError("too_large", message, options);
    case "rate_limited":
      return new StoreError("slow_down", message, options);
    case "server_error":
    case "network":
    case "timeout":
    case "malformed":
    case "redirect":
      return new StoreError("unavailable", message, options);
    case "bad_request":
      return error;
    default:
      return kind satisfies never;
  }
}

function fromCas(error: CasError, transfer: Transfer): Error {
  const { status, message } = error;
  const options = optionsOf(error);
  switch (status) {
    case 401:
      // Tokens for the CAS are the gateway's own: one that ends before its time says nothing of the client's rights.
      return new StoreError("unavailable", message, options);
    case 403:
      return new StoreError("denied", message, options);
    case 404:
      return new StoreError(transfer === "read" ? "no_such_key" : "unavailable", message, options);
    case 413:
      return new StoreError("too_large", message, options);
    case 429:
      return new StoreError("slow_down", message, options);
    default:
      return new StoreError("unavailable", message, options);
  }
}

const optionsOf = (error: HubError | CasError) => ({
  cause: error,
  ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
});
