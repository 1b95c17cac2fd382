import type { Gateway } from "../../lib/gateway_options.ts";
import { Contents } from "./contents.ts";
import { ModelBucket } from "./state.ts";
import {
  ETags,
  type ModelRequest,
  type Reply,
  type Send,
  type Tolerance,
  type World,
} from "./world.ts";

/** Sends the model's requests to a gateway, for one bucket. */
export function sendTo({ handler }: Pick<Gateway, "handler">, bucketName: string): Send {
  return async ({ method, target, headers, body }: ModelRequest): Promise<Reply | undefined> => {
    const response = await handler(
      new Request(`http://localhost/${bucketName}${target}`, {
        method,
        // A server would have it from the wire.
        headers: { ...headers, ...(body !== undefined && { "content-length": lengthOf(body) }) },
        body: body ?? null,
      }),
    );
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await response.bytes();
    } catch {
      // A body that fails is what a client sees as a connection that breaks.
      return undefined;
    }
    const { status } = response;
    const isDocument = (response.headers.get("content-type") ?? "") === "application/xml";
    const text = isDocument || bytes.length < 1000 ? new TextDecoder().decode(bytes) : "";
    const code = isDocument && text.includes("<Error>") && !text.includes("<DeleteResult")
      ? /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? ""
      : "";
    return { status, code, headers: response.headers, bytes, text };
  };
}

/** A world around one bucket of a gateway. */
export function createWorld(
  gateway: Pick<Gateway, "handler">,
  bucketName: string,
  options: { readonly tolerance: Tolerance; readonly largeParts: boolean },
): World {
  return {
    bucketName,
    bucket: new ModelBucket(),
    contents: new Contents(),
    etags: new ETags(),
    send: sendTo(gateway, bucketName),
    ...options,
  };
}

const lengthOf = (body: Uint8Array | string): string =>
  String(typeof body === "string" ? new TextEncoder().encode(body).length : body.length);
