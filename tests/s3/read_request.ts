import { assertRejects } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { CODECS } from "../../lib/s3/codecs.ts";
import type { ServedOperation } from "../../lib/s3/operations.ts";
import { type RequestParts, s3Request } from "../support/s3_request.ts";

/** What the reader of an operation makes of a request. */
export function read<N extends ServedOperation>(
  operation: N,
  method: string,
  target: string,
  parts?: RequestParts,
) {
  return CODECS[operation].read(s3Request(method, target, parts));
}

/** The code with which the reader of an operation refuses a request. */
export async function codeOf(
  operation: ServedOperation,
  method: string,
  target: string,
  parts?: RequestParts,
): Promise<string> {
  const error = await assertRejects(
    async () => await read(operation, method, target, parts),
    S3Error,
  );
  return error.code;
}
