/** What is known of a request, filled in as its life goes on. Holds nothing secret. */
export interface RequestTrace {
  /** As its answer bears it in `x-amz-request-id`. */
  readonly requestId: string;
  /** The HTTP method. */
  readonly method: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** What S3 calls it, as far as that is known. */
  operation?: string;
  /** The S3 bucket. */
  bucket?: string;
  /** The access key id of who has signed it. */
  keyId?: string;
  /** The error that was answered, with its S3 code. */
  error?: Error & { readonly code: string };
  /** What has been done for it so far. */
  readonly work: RequestWork;
}

/**
 * What has been done for a request. A call that several requests share is counted with the one for which it was made, the first of them:
 * so that the sum over all requests is what was done.
 */
export interface RequestWork {
  /** Bytes of its body as they came, framing included. */
  bytesIn: number;
  /** Requests to the Hub. */
  hubCalls: number;
  /** Requests to the CAS and to where it keeps bytes. */
  casCalls: number;
  /** Bytes of bodies that went to the CAS. */
  bytesSent: number;
  /** Bytes of its content that the CAS had already. */
  bytesDeduplicated: number;
}

/** How an answer ended. */
export interface AnswerEnd {
  /** The HTTP status. */
  readonly status: number;
  /** Bytes of the answer's body that were handed on. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** Whether the client went away before the end. */
  readonly aborted: boolean;
  /** What broke the body after its status had been sent. */
  readonly failure?: unknown;
}

/** A request of which nothing is known yet. */
export function newRequestTrace(
  requestId: string,
  method: string,
  startedAt: number,
): RequestTrace {
  const work = { bytesIn: 0, hubCalls: 0, casCalls: 0, bytesSent: 0, bytesDeduplicated: 0 };
  return { requestId, method, startedAt, work };
}
