/**
 * The one error that a CAS handler throws on purpose; it becomes the answer's status and JSON body.
 */

/** Why a request cannot be granted, for the client to read. */
export class CasError extends Error {
  override readonly name = "CasError";
  /** The HTTP status to answer with. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** A 400: what was sent is malformed, or does not pass a check. */
export function refused(message: string, options?: ErrorOptions): CasError {
  return new CasError(400, message, options);
}
