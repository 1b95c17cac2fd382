import type { RawRequest } from "../../support/raw_connection.ts";
import type { Signer } from "../../support/sign_requests.ts";
import type { Row } from "./rows.ts";

/** The status of each code that a forged request is answered with (Amazon S3, "Error responses"). */
const STATUS = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  IncompleteBody: 400,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPolicyDocument: 400,
  InvalidRequest: 400,
  InvalidToken: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  MalformedTrailerError: 400,
  NoSuchBucket: 404,
  NotImplemented: 501,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** A code that a forged request is answered with. */
export type RefusalCode = keyof typeof STATUS;

/** A way to forge a request, and the answer to it. */
export interface Forgery {
  readonly name: string;
  readonly status: number;
  readonly code: RefusalCode;
  /** The forged request; undefined where the row has nothing that could be forged so. */
  readonly forge: (row: Row, signer: Signer) => RawRequest | undefined;
}

/** Makes a {@linkcode Forgery}. */
export const forgery = (name: string, code: RefusalCode, forge: Forgery["forge"]): Forgery => ({
  name,
  status: STATUS[code],
  code,
  forge,
});

/** The status of a code. */
export const statusOf = (code: RefusalCode): number => STATUS[code];
