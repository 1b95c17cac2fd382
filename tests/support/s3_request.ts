import { openBody } from "../../lib/auth/body.ts";
import { payloadForm } from "../../lib/auth/payload_form.ts";
import { parseQuery } from "../../lib/http/query.ts";
import { parseTarget } from "../../lib/http/request_target.ts";
import { parseAddress } from "../../lib/s3/address.ts";
import type { S3Request } from "../../lib/s3/s3_request.ts";

/** What a request for a reader is made of. */
export interface RequestParts {
  readonly headers?: HeadersInit;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Default true. */
  readonly signed?: boolean;
}

/** A request as the gateway hands it to a reader, its body behind the real decoder. */
export function s3Request(
  method: string,
  target: string,
  { headers: init = {}, body, signed = true }: RequestParts = {},
): S3Request {
  const headers = new Headers(init);
  const { rawPath, rawQuery } = parseTarget(target);
  return {
    method,
    address: parseAddress(rawPath),
    query: parseQuery(rawQuery),
    signed,
    headers,
    origin: "http://localhost:9000",
    openBody: (options) => {
      const stream = body === undefined ? null : new Response(body).body;
      return openBody(stream, headers, payloadForm(headers), options);
    },
    verifyUnopenedBody: () => Promise.resolve(),
  };
}
