import type { Log, LogFacts } from "./log.ts";
import type { AnswerEnd, RequestTrace } from "./observe/request_trace.ts";

/**
 * Writes the one line of a request: an error for what is our fault, else the ordinary course. A refusal that has a cause
 * is the Hub's, and may mean that the gateway's own token or namespace is wrong.
 */
export function logRequest(log: Log, trace: RequestTrace, end: AnswerEnd): void {
  const { requestId, method, keyId, operation, bucket, error, work } = trace;
  const facts: LogFacts = {
    requestId,
    keyId,
    method,
    operation,
    bucket,
    status: end.status,
    code: error?.code,
    ...work,
    bytesOut: end.bytes,
    ms: end.endedAt - trace.startedAt,
    ...(end.aborted && { aborted: true }),
  };
  const failure = end.failure ?? (isTold(end.status, error) ? error : undefined);
  if (failure === undefined || end.aborted) return log.info("request", facts);
  const cause = failure instanceof Error ? failure : new Error(String(failure));
  const line = { ...facts, error: cause };
  if (end.status === 503 || end.status === 501 || end.status === 403) log.warning("request", line);
  else log.error("request", line);
}

const isTold = (status: number, error: RequestTrace["error"]): boolean =>
  status >= 500 || (status === 403 && error?.cause !== undefined);

/** How a body ended: its bytes, and why it ended early. */
export interface BodyEnd {
  readonly bytes: number;
  readonly aborted: boolean;
  readonly failure?: unknown;
}

/** Told of a body on its way to the client. */
export interface BodyWatcher {
  /** Called once: at the end, on failure, or when the client went away. */
  ended(end: BodyEnd): void;
  /** Bytes have been handed on. */
  passed?(bytes: number): void;
  /** Does a read, perhaps in a context: whoever sends the body has none. */
  read?<T>(step: () => Promise<T>): Promise<T>;
}

/**
 * Passes a body on and tells once how it ended. Nothing is read before it is asked for; a cancel goes
 * through, so that a client which leaves ends the fetch from the storage.
 *
 * @param body The body.
 * @param client Aborts when the client goes away: what fails then is no failure of the storage.
 * @param watcher Told of the body.
 */
export function observeBody(
  body: ReadableStream<Uint8Array>,
  client: AbortSignal,
  { read = (step) => step(), passed, ended }: BodyWatcher,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  let told = false;
  const tell = (end: Omit<BodyEnd, "bytes">): void => {
    if (!told) ended({ bytes, ...end });
    told = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await read(() => reader.read());
        if (!done) {
          bytes += value.length;
          passed?.(value.length);
          return controller.enqueue(value);
        }
      } catch (failure) {
        tell(client.aborted ? { aborted: true } : { aborted: false, failure });
        // Nobody is there to see how it ends, and of an error the runtime would print the stack.
        if (client.aborted) return controller.close();
        throw failure;
      }
      tell({ aborted: false });
      controller.close();
    },
    async cancel(reason) {
      tell({ aborted: true });
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
