import { S3_ERRORS, type S3ErrorCode } from "./s3_error_table.ts";

/** What an {@linkcode S3Error} can carry besides its code. */
export interface S3ErrorOptions {
  /** Replaces the code's default message; shown to the client. */
  readonly message?: string;
  /** Further elements of the error document, such as `Key` or `ArgumentName`, in order. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Further response headers, such as `Retry-After` or `Content-Range`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What led to it; goes to the log and never to the client. */
  readonly cause?: unknown;
}

/** An error with an S3 code, meant to be shown to the client. The status belongs to the code. */
export class S3Error extends Error {
  override readonly name = "S3Error";
  /** The S3 error code. */
  readonly code: S3ErrorCode;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Further elements of the error document. */
  readonly fields: Readonly<Record<string, string>>;
  /** Further response headers. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param code The S3 error code; fixes the status and the default message.
   * @param options Message, document fields, headers and cause.
   */
  constructor(code: S3ErrorCode, options: S3ErrorOptions = {}) {
    super(
      options.message ?? S3_ERRORS[code].message,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.status = S3_ERRORS[code].status;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
}
