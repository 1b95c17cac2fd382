/** Told of the calls that are made to another service, while they are made; must return soon, and must not throw. */
export interface CallObserver {
  /**
   * A request is about to be sent.
   *
   * @param call Its name, one of a few; holds no name of a bucket or a file.
   * @returns Told once how it ended.
   */
  began(call: string): CallEnding;
  /** Bytes of the bodies of requests have gone out. */
  sent?(bytes: number): void;
  /** Bytes of the bodies of answers have come in. */
  received?(bytes: number): void;
}

/**
 * Told that a request has ended.
 *
 * @param status Of its answer, whose body may still be on its way; undefined if there was none.
 */
export type CallEnding = (status: number | undefined) => void;
