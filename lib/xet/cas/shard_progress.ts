import * as v from "valibot";
import { CasError } from "./cas_error.ts";

/** A line of the progress stream is at most this long, in characters. */
const MAX_LINE = 1 << 20;

const line = v.object({
  type: v.string(),
  message: v.optional(v.string()),
  retryable: v.optional(v.boolean()),
});

/**
 * Reads the progress of `POST /v2/shards`: JSON lines that end with `result` or `error`. Unknown
 * types are skipped; a stream that ends with neither is a failure.
 *
 * @param body The answer's body; is left when the result has come.
 * @throws CasError if the shard was refused or the stream ended too soon.
 */
export async function readShardProgress(body: AsyncIterable<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) throw unreadable();
    for (const text of lines) if (isResult(text)) return;
  }
  if (isResult(rest)) return;
  throw new CasError("The CAS ended the registration of a shard without a result", {
    retryable: true,
  });
}

function isResult(text: string): boolean {
  if (text.trim() === "") return false;
  const parsed = v.safeParse(line, parseJson(text));
  if (!parsed.success) throw unreadable();
  const { type, message, retryable } = parsed.output;
  if (type === "error") {
    // What is not retryable would have been a 400 before the answer had begun.
    throw new CasError(`The CAS refused a shard: ${(message ?? "no reason given").slice(0, 500)}`, {
      ...(retryable !== true && { status: 400 }),
      retryable: retryable ?? false,
    });
  }
  return type === "result";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): CasError {
  return new CasError("The CAS sent progress of a shard that is not JSON lines", {
    retryable: true,
    cause,
  });
}
