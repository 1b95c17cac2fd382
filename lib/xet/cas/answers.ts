import * as v from "valibot";
import { XetFormatError } from "../error.ts";
import { CasError } from "./cas_error.ts";
import type { Attempt } from "./exchange.ts";

/** JSON and dedup shards are small; this only keeps a mad server from filling the memory. */
export const MAX_ANSWER = 64 << 20;

/** The types of `fetch` refuse shared memory; only such bytes are copied. */
export function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer, byteOffset, byteLength);
  return Uint8Array.from(bytes);
}

/** The whole body as text. */
export async function readText(attempt: Attempt, response: Response): Promise<string> {
  return new TextDecoder().decode(await attempt.readAll(response, MAX_ANSWER));
}

/** Parses an answer; a broken one may be whole the next time. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's message quotes the text, which may hold signed URLs.
    const name = cause instanceof Error ? cause.name : "error";
    throw new CasError(`The answer to ${what} is not JSON (${name})`, { retryable: true });
  }
}

/** Parses an answer of the given shape. */
export function understood<T extends v.GenericSchema>(
  schema: T,
  text: string,
  what: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, parseJson(text, what));
  if (!result.success) throw new XetFormatError(`The answer to ${what} is not understood`);
  return result.output;
}
