import type { Input } from "./mutate.ts";

/** A parser under fuzz. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs, and some that are nearly so. */
  readonly corpus: readonly Input[];
  /** Pieces that are worth a try at any place. */
  readonly words?: readonly string[];
  /** Parses an input; what it throws must be one of `errors`. */
  readonly run: (input: Input) => unknown;
  /** The typed errors by which it refuses. */
  readonly errors: readonly (abstract new (...parameters: never[]) => Error)[];
}

/**
 * Gives an input to several parsers.
 *
 * @throws What the last of them refused it with, if none takes it; at once what is none of the typed errors.
 */
export function oneTakes<T>(
  input: T,
  parsers: readonly ((input: T) => unknown)[],
  errors: FuzzTarget["errors"],
): void {
  let refusal: unknown;
  let taken = false;
  for (const parse of parsers) {
    try {
      parse(input);
      taken = true;
    } catch (error) {
      if (!errors.some((Class) => error instanceof Class)) throw error;
      refusal = error;
    }
  }
  if (!taken) throw refusal;
}

/** Text as it is on the wire, a character a byte. */
export const bytesOf = (text: string): Input => new TextEncoder().encode(text);

/** The same the other way round, for parsers of headers. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** Text of UTF-8, broken or not. */
export const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The most pieces of a stream: more would take longer than what the parser does with them. */
const MOST_PIECES = 4096;

/** A stream that gives bytes in pieces of some size. */
export function inPieces(bytes: Input, size = 1 + bytes.length % 97): ReadableStream<Input> {
  size = Math.max(size, Math.ceil(bytes.length / MOST_PIECES));
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += size));
    },
  }, { highWaterMark: 0 });
}
